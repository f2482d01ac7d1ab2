// Putting money into a balance, and moving it between two of the same customer's.
import Big from 'big.js';
import type { SsmFunction } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { amountFault, inFull, plainAmount } from '../acts/amount.ts';
import { cardFault } from '../acts/card-check.ts';
import { type MoneyFault, userErrors } from '../acts/faults.ts';
import { fresh } from '../acts/fresh.ts';
import { chargeable } from '../acts/method.ts';
import { type Keyed, type Meant, once } from '../acts/once.ts';
import type { Resolver, SubgraphContext } from '../context.ts';
import { globalId, type Item } from '../item.ts';
import { compileIds } from '../path.ts';
import { asMoney, asText, type Money } from '../tmf/read.ts';
import { shownConfirmation } from './confirmations.ts';

interface TopUpInput {
  readonly idempotencyKey: string;
  readonly balanceId: string;
  readonly amount: string;
  readonly methodId: string;
}

interface TransferInput {
  readonly idempotencyKey: string;
  readonly fromId: string;
  readonly toId: string;
  readonly amount: string;
}

interface Purse {
  readonly item: Item;
  readonly accountId: string;
  readonly left: Money;
}

const accountOf = compileIds('partyAccount.id');

/** A balance of money that may be used so; one that may not, and one that isn't there, are the same. */
async function purse(
  context: SubgraphContext,
  id: string,
  fn: SsmFunction,
  field: string,
): Promise<Purse | MoneyFault> {
  const item = await fresh(context, 'Balance', id, fn, ['logicalResource']);
  const [accountId] = item === undefined ? [] : accountOf(item.raw);
  const left = asMoney(item?.raw.remainingValue);
  const isMoney = asText(item?.raw.usageType)?.toLowerCase() === 'monetary';
  return item === undefined || accountId === undefined || left === undefined || !isMoney
    ? { code: 'BALANCE_UNKNOWN', field }
    : { item, accountId, left };
}

const isPurse = (value: Purse | MoneyFault): value is Purse => 'item' in value;
const reference = ({ item }: Purse) => ({ id: String(item.raw.id) });
const quantity = (amount: string, units: string) => ({ amount: Number(amount), units });
const CHANNEL = { id: 'selfService', name: 'Self-service' };

async function share({ objects }: SubgraphContext, { item, accountId }: Purse, amount: string) {
  const position = await objects.position(item);
  return { accountId: encodeId(item.provider, 'BillingAccount', accountId), position, amount };
}

async function meantTopUp(
  context: SubgraphContext,
  input: TopUpInput,
): Promise<Meant | readonly MoneyFault[]> {
  const into = await purse(context, input.balanceId, 'BALANCE_TOP_UP', 'balanceId');
  if (!isPurse(into)) return [into];
  const { currency } = into.left;
  const amount = plainAmount(input.amount);
  const fault = amountFault(amount, currency, 'amount');
  if (fault !== undefined || amount === undefined) return [fault ?? { code: 'AMOUNT_INVALID' }];
  const { provider } = into.item;
  const method = await chargeable(context, input.methodId, provider, 'BALANCE_TOP_UP');
  if ('code' in method) return [method];
  return {
    function: 'BALANCE_TOP_UP',
    source: { provider, api: 'TMF654', resource: 'topupBalance', keyPath: 'reason' },
    money: { amount, currency },
    methodId: input.methodId,
    shares: [await share(context, into, amount)],
    parts: [{ id: globalId(into.item), amount: inFull(amount, currency) }],
    body: (reason) => ({
      reason,
      description: 'Self-service top-up',
      channel: CHANNEL,
      amount: quantity(amount, currency),
      usageType: 'monetary',
      bucket: reference(into),
      partyAccount: { id: into.accountId },
      paymentMethod: { id: method.id },
    }),
  };
}

async function meantTransfer(
  context: SubgraphContext,
  input: TransferInput,
): Promise<Meant | readonly MoneyFault[]> {
  if (input.fromId === input.toId) return [{ code: 'SAME_BALANCE', field: 'toId' }];
  const [from, to] = await Promise.all([
    purse(context, input.fromId, 'BALANCE_TRANSFER', 'fromId'),
    purse(context, input.toId, 'BALANCE_TRANSFER', 'toId'),
  ]);
  if (!isPurse(from)) return [from];
  if (!isPurse(to)) return [to];
  const { provider } = from.item;
  const { currency } = from.left;
  if (to.item.provider !== provider) return [{ code: 'PROVIDERS_MIXED', field: 'toId' }];
  if (to.left.currency !== currency) return [{ code: 'CURRENCIES_MIXED', field: 'toId' }];
  if (asText(from.item.raw.status)?.toLowerCase() === 'expired')
    return [{ code: 'BALANCE_OVER', field: 'fromId' }];
  const amount = plainAmount(input.amount);
  const fault = amountFault(amount, currency, 'amount');
  if (fault !== undefined || amount === undefined) return [fault ?? { code: 'AMOUNT_INVALID' }];
  if (new Big(amount).gt(from.left.amount)) return [{ code: 'AMOUNT_TOO_HIGH', field: 'amount' }];
  const lines = [from, to].map(({ item }) => {
    const line: unknown = item.raw.logicalResource;
    return Array.isArray(line) ? line : line === undefined ? [] : [line];
  });
  return {
    function: 'BALANCE_TRANSFER',
    source: { provider, api: 'TMF654', resource: 'transferBalance', keyPath: 'reason' },
    money: { amount, currency },
    shares: [await share(context, from, amount)],
    parts: [from, to].map(({ item }) => ({ id: globalId(item), amount: inFull(amount, currency) })),
    body: (reason) => ({
      reason,
      description: 'Self-service transfer',
      channel: CHANNEL,
      amount: quantity(amount, currency),
      usageType: 'monetary',
      bucket: reference(from),
      receiverBucket: reference(to),
      receiverBucketUsageType: 'monetary',
      // mandatory in the description, also where a balance names none
      logicalResource: lines[0] ?? [],
      receiverLogicalResource: lines[1]?.[0] ?? reference(to),
      partyAccount: { id: from.accountId },
    }),
  };
}

async function moved(
  context: SubgraphContext,
  keyed: Keyed,
  input: unknown,
  prepare: () => Promise<Meant | readonly MoneyFault[]>,
) {
  const refused = (faults: readonly MoneyFault[]) => ({ confirmation: null, userErrors: userErrors(faults) });
  const card = await cardFault(context, keyed.action, input);
  if (card !== undefined) return refused(card);
  const outcome = await once(context, keyed, prepare);
  return outcome.kind === 'FAULTS'
    ? refused(outcome.faults)
    : { confirmation: shownConfirmation(outcome.act), userErrors: [] };
}

export const topUp: Resolver = (_root, args, context) => {
  const input = args.input as TopUpInput; // by the schema
  const { idempotencyKey, balanceId, methodId } = input;
  const content = [balanceId, plainAmount(input.amount) ?? input.amount, methodId];
  const keyed = { kind: 'TOP_UP', action: 'topUp', idempotencyKey, content } as const;
  return moved(context, keyed, input, () => meantTopUp(context, input));
};

export const transferBalance: Resolver = (_root, args, context) => {
  const input = args.input as TransferInput; // by the schema
  const { idempotencyKey, fromId, toId } = input;
  const content = [fromId, toId, plainAmount(input.amount) ?? input.amount];
  const keyed = { kind: 'TRANSFER', action: 'transferBalance', idempotencyKey, content } as const;
  return moved(context, keyed, input, () => meantTransfer(context, input));
};
