// Bills held against measured usage: every charge for usage and every rated record once, and where the two don't agree.
import Big from 'big.js';
import { clientError } from '../../schema/errors.ts';
import type { SubgraphContext } from '../context.ts';
import { type Item, reference } from '../item.ts';
import { compileIds } from '../path.ts';
import { instantMs, type Money } from '../tmf/read.ts';
import { CHARGE_ATTRIBUTES, type ReadCharge, readCharge, walk } from './charge-walk.ts';
import { type ContrastInput, type Subject, subjectOf } from './contrast-ask.ts';
import { createLedger, type Ledger, postCharges } from './contrast-ledger.ts';
import { addTo, moneyOf, type Sums, shown } from './money-sums.ts';
import { RECORD_ATTRIBUTES, type ReadRecord, readRecord } from './records.ts';

const MAX_FIRST = 500;
const MAX_RECORD_PAGES = 120;
/** Odd records that are told one by one; all of them are counted. */
const MAX_ODD = 500;

type Kind =
  | 'BILLED_WITHOUT_USAGE'
  | 'USAGE_NOT_BILLED'
  | 'AMOUNT_DIFFERS'
  | 'DUPLICATE_RECORD'
  | 'LATE_RECORD'
  | 'FUTURE_RECORD'
  | 'UNATTRIBUTED_RECORD';

interface Difference {
  readonly kind: Kind;
  readonly difference: Big;
  readonly item: Item;
}

const realizing = compileIds('realizingService.id');

const OF_PRODUCT = ['realizingService'];

/** Products and services that the account is charged for: a customer's records are of all its accounts. */
async function coveredBy(
  { provider, account }: Subject,
  { objects }: SubgraphContext,
): Promise<ReadonlySet<string>> {
  if (!objects.serves('Product', provider)) return new Set();
  const attributes = objects.attributes('Product', OF_PRODUCT);
  const found = await objects.by('Product', 'billingAccount.id', provider, account, { attributes });
  return new Set(found.flatMap(({ raw }) => [String(raw.id), ...realizing(raw)]));
}

function differenceOf(
  kind: Kind,
  subject: Subject,
  given: {
    readonly at: Item;
    readonly service: string | undefined;
    readonly number: string | undefined;
    readonly usageType: string | undefined;
    readonly billed: Big;
    readonly used: Big;
    readonly currency: string;
    readonly records: number;
    readonly charge: Item | undefined;
    readonly record: Item | undefined;
  },
): Difference {
  const { at, billed, used, currency } = given;
  const { provider } = subject;
  const difference = billed.minus(used);
  return {
    kind,
    difference: difference.abs(),
    item: {
      __typename: 'UsageDifference',
      provider,
      whole: at,
      raw: {
        kind,
        service: given.service === undefined ? null : reference('Service', provider, given.service),
        number: given.number ?? null,
        usage: given.usageType ?? null,
        billed: moneyOf(billed, currency),
        used: moneyOf(used, currency),
        difference: moneyOf(difference, currency),
        records: given.records,
        charge: given.charge ?? null,
        // as it came, not a bare reference: who may see it needn't be asked for again
        record: given.record ?? null,
      },
    },
  };
}

/** What is wrong with one record, whatever the bill says; undefined where it counts. */
function oddity(
  record: ReadRecord,
  { issuedMs, nowMs, seen }: { issuedMs: number | undefined; nowMs: number; seen: Set<string> },
): Kind | undefined {
  if (record.service === undefined && record.product === undefined) return 'UNATTRIBUTED_RECORD';
  if (record.atMs !== undefined && record.atMs > nowMs) return 'FUTURE_RECORD';
  if (seen.has(record.signature)) return 'DUPLICATE_RECORD';
  seen.add(record.signature);
  const late = issuedMs !== undefined && !record.isBilled && (record.ratedAtMs ?? issuedMs) >= issuedMs;
  return late ? 'LATE_RECORD' : undefined;
}

function compare(ledger: Ledger, subject: Subject, tolerance: Big): Difference[] {
  return [...ledger.sides].flatMap(([key, side]) => {
    const [service, usageType] = key.split('\n');
    const at = side.charge ?? side.record?.item;
    const currencies = new Set([...side.billed.keys(), ...side.used.keys()]);
    return [...currencies].flatMap((currency) => {
      const billed = side.billed.get(currency) ?? new Big(0);
      const used = side.used.get(currency) ?? new Big(0);
      if (at === undefined || billed.minus(used).abs().lte(tolerance)) return [];
      const kind: Kind = used.eq(0)
        ? 'BILLED_WITHOUT_USAGE'
        : billed.eq(0)
          ? 'USAGE_NOT_BILLED'
          : 'AMOUNT_DIFFERS';
      return differenceOf(kind, subject, {
        at,
        service,
        number: side.number,
        usageType: usageType === '' ? undefined : usageType,
        billed,
        used,
        currency,
        records: side.records,
        charge: side.charge,
        record: undefined,
      });
    });
  });
}

export async function usageContrast(input: ContrastInput, context: SubgraphContext) {
  const first = input.first ?? 100;
  if (first < 1 || first > MAX_FIRST) throw clientError('BAD_USER_INPUT', `"first" takes 1 to ${MAX_FIRST}.`);
  const subject = await subjectOf(input, context);
  if (subject === undefined) return null;
  const { provider, bill, fromMs, untilMs, customer } = subject;
  const { nowMs } = context.operation;
  const ledger = createLedger();
  const charges: { readonly item: Item; readonly charge: ReadCharge }[] = [];
  const askedCharges = {
    type: 'Charge',
    provider,
    filter: subject.charges,
    attributes: context.objects.attributes('Charge', CHARGE_ATTRIBUTES),
  };
  const [covered, walkedCharges] = await Promise.all([
    coveredBy(subject, context),
    walk(context, askedCharges, (item) => {
      const charge = readCharge(item);
      if (charge.isUsage) charges.push({ item, charge });
    }),
  ]);
  postCharges(ledger, charges);

  const odd: Difference[] = [];
  let [oddCount, records] = [0, 0];
  const seen = new Set<string>();
  const issuedMs = bill === undefined ? undefined : instantMs(bill.raw.billDate);
  const filter = {
    'relatedParty.id': customer,
    'usageDate.gte': new Date(fromMs).toISOString(),
    'usageDate.lt': new Date(untilMs).toISOString(),
  };
  const theirs = ({ service, product }: ReadRecord): boolean =>
    (service === undefined && product === undefined) ||
    [service, product].some((id) => id !== undefined && covered.has(id));
  const asked = {
    type: 'UsageRecord',
    provider,
    filter,
    attributes: RECORD_ATTRIBUTES,
    maxPages: MAX_RECORD_PAGES,
  };
  const walkedRecords = await walk(context, asked, (item) => {
    const record = readRecord(item);
    if (!theirs(record)) return;
    records += 1;
    const kind = oddity(record, { issuedMs, nowMs, seen });
    if (kind === undefined) {
      const side = ledger.side(record.service ?? record.product ?? '', record.usageType);
      addTo(side.used, record.taxExcluded);
      side.records += 1;
      side.record ??= record;
      side.number ??= record.number;
      return;
    }
    oddCount += 1;
    if (odd.length >= MAX_ODD) return;
    const { taxExcluded, service, number, usageType } = record;
    const used = new Big(taxExcluded?.amount ?? 0);
    const currency = taxExcluded?.currency ?? [...ledger.notComparable.keys()][0] ?? 'EUR';
    const shared = { at: item, service, number, usageType, billed: new Big(0), used, currency };
    odd.push(differenceOf(kind, subject, { ...shared, records: 1, charge: undefined, record: item }));
  });

  const differences = [...compare(ledger, subject, new Big(input.tolerance ?? '0')), ...odd];
  differences.sort((a, b) => b.difference.cmp(a.difference));
  const [billedTotal, usedTotal]: [Sums, Sums] = [new Map(), new Map()];
  for (const side of ledger.sides.values()) {
    for (const money of shown(side.billed)) addTo(billedTotal, money);
    for (const money of shown(side.used)) addTo(usedTotal, money);
  }
  return {
    period: { start: new Date(fromMs).toISOString(), end: new Date(untilMs).toISOString() },
    bill: bill ?? null,
    billed: shown(billedTotal) satisfies Money[],
    used: shown(usedTotal),
    charges: charges.length,
    records,
    differences: differences.slice(0, first).map(({ item }) => item),
    differenceCount: differences.length - odd.length + oddCount,
    notComparable: shown(ledger.notComparable),
    notComparableCharges: ledger.notComparableCount,
    isComplete:
      walkedCharges.isComplete &&
      walkedRecords.isComplete &&
      charges.every(({ charge }) => charge.taxExcluded !== undefined),
  };
}
