// What the balance data sheet can't say: money among other units, kinds of actions, top-ups and transfers.
import type { Resolvers } from '../context.ts';
import { converterFor } from '../convert.ts';
import { asText } from '../tmf/read.ts';
import { confirmations } from './confirmations.ts';
import { topUp, transferBalance } from './move.ts';

/** Acts are written down before they are sent. */
export const keepsState = true;

const moneyOf = converterFor('Money', new Map()) ?? (() => null);

export const resolvers: Resolvers = {
  ...confirmations,
  Mutation: { topUp, transferBalance },
  Balance: {
    // `min` and `SMS` have three letters, as currencies do
    money: ({ raw }) =>
      asText(raw.usageType)?.toLowerCase() === 'monetary' ? moneyOf(raw.remainingValue) : null,
  },
  BalanceAction: {
    kind: ({ raw }) =>
      raw.adjustType !== undefined ? 'ADJUSTMENT' : raw.receiverBucket !== undefined ? 'TRANSFER' : 'TOP_UP',
  },
};
