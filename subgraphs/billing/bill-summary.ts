// A bill summed by service, number or category, however many lines it has.
import { clientError } from '../../schema/errors.ts';
import type { SubgraphContext } from '../context.ts';
import { backEndId, type Item, reference } from '../item.ts';
import { asMoney } from '../tmf/read.ts';
import { CHARGE_ATTRIBUTES, type ReadCharge, readCharge, walk } from './charge-walk.ts';
import { addTo, type Sums, shown, size } from './money-sums.ts';

export interface SummaryAsk {
  readonly by?: 'SERVICE' | 'NUMBER' | 'CATEGORY' | null;
  readonly first?: number | null;
}

/** More groups than a reader can use; the sums are of all of them. */
const MAX_GROUPS = 500;

interface Group {
  readonly first: Item;
  readonly charge: ReadCharge;
  readonly taxExcluded: Sums;
  readonly taxIncluded: Sums;
  lines: number;
}

const keyOf = (charge: ReadCharge, by: SummaryAsk['by']): string =>
  (by === 'NUMBER' ? charge.number : by === 'CATEGORY' ? charge.category : charge.service) ?? '';

/** A group stands where its first line stands, so that its number is as well guarded. */
function shownGroup({ first, charge, taxExcluded, taxIncluded, lines }: Group, by: SummaryAsk['by']): Item {
  const { service, number, category } = charge;
  return {
    __typename: 'BillGroup',
    provider: first.provider,
    whole: first,
    raw: {
      service:
        service === undefined || by === 'CATEGORY' ? null : reference('Service', first.provider, service),
      number: by === 'CATEGORY' ? null : number,
      category: by === 'CATEGORY' ? category : null,
      taxExcluded: shown(taxExcluded),
      taxIncluded: shown(taxIncluded),
      lines,
    },
  };
}

export async function billSummary(bill: Item, ask: SummaryAsk, context: SubgraphContext) {
  const first = ask.first ?? 50;
  if (first < 0 || first > MAX_GROUPS)
    throw clientError('BAD_USER_INPUT', `"first" takes 0 to ${MAX_GROUPS}.`);
  const groups = new Map<string, Group>();
  const [taxExcluded, taxIncluded, credits]: [Sums, Sums, Sums] = [new Map(), new Map(), new Map()];
  let [lines, unreadable] = [0, 0];
  const walked = {
    type: 'Charge',
    provider: bill.provider,
    filter: { 'bill.id': backEndId(bill) },
    attributes: CHARGE_ATTRIBUTES,
  };
  const { isComplete } = await walk(context, walked, (item) => {
    const charge = readCharge(item);
    lines += 1;
    if (charge.taxExcluded === undefined || charge.taxIncluded === undefined) unreadable += 1;
    const key = keyOf(charge, ask.by);
    const group = groups.get(key) ?? {
      first: item,
      charge,
      taxExcluded: new Map(),
      taxIncluded: new Map(),
      lines: 0,
    };
    groups.set(key, group);
    group.lines += 1;
    for (const sums of [taxExcluded, group.taxExcluded]) addTo(sums, charge.taxExcluded);
    for (const sums of [taxIncluded, group.taxIncluded]) addTo(sums, charge.taxIncluded);
    if (charge.isCredit) addTo(credits, charge.taxIncluded);
  });
  const sorted = [...groups.values()].sort((a, b) => size(b.taxIncluded).cmp(size(a.taxIncluded)));
  const total = shown(taxIncluded);
  const stated = asMoney(bill.raw.taxIncludedAmount);
  const comparable = isComplete && unreadable === 0 && stated !== undefined;
  const [only] = total;
  return {
    lines,
    taxExcluded: shown(taxExcluded),
    taxIncluded: total,
    credits: shown(credits),
    groups: sorted.slice(0, first).map((group) => shownGroup(group, ask.by)),
    groupCount: groups.size,
    unreadable,
    isComplete,
    agreesWithBill: comparable
      ? total.length === 1 &&
        only?.currency === stated.currency &&
        Number(only.amount) === Number(stated.amount)
      : null,
  };
}
