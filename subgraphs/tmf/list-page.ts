// One page of a list at a position, with what is known of where it goes on and how long it is.
import type { BackEnd, Source } from './back-end.ts';
import type { Budget } from './budget.ts';
import { compileFilter } from './filter.ts';
import { fetchPage, type PageRequest } from './page.ts';
import { type Filter, fieldNames, fieldsParameter, filterParameters, sortParameter } from './query.ts';
import { project, type TmfObject } from './tmf-object.ts';

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
  const fields = fieldNames(ask.fields, Object.keys(filter));
  const sent = filterParameters(config, filter);
  const filtered = sent.whole && config.profile.totals === 'filtered';
  // without a filter the collection's own total is meant either way
  const trusted = filtered || (unfiltered && config.profile.totals !== 'none');
  const offset = Math.max(0, ask.offset);
  const limit = Math.max(1, Math.min(ask.limit, config.maxPage));
  const request: PageRequest = {
    parameters: [...fieldsParameter(config, fields), ...sent.parameters, ...sortParameter(ask.sort)],
    offset,
    limit,
    totalTrusted: filtered,
  };
  const page = await fetchPage(backEnd, source, request, budget);
  const matches = compileFilter(filter);
  const kept: TmfObject[] = [];
  const offsets: number[] = [];
  for (const [index, row] of page.rows.entries()) {
    if (!matches(row)) continue;
    kept.push(row);
    offsets.push(offset + (page.places[index] ?? index));
  }
  if (kept.length < page.rows.length && sent.whole) {
    backEnd.notice('ignores filters: set filters in its profile');
  }

  if (page.whole) {
    // everything came: position and total are then of what the filter lets through
    const end = offset + limit;
    const items = kept.slice(offset, end).map((row) => project(row, fields));
    const positions = items.map((_, index) => offset + index);
    return { items, offsets: positions, total: kept.length, ...(end < kept.length ? { next: end } : {}) };
  }
  const end = offset + page.received;
  const dropped = kept.length < page.received;
  const complete = !page.more && (page.received > 0 || offset === 0);
  // some count the page alone: a total that ends here while more may follow is none
  const claimed =
    trusted && page.total !== undefined && page.total > end && page.more ? page.total : undefined;
  const total = dropped ? undefined : complete ? end : claimed;
  return {
    items: kept.map((row) => project(row, fields)),
    offsets,
    ...(page.more ? { next: end } : {}),
    ...(total === undefined ? {} : { total }),
  };
}
