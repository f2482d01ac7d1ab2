// One page of a list at a position, with what is known of where it goes on and how long it is.
import type { BackEnd, Source } from './back-end.ts';
import type { Budget } from './budget.ts';
import { compileFilter } from './filter.ts';
import { fetchPage, type PageRequest } from './page.ts';
import { type PlacedPage, pageAt } from './page-at.ts';
import { type Filter, fieldNames, fieldsParameter, filterParameters, sortParameter } from './query.ts';
import { sorted } from './sorting.ts';
import { projection, type TmfObject } from './tmf-object.ts';

export interface PageAsk {
  readonly filter?: Filter;
  readonly fields?: readonly string[];
  /** TMF630: `-billDate,id`. */
  readonly sort?: string;
  readonly offset: number;
  readonly limit: number;
}

export interface Page {
  readonly items: readonly TmfObject[];
  /** The back end's offset of each item: a reader goes on after it at one more. */
  readonly offsets: readonly number[];
  /** The back end's offset of the next page; absent at the end. */
  readonly next?: number;
  /** The back end knows no positions: each page is come to by the one before. */
  readonly byCursor?: true;
  /** Only when it was proved to count what the filter lets through. */
  readonly total?: number;
}

/** One page, one call. Fewer items than asked may come where filters had to be applied here: go on at `next`. */
export async function listPage(
  backEnd: BackEnd,
  source: Source,
  ask: PageAsk,
  budget: Budget,
): Promise<Page> {
  const { config } = backEnd;
  const filter = ask.filter ?? {};
  const unfiltered = Object.keys(filter).length === 0;
  const isSortedHere = ask.sort !== undefined && !config.profile.sort;
  const sortFields = isSortedHere ? ask.sort.split(',').map((key) => key.replace(/^[+-]/, '')) : [];
  const fields = fieldNames(ask.fields, [...Object.keys(filter), ...sortFields]);
  const sent = filterParameters(config, filter);
  const filtered = sent.whole && config.profile.totals === 'filtered';
  // without a filter the collection's own total is meant either way
  const trusted = filtered || (unfiltered && config.profile.totals !== 'none');
  const offset = Math.max(0, ask.offset);
  const limit = Math.max(1, Math.min(ask.limit, config.maxPage));
  const request: PageRequest = {
    parameters: [...fieldsParameter(config, fields), ...sent.parameters, ...sortParameter(config, ask.sort)],
    offset,
    limit,
    totalTrusted: filtered,
  };
  // what isn't sorted there can be sorted here where all of it comes at once
  const all = isSortedHere ? await wholeList(backEnd, source, request, budget) : undefined;
  const { page, begins } = all ?? (await pageAt(backEnd, source, request, budget));
  const isWhole = page.whole || all !== undefined;
  const matches = compileFilter(filter);
  const project = projection(fields);
  const kept: TmfObject[] = [];
  const offsets: number[] = [];
  let ignored = false;
  for (const [index, row] of page.rows.entries()) {
    const at = (isWhole ? offset : begins) + (page.places[index] ?? index);
    if (!matches(row)) ignored = true;
    else if (at >= offset) {
      kept.push(row);
      offsets.push(at);
    }
  }
  if (ignored && sent.whole) {
    backEnd.notice('ignores filters: set filters in its profile');
  }

  if (isWhole) {
    // everything came: position and total are then of what the filter lets through
    const end = offset + limit;
    const rows = isSortedHere && ask.sort !== undefined ? sorted(kept, ask.sort) : kept;
    const items = rows.slice(offset, end).map(project);
    const positions = items.map((_, index) => offset + index);
    return { items, offsets: positions, total: kept.length, ...(end < kept.length ? { next: end } : {}) };
  }
  const end = begins + page.received;
  const dropped = ignored || page.rows.length < page.received;
  const complete = !page.more && (page.received > 0 || offset === 0);
  // some count the page alone: a total that ends here while more may follow is none
  const claimed =
    trusted && page.total !== undefined && page.total > end && page.more ? page.total : undefined;
  const total = dropped ? undefined : complete ? end : claimed;
  return {
    items: kept.map(project),
    offsets,
    ...(page.more ? { next: end } : {}),
    ...(config.profile.paging === 'cursor' || page.cursor !== undefined ? { byCursor: true } : {}),
    ...(total === undefined ? {} : { total }),
  };
}

/** Undefined where it is longer than a page can be. */
async function wholeList(
  backEnd: BackEnd,
  source: Source,
  request: PageRequest,
  budget: Budget,
): Promise<PlacedPage | undefined> {
  const limit = backEnd.config.maxPage;
  const page = await fetchPage(backEnd, source, { ...request, offset: 0, limit }, budget);
  if (!page.more) return { page, begins: 0 };
  budget.countQuestion();
  backEnd.notice('does not sort, and has lists too long to sort here: their rows come in its own order');
  return undefined;
}
