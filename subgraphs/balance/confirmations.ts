// Confirmations of top-ups and transfers, to be read again.
import { clientError } from '../../schema/errors.ts';
import { decodeId, idOfType } from '../../schema/id.ts';
import { made, readableAct, seenById, shownAct } from '../acts/shown.ts';
import type { Resolver, Resolvers } from '../context.ts';
import { reference } from '../item.ts';
import { ownOf } from '../own-acts.ts';
import { actByReference } from '../store/money-acts.ts';
import type { MoneyAct } from '../store/money-tables.ts';

export const shownConfirmation = (act: MoneyAct) => ({
  ...shownAct(act, 'BalanceConfirmation', act.kind === 'TOP_UP' ? 'T' : 'M'),
  kind: act.kind,
});

const balanceConfirmation: Resolver = async (_root, { id }, context) => {
  const parts = idOfType(String(id), 'BalanceConfirmation');
  if (parts === undefined) throw clientError('INVALID_ID');
  const act = await actByReference(ownOf(context).store, parts.id);
  if (act === undefined || act.kind === 'PAYMENT') return null;
  return readableAct(context, act, 'BALANCE_VIEW') ? shownConfirmation(act) : null;
};

const actOf = (parent: Parameters<Resolver>[0]): MoneyAct => made<{ act: MoneyAct }>(parent).act;

export const confirmations: Resolvers = {
  Query: { balanceConfirmation },
  BalanceConfirmation: {
    balance: (parent, _args, context) => seenById(context, actOf(parent).parts[0]?.id),
    to: (parent, _args, context) => seenById(context, actOf(parent).parts[1]?.id),
    // another subgraph fills it
    method: (parent) => {
      const parts = decodeId(actOf(parent).methodId ?? '');
      return parts === undefined ? null : reference(parts.type, parts.provider, parts.id);
    },
  },
};
