// Paying bills: what may be paid, with one charge for all of them.
import Big from 'big.js';
import { decodeId, encodeId } from '../../schema/id.ts';
import { amountFault, inFull, plainAmount } from '../acts/amount.ts';
import { cardFault } from '../acts/card-check.ts';
import { type MoneyFault, userErrors } from '../acts/faults.ts';
import { fresh } from '../acts/fresh.ts';
import { chargeable } from '../acts/method.ts';
import { type Meant, once } from '../acts/once.ts';
import type { Resolver, SubgraphContext } from '../context.ts';
import { globalId, type Item } from '../item.ts';
import { compileIds } from '../path.ts';
import { recentParts } from '../store/money-acts.ts';
import type { MoneyAct } from '../store/money-tables.ts';
import { asMoney, asText, type Money } from '../tmf/read.ts';
import { shownConfirmation } from './confirmations.ts';

interface PaidBill {
  readonly billId: string;
  readonly amount?: string | null;
}

interface PayInput {
  readonly idempotencyKey: string;
  readonly bills: readonly PaidBill[];
  readonly methodId: string;
}

interface Part {
  readonly bill: Item;
  readonly accountId: string;
  readonly remaining: Money;
  readonly amount: string;
}

const MAX_BILLS = 50;
/** Not sent yet, kept back, or over. */
const NOT_OPEN = new Set(['new', 'onhold', 'validated', 'settled', 'cancelled', 'canceled']);
const accountOf = compileIds('billingAccount.id');

async function partOf(context: SubgraphContext, asked: PaidBill, at: number): Promise<Part | MoneyFault> {
  const field = `bills.${at}`;
  const bill = await fresh(context, 'CustomerBill', asked.billId, 'BILL_PAY');
  const [accountId] = bill === undefined ? [] : accountOf(bill.raw);
  if (bill === undefined || accountId === undefined)
    return { code: 'BILL_UNKNOWN', field: `${field}.billId` };
  const state =
    asText(bill.raw.state)
      ?.toLowerCase()
      .replaceAll(/[^a-z]/g, '') ?? '';
  const remaining = asMoney(bill.raw.remainingAmount ?? bill.raw.amountDue);
  if (NOT_OPEN.has(state) || remaining === undefined || !new Big(remaining.amount).gt(0))
    return { code: 'BILL_NOT_OPEN', field };
  const amount = plainAmount(asked.amount ?? remaining.amount);
  const fault = amountFault(amount, remaining.currency, `${field}.amount`);
  if (fault !== undefined || amount === undefined) return fault ?? { code: 'AMOUNT_INVALID' };
  if (new Big(amount).gt(remaining.amount)) return { code: 'AMOUNT_TOO_HIGH', field: `${field}.amount` };
  return { bill, accountId, remaining, amount };
}

const isPart = (part: Part | MoneyFault): part is Part => 'bill' in part;
const sumOf = (parts: readonly Part[]): string =>
  parts.reduce((sum, { amount }) => sum.plus(amount), new Big(0)).toFixed();

/** What others are paying of the bill right now, or have paid without its showing yet. */
function underWay(acts: readonly MoneyAct[], { bill, remaining }: Part): Big {
  const id = globalId(bill);
  return acts
    .flatMap((act) => act.parts.filter((part) => part.id === id).map((part) => ({ act, part })))
    .filter(({ act, part }) => act.state === 'SENDING' || new Big(part.remaining ?? 0).lte(remaining.amount))
    .reduce((sum, { part }) => sum.plus(part.amount), new Big(0));
}

const value = (amount: string, unit: string) => ({ unit, value: Number(amount) });

/** Those of one account together: amount limits are looked at account by account. */
async function sharesOf({ objects }: SubgraphContext, parts: readonly Part[], provider: string) {
  const accounts = [...new Set(parts.map(({ accountId }) => accountId))];
  return Promise.all(
    accounts.map(async (accountId) => {
      const own = parts.filter((part) => part.accountId === accountId);
      const [first] = own;
      if (first === undefined) throw new Error('an account that is named by a part has one');
      const position = await objects.position(first.bill);
      return { accountId: encodeId(provider, 'BillingAccount', accountId), position, amount: sumOf(own) };
    }),
  );
}

async function meant(context: SubgraphContext, input: PayInput): Promise<Meant | readonly MoneyFault[]> {
  const { customerId = '' } = context.operation.principal;
  if (input.bills.length === 0) return [{ code: 'NOTHING_NAMED', field: 'bills' }];
  if (input.bills.length > MAX_BILLS) return [{ code: 'TOO_MANY', field: 'bills' }];
  if (new Set(input.bills.map(({ billId }) => billId)).size < input.bills.length)
    return [{ code: 'NAMED_TWICE', field: 'bills' }];
  const found = await Promise.all(input.bills.map((asked, at) => partOf(context, asked, at)));
  const faults = found.flatMap((each) => (isPart(each) ? [] : [each]));
  const parts = found.filter(isPart);
  const [first] = parts;
  if (faults.length > 0 || first === undefined) return faults;
  const { provider } = first.bill;
  const { currency } = first.remaining;
  if (parts.some(({ bill }) => bill.provider !== provider))
    return [{ code: 'PROVIDERS_MIXED', field: 'bills' }];
  if (parts.some(({ remaining }) => remaining.currency !== currency))
    return [{ code: 'CURRENCIES_MIXED', field: 'bills' }];
  const method = await chargeable(context, input.methodId, provider, 'BILL_PAY');
  if ('code' in method) return [method];
  const amount = sumOf(parts);
  return {
    function: 'BILL_PAY',
    source: { provider, api: 'TMF676', resource: 'payment', keyPath: 'correlatorId' },
    money: { amount, currency },
    methodId: input.methodId,
    shares: await sharesOf(context, parts, provider),
    parts: parts.map((part) => ({
      id: globalId(part.bill),
      amount: inFull(part.amount, currency),
      remaining: part.remaining.amount,
    })),
    body: (reference) => ({
      correlatorId: reference,
      name: 'Self-service payment',
      account: { id: first.accountId, '@referredType': 'BillingAccount' },
      payer: { id: decodeId(customerId)?.id ?? '', role: 'customer', '@referredType': 'Customer' },
      paymentMethod: { id: method.id, '@referredType': 'PaymentMethod' },
      paymentItem: parts.map((part, at) => ({
        id: String(at + 1),
        item: { id: String(part.bill.raw.id), '@referredType': 'CustomerBill' },
        totalAmount: value(part.amount, currency),
      })),
      totalAmount: value(amount, currency),
    }),
    room: async (inside) => {
      const acts = await recentParts(inside, customerId);
      const crowded = parts.findIndex((part) =>
        underWay(acts, part).plus(part.amount).gt(part.remaining.amount),
      );
      return crowded < 0 ? undefined : { code: 'BILL_BEING_PAID', field: `bills.${crowded}` };
    },
  };
}

const contentOf = ({ bills, methodId }: PayInput): unknown => [
  methodId,
  bills
    .map(({ billId, amount }) => [billId, amount == null ? null : (plainAmount(amount) ?? amount)])
    .sort(([a], [b]) => String(a).localeCompare(String(b))),
];

export const pay: Resolver = async (_root, args, context) => {
  const input = args.input as PayInput; // by the schema
  const refused = (faults: readonly MoneyFault[]) => ({ confirmation: null, userErrors: userErrors(faults) });
  const card = await cardFault(context, 'pay', input);
  if (card !== undefined) return refused(card);
  const { idempotencyKey } = input;
  const keyed = { kind: 'PAYMENT', action: 'pay', idempotencyKey, content: contentOf(input) } as const;
  const outcome = await once(context, keyed, () => meant(context, input));
  return outcome.kind === 'FAULTS'
    ? refused(outcome.faults)
    : { confirmation: shownConfirmation(outcome.act), userErrors: [] };
};
