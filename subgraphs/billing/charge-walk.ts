// Charges page after page, each looked at once and let go: a bill of 50,000 lines takes the memory of one page.
import type { SubgraphContext } from '../context.ts';
import { type Item, itemOf } from '../item.ts';
import { compileNamed } from '../path.ts';
import { standing } from '../projection.ts';
import type { Filter } from '../tmf/client.ts';
import { asMoney, asText, at, instantMs, type Money } from '../tmf/read.ts';

const PAGE = 1_000;
/** One operation asks 250 questions at most; most of them are for other fields. */
const MAX_PAGES = 80;
/** Pages that are under way at once. */
const AHEAD = 4;

export interface Walked {
  readonly count: number;
  /** False where there was more than one walk goes through. */
  readonly isComplete: boolean;
}

interface Walk {
  readonly type: string;
  readonly provider: string;
  readonly filter: Filter;
  /** Besides what tells whose it is. */
  readonly attributes: readonly string[];
  readonly maxPages?: number;
}

type Page = Awaited<ReturnType<Ask>>;
type Ask = (offset: number) => ReturnType<SubgraphContext['objects']['systems']['client']['page']>;

/** Page after page in their order; where it is known how many there are, some are asked for ahead. */
async function* pagesOf(ask: Ask): AsyncGenerator<Page> {
  let offset: number | undefined = 0;
  while (offset !== undefined) {
    const page: Page = await ask(offset);
    yield page;
    const { next, total, byCursor } = page;
    const step = (next ?? offset) - offset;
    offset = next;
    if (next === undefined || total === undefined || byCursor === true || step <= 0) continue;
    const ahead: { readonly at: number; readonly page: Promise<Page> }[] = [];
    for (let at = next; ; at += step) {
      for (let more = at + ahead.length * step; ahead.length < AHEAD && more < total; more += step) {
        const coming = ask(more);
        // whoever reads on hears of it; where nobody does, nobody minds
        coming.catch(() => undefined);
        ahead.push({ at: more, page: coming });
      }
      const first = ahead.shift();
      if (first === undefined) break;
      const coming = await first.page;
      yield coming;
      offset = coming.next;
      // rows came or went, or pages are shorter than they were: on from where that one ends
      if (offset !== at + step) break;
    }
  }
}

/** Hands each object that the principal may see to `take`, once, also where rows move between pages while they are read. */
export async function walk(
  { objects }: SubgraphContext,
  { type, provider, filter, attributes, maxPages = MAX_PAGES }: Walk,
  take: (item: Item) => void,
): Promise<Walked> {
  const sheet = objects.sheet(type);
  const { api, resource } = sheet;
  const fields = [...new Set([...standing(sheet), ...attributes])];
  const { client } = objects.systems;
  const source = { provider, api, resource } as Parameters<typeof client.page>[0]; // checked at the start: a type with rows has both
  const seen = new Set<string>();
  let pages = 0;
  let isComplete = false;
  const ask: Ask = (offset) =>
    client.page(source, { filter, fields, offset, limit: PAGE }, objects.operation);
  for await (const page of pagesOf(ask)) {
    pages += 1;
    const fresh = page.items.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    const items = fresh.map((raw) => itemOf(type, provider, raw));
    for (const item of await objects.visible(items)) take(item);
    // nothing new on a page: it repeats, and would for ever
    isComplete = page.next === undefined || (page.items.length > 0 && fresh.length === 0);
    if (isComplete || pages === maxPages) break;
  }
  return { count: seen.size, isComplete };
}

const characteristics = compileNamed('characteristic', ['chargeKind', 'serviceId', 'number', 'usageType']);

/** What `readCharge` reads: for sums over thousands, of which none is shown itself. */
export const CHARGE_ATTRIBUTES = [
  'characteristic',
  'type',
  'date',
  'periodCoverage',
  'taxExcludedAmount',
  'taxIncludedAmount',
];

/** What a charge is, as far as the billing system says. */
export interface ReadCharge {
  readonly category: string | undefined;
  readonly isUsage: boolean;
  readonly isCredit: boolean;
  readonly service: string | undefined;
  readonly number: string | undefined;
  /** Of a usage charge: data, voice. */
  readonly usageType: string | undefined;
  readonly taxExcluded: Money | undefined;
  readonly taxIncluded: Money | undefined;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
}

/** When the charge's own period begins and ends, as far as it says. */
export function periodOfCharge(raw: Item['raw']): Pick<ReadCharge, 'fromMs' | 'untilMs'> {
  const begins = instantMs(at(raw, 'periodCoverage.startDateTime'));
  const ends = instantMs(at(raw, 'periodCoverage.endDateTime'));
  // some have periods that end before they start
  const isReversed = begins !== undefined && ends !== undefined && ends < begins;
  const [first, second] = isReversed ? [ends, begins] : [begins, ends];
  return { fromMs: first ?? instantMs(raw.date), untilMs: second };
}

export function readCharge({ raw }: Item): ReadCharge {
  const [categories, services, numbers, usageTypes] = characteristics(raw);
  const category = categories?.[0];
  const type = asText(raw.type) ?? '';
  return {
    category,
    isUsage: /usage/i.test(category ?? type),
    isCredit: /credit/i.test(type) || /credit/i.test(category ?? ''),
    service: services?.[0],
    number: numbers?.[0],
    usageType: usageTypes?.[0]?.toLowerCase(),
    taxExcluded: asMoney(raw.taxExcludedAmount),
    taxIncluded: asMoney(raw.taxIncludedAmount),
    ...periodOfCharge(raw),
  };
}
