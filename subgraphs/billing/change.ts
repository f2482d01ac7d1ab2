// Changing how an account is billed: what follows is shown first, and the change is made for who has seen just that.
import { createHash } from 'node:crypto';
import Big from 'big.js';
import { cardFault } from '../acts/card-check.ts';
import { type MoneyFault, userErrors } from '../acts/faults.ts';
import { fresh } from '../acts/fresh.ts';
import type { SubgraphContext } from '../context.ts';
import { backEndId, globalId, type Item } from '../item.ts';
import { sourceOf } from '../loads.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import { asMoney, instantMs, type Money } from '../tmf/read.ts';
import { addMoney } from './sums.ts';

export interface Consequence {
  readonly code: string;
  readonly message: string;
  readonly amount?: Money;
}

export interface Plan {
  readonly consequences: readonly Consequence[];
  readonly changes: Readonly<Record<string, unknown>>;
  /** References only, for the audit log. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Bills {
  readonly effectiveFrom: string;
  readonly open: Money | undefined;
}

export const payload = (
  faults: readonly MoneyFault[],
  more: {
    readonly effectiveFrom?: string;
    readonly consequences?: readonly Consequence[];
    readonly agreement?: string;
  } = {},
) => ({ done: false, consequences: [], ...more, userErrors: userErrors(faults) });

export async function refused(
  context: SubgraphContext,
  action: string,
  faults: readonly MoneyFault[],
  more?: Parameters<typeof payload>[1],
) {
  const detail = faults.map(({ code }) => code).join();
  await ownOf(context).audit.append(entryOf(context, { action, outcome: 'REFUSED', detail }));
  return payload(faults, more);
}

/** The account as it is now, for who may change how it is billed. */
export const changeable = (context: SubgraphContext, accountId: string): Promise<Item | undefined> =>
  fresh(context, 'BillingAccount', accountId, 'BILLING_CHANGE', ['name', 'relatedParty']);

/** When the next bill comes, and what is open of those that came. */
export async function billsOf({ objects, operation }: SubgraphContext, account: Item): Promise<Bills> {
  const now = new Date(operation.nowMs).toISOString();
  if (!objects.serves('CustomerBill', account.provider)) return { effectiveFrom: now, open: undefined };
  const { attributes } = objects.sheet('CustomerBill');
  const found = await objects.by('CustomerBill', 'billingAccount.id', account.provider, backEndId(account), {
    attributes,
  });
  const next = found
    .map(({ raw }) => instantMs(raw.nextBillDate))
    .filter((each) => each !== undefined && each > operation.nowMs)
    .sort()
    .at(-1);
  const open = found
    .map(({ raw }) => asMoney(raw.remainingAmount))
    .filter((each): each is Money => each !== undefined && new Big(each.amount).gt(0));
  return { effectiveFrom: next === undefined ? now : new Date(next).toISOString(), open: addMoney(open) };
}

/** Of what is asked, what is so, and what follows: another one as soon as one of them differs. */
const agreementOf = (account: Item, asked: unknown, bills: Bills, plan: Plan): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        globalId(account),
        asked,
        account.raw.accountType,
        account.raw.billStructure,
        bills,
        plan.consequences,
      ]),
    )
    .digest('base64url');

/** A merge patch that every back end takes: with what the description wants in each update, and lists whole. */
async function apply(context: SubgraphContext, action: string, account: Item, { changes, detail }: Plan) {
  const { objects, operation } = context;
  const source = sourceOf(objects.sheet('BillingAccount'), account.provider);
  const { name, relatedParty } = account.raw;
  const outcome = await objects.systems.client.change(
    source,
    backEndId(account),
    { changes: { name, relatedParty, ...changes }, compared: Object.keys(changes) },
    operation,
  );
  const objectId = globalId(account);
  const { audit } = ownOf(context);
  const entry = (what: 'DONE' | 'REFUSED' | 'FAILED') =>
    entryOf(context, { action, outcome: what, objectId, detail: JSON.stringify(detail) });
  if (outcome.kind === 'DONE') await audit.append(entry('DONE'));
  else await audit.append(entry(outcome.kind === 'REFUSED' ? 'REFUSED' : 'FAILED'));
  return outcome.kind;
}

export async function carryOut(
  context: SubgraphContext,
  action: string,
  account: Item,
  bills: Bills,
  plan: Plan,
) {
  const more = { effectiveFrom: bills.effectiveFrom, consequences: plan.consequences };
  const kind = await apply(context, action, account, plan);
  if (kind === 'REFUSED') return payload([{ code: 'CHANGE_REFUSED' }], more);
  if (kind === 'UNKNOWN') return payload([{ code: 'NOT_KNOWN' }], more);
  return { ...payload([], more), done: true, accountId: globalId(account) };
}

interface Agreed {
  readonly dryRun?: boolean | null;
  readonly agreement?: string | null;
}

/** Shows first, changes then: for all changes that need no other proof of consent. */
export async function agreed<Input extends Agreed & { readonly accountId: string }>(
  context: SubgraphContext,
  action: string,
  input: Input,
  planOf: (account: Item, bills: Bills) => Promise<Plan | MoneyFault>,
) {
  const card = await cardFault(context, action, { ...input, agreement: null });
  if (card !== undefined) return payload(card);
  const { dryRun, agreement, ...asked } = input;
  const account = await changeable(context, input.accountId);
  if (account === undefined)
    return refused(context, action, [{ code: 'ACCOUNT_UNKNOWN', field: 'accountId' }]);
  const bills = await billsOf(context, account);
  const plan = await planOf(account, bills);
  if ('code' in plan) return refused(context, action, [plan]);
  const valid = agreementOf(account, asked, bills, plan);
  const more = { effectiveFrom: bills.effectiveFrom, consequences: plan.consequences, agreement: valid };
  if (dryRun === true) return payload([], more);
  if (agreement === undefined || agreement === null)
    return refused(context, action, [{ code: 'CONSEQUENCES_UNSEEN', field: 'agreement' }], more);
  if (agreement !== valid)
    return refused(context, action, [{ code: 'CONSEQUENCES_CHANGED', field: 'agreement' }], more);
  return carryOut(context, action, account, bills, plan);
}
