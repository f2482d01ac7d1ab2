// Spending by number in a period, from the charges of every account that the principal's customer has.
import Big from 'big.js';
import { belongs, holds } from '../../schema/access.ts';
import { clientError } from '../../schema/errors.ts';
import { idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { backEndId, type Item, reference } from '../item.ts';
import { NOWHERE } from '../ownership.ts';
import { compileIds } from '../path.ts';
import { standing } from '../projection.ts';
import { asInstant, asMoney, asText, instantMs } from '../tmf/read.ts';
import { CHARGE_ATTRIBUTES, periodOfCharge } from './charge-walk.ts';
import { addTo, type Sums, shown } from './money-sums.ts';
import { checkPeriod } from './period.ts';
import { sumOf } from './sums.ts';

export interface SpendInput {
  readonly from: string;
  readonly until: string;
  readonly numbers?: readonly string[] | null;
  readonly first?: number | null;
  readonly customerId?: string | null;
}

const MAX_DAYS = 400;
const MAX_NUMBERS = 200;
/** A bill is out so long after the first day of the period that it is for; its charges carry its date. */
const LATEST_BILL_MS = 62 * 86_400_000;

const numberOf = compileIds('characteristic[name=number].value');
const categoryOf = compileIds('characteristic[name=chargeKind].value');
const serviceOf = compileIds('characteristic[name=serviceId].value');

async function charges(
  { from, until, customerId }: SpendInput,
  { operation, objects }: SubgraphContext,
): Promise<readonly Item[]> {
  const id = customerId ?? operation.principal.customerId;
  if (id === undefined)
    throw clientError('BAD_USER_INPUT', '"customerId" is needed: you act for no customer of your own.');
  const customer = idOfType(id, 'Customer');
  if (customer === undefined) throw clientError('INVALID_ID');
  const { provider } = customer;
  // before anything is asked: another's accounts are none of this principal's business, nor how long they take
  if (!belongs(operation.principal, { ...NOWHERE, customers: [id] })) return [];
  if (!objects.serves('BillingAccount', provider) || !objects.serves('Charge', provider)) return [];
  const accounts = await objects.by(
    'BillingAccount',
    'relatedParty[role=customer].id',
    provider,
    customer.id,
    {
      attributes: objects.sheet('BillingAccount').attributes,
    },
  );
  const attributes = [...standing(objects.sheet('Charge')), ...CHARGE_ATTRIBUTES];
  const [fromMs, untilMs] = [instantMs(from) ?? 0, instantMs(until) ?? 0];
  const filter = { 'date.gte': from, 'date.lt': new Date(untilMs + LATEST_BILL_MS).toISOString() };
  const found = await Promise.all(
    accounts.map((account) =>
      objects.by('Charge', 'billingAccount.id', provider, backEndId(account), { attributes, filter }),
    ),
  );
  // spent when it was used, and not when it was billed: a charge lies where its own period begins
  const inPeriod = (charge: Item): boolean => {
    const beginsMs = periodOfCharge(charge.raw).fromMs;
    return beginsMs === undefined || (beginsMs >= fromMs && beginsMs < untilMs);
  };
  return objects.visible(found.flat().filter(inPeriod));
}

function isUsage(charge: Item): boolean {
  return [...categoryOf(charge.raw), asText(charge.raw.type) ?? ''].some((word) => /usage/i.test(word));
}

/** One number's charges; it stands where its first charge stands, so that its number is as well guarded. */
function row(number: string, group: readonly Item[]): Item {
  const [first] = group;
  if (first === undefined) throw new Error('a group has a charge');
  const [service] = serviceOf(first.raw);
  const taxIncluded = sumOf(group, 'taxIncludedAmount');
  const currency = taxIncluded?.currency ?? 'EUR';
  const totals: Sums = new Map();
  for (const each of group) addTo(totals, asMoney(each.raw.taxIncludedAmount));
  return {
    __typename: 'NumberSpend',
    provider: first.provider,
    whole: first,
    raw: {
      number,
      service: service === undefined ? null : reference('Service', first.provider, service),
      taxExcluded: sumOf(group, 'taxExcludedAmount') ?? null,
      taxIncluded: taxIncluded ?? null,
      totals: shown(totals),
      usage: sumOf(group.filter(isUsage), 'taxIncludedAmount') ?? { amount: '0.00', currency },
      charges: group.length,
    },
  };
}

const spent = (item: Item): Big => new Big(asMoney(item.raw.taxIncluded)?.amount ?? 0);

export async function spend(input: SpendInput, context: SubgraphContext) {
  checkPeriod(input.from, input.until, MAX_DAYS);
  const { principal, nowMs } = context.operation;
  // asking for a number tells whose it is: for those only who may read numbers
  if (input.numbers && !holds(principal, 'PERSON_VIEW', nowMs)) throw clientError('FORBIDDEN');
  const first = input.first ?? 50;
  if (first < 1 || first > MAX_NUMBERS)
    throw clientError('BAD_USER_INPUT', `"first" takes 1 to ${MAX_NUMBERS}.`);
  const groups = new Map<string, Item[]>();
  const others: Item[] = [];
  for (const charge of await charges(input, context)) {
    const [number] = numberOf(charge.raw);
    if (number === undefined) {
      others.push(charge);
      continue;
    }
    const group = groups.get(number);
    if (group === undefined) groups.set(number, [charge]);
    else group.push(charge);
  }
  const wanted = new Set(input.numbers ?? groups.keys());
  const rows = [...wanted].flatMap((number) => {
    const group = groups.get(number);
    if (group === undefined) return [];
    const item = row(number, group);
    return [{ item, spent: spent(item) }];
  });
  rows.sort((a, b) => b.spent.cmp(a.spent));
  return {
    period: { start: asInstant(input.from) ?? null, end: asInstant(input.until) ?? null },
    numbers: rows.slice(0, first).map(({ item }) => item),
    other: input.numbers ? null : (sumOf(others, 'taxIncludedAmount') ?? null),
  };
}
