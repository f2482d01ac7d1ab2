// All objects that name some values, over whatever a back end can do: batches, pages, or one by one.
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Budget } from './budget.ts';
import { compileFilter } from './filter.ts';
import { fetchOne } from './lookup.ts';
import { fetchPage, names } from './page.ts';
import {
  batches,
  encode,
  type Filter,
  fieldNames,
  fieldsParameter,
  filterParameters,
  honours,
  parameter,
} from './query.ts';
import { projection, type TmfObject } from './tmf-object.ts';

export interface ManyAsk {
  /** The path that names the values; `id` when absent. */
  readonly by?: string;
  readonly fields?: readonly string[];
  readonly filter?: Filter;
}

/** More pages than this is a back end that never ends. */
const MAX_PAGES = 500;

interface Listing {
  readonly backEnd: BackEnd;
  readonly source: Source;
  readonly budget: Budget;
  /** Parameters of every call besides the values, encoded. */
  readonly parameters: readonly string[];
  readonly totalTrusted: boolean;
  /** Whether a row is one of those asked for. */
  readonly fits: (row: TmfObject) => boolean;
  /** Before each question; throws when there were too many. The first was counted by who asks. */
  readonly count: () => void;
}

/** All objects whose `by` path names one of the values, each once, in the order in which they came. */
export async function listMany(
  backEnd: BackEnd,
  source: Source,
  values: readonly string[],
  ask: ManyAsk,
  budget: Budget,
): Promise<readonly TmfObject[]> {
  const by = ask.by ?? 'id';
  const wanted = new Set(values.filter((value) => value !== ''));
  if (wanted.size === 0) return [];
  const filter = ask.filter ?? {};
  const fields = fieldNames(ask.fields, [by, ...Object.keys(filter)]);
  const sent = filterParameters(backEnd.config, filter);
  const parameters = [...fieldsParameter(backEnd.config, fields), ...sent.parameters];
  const totalTrusted = sent.whole && backEnd.config.profile.totals === 'filtered';
  const matches = compileFilter(filter);
  const fits = (row: TmfObject) => names(row, by, wanted) && matches(row);
  let asked = 0;
  const count = () => {
    asked += 1;
    if (asked > 1) budget.countQuestion();
  };
  const listing = { backEnd, source, budget, parameters, totalTrusted, fits, count };

  const found =
    by === 'id' ? await byId(listing, [...wanted], fields) : await byPath(listing, by, [...wanted]);
  const unique = new Map<string, TmfObject>();
  const project = projection(fields);
  for (const row of found) {
    if (!unique.has(row.id) && fits(row)) unique.set(row.id, project(row));
  }
  return [...unique.values()];
}

async function byId(
  listing: Listing,
  ids: readonly string[],
  fields: readonly string[] | undefined,
): Promise<readonly TmfObject[]> {
  const { backEnd } = listing;
  const { idBatch } = backEnd.config.profile;
  const single = (id: string) => idBatch === 'none' || (idBatch === 'comma' && id.includes(','));
  const together = batches(
    backEnd.config,
    'id',
    ids.filter((id) => !single(id)),
    listing.parameters.join('&').length,
  );
  // one id alone: the plain GET works everywhere and costs the same
  const alone = [...ids.filter(single), ...together.filter(({ length }) => length === 1).flat()];
  const found = await Promise.all([
    lookUp(listing, alone, fields),
    ...together.filter(({ length }) => length > 1).map((batch) => idBatchOf(listing, batch, fields)),
  ]);
  return found.flat();
}

async function idBatchOf(
  listing: Listing,
  ids: readonly string[],
  fields: readonly string[] | undefined,
): Promise<readonly TmfObject[]> {
  const { backEnd } = listing;
  const missing = new Set(ids);
  const found: TmfObject[] = [];
  const limit = Math.min(ids.length, backEnd.config.maxPage);
  for await (const rows of pagesOf(listing, parameter(backEnd.config, 'id', ids), limit)) {
    const before = missing.size;
    for (const row of rows) if (missing.delete(row.id)) found.push(row);
    if (missing.size === 0) break;
    if (rows.some(({ id }) => !ids.includes(id))) {
      // strangers in the answer: the whole collection would have to be paged through for these few
      backEnd.notice('ignores id batches: set idBatch in its profile');
      found.push(...(await lookUp(listing, [...missing], fields)));
      break;
    }
    if (missing.size === before) break;
  }
  if (!found.some(({ id }) => id !== ids[0])) {
    // none, or the first alone: one that takes the whole batch for a single id answers so, and nobody would miss the rest
    const [next, ...others] = [...missing];
    const there = next === undefined ? [] : await lookUp(listing, [next], fields);
    if (there.length > 0) {
      backEnd.notice('does not know id batches as they are sent: set idBatch in its profile');
      found.push(...there, ...(await lookUp(listing, others, fields)));
    }
  }
  return found;
}

async function lookUp(
  { backEnd, source, budget, count }: Listing,
  ids: readonly string[],
  fields: readonly string[] | undefined,
): Promise<readonly TmfObject[]> {
  const found: (TmfObject | undefined)[] = [];
  const left = ids.entries();
  // so many at a time, so that one lookup can't fill the queue alone
  const lookingUp = Array.from({ length: backEnd.config.profile.lookupsAtOnce }, async () => {
    for (const [place, id] of left) {
      count();
      found[place] = await fetchOne(backEnd, source, id, fields, budget);
    }
  });
  await Promise.all(lookingUp);
  return found.filter((object) => object !== undefined);
}

async function byPath(
  listing: Listing,
  by: string,
  values: readonly string[],
): Promise<readonly TmfObject[]> {
  const { config } = listing.backEnd;
  const calls = honours(config, by) ? valueParameters(listing, by, values) : [undefined];
  const found = await Promise.all(
    calls.map(async (valueParameter) => {
      const rows: TmfObject[] = [];
      const seen = new Set<string>();
      for await (const page of pagesOf(listing, valueParameter, config.maxPage)) {
        const before = seen.size;
        for (const row of page) {
          if (seen.has(row.id)) continue;
          seen.add(row.id);
          // of a whole collection only what was asked for is kept in memory
          if (listing.fits(row)) rows.push(row);
        }
        // nothing new on a page: it repeats, and would for ever; an overlap alone is rows moving while we read
        if (page.length > 0 && seen.size === before) {
          listing.backEnd.notice('repeats pages');
          throw wrong(listing, 'repeats its pages: where its lists end is not to be known');
        }
      }
      return rows;
    }),
  );
  return found.flat();
}

function valueParameters({ backEnd, parameters }: Listing, by: string, values: readonly string[]): string[] {
  const { config } = backEnd;
  // alone, and as it is: one that splits at the comma finds nothing, but the whole collection is never read for it
  const alone = config.profile.idBatch === 'repeated' ? [] : values.filter((value) => value.includes(','));
  const together = values.filter((value) => !alone.includes(value));
  return [
    ...alone.map((value) => `${encode(by)}=${encode(value)}`),
    ...batches(config, by, together, parameters.join('&').length)
      .map((batch) => parameter(config, by, batch))
      .filter((each) => each !== undefined),
  ];
}

/** Page after page of one list, as far as the reader goes. */
async function* pagesOf(
  { backEnd, source, budget, parameters, totalTrusted, count }: Listing,
  valueParameter: string | undefined,
  limit: number,
): AsyncGenerator<readonly TmfObject[]> {
  const all = valueParameter === undefined ? parameters : [...parameters, valueParameter];
  let cursor: string | undefined;
  for (let offset = 0, pages = 0; ; pages += 1) {
    if (pages === MAX_PAGES) throw wrong({ backEnd, source }, `gave more than ${MAX_PAGES} pages`);
    count();
    const request = { parameters: all, offset, limit, cursor, totalTrusted };
    const page = await fetchPage(backEnd, source, request, budget);
    yield page.rows;
    if (!page.more) return;
    offset += page.received;
    ({ cursor } = page);
  }
}

function wrong(
  { backEnd: { config }, source: { resource } }: Pick<Listing, 'backEnd' | 'source'>,
  reason: string,
): BackEndError {
  return new BackEndError({
    provider: config.provider,
    api: config.api,
    method: 'GET',
    path: `${config.basePath}/${resource}`,
    code: 'BACKEND_BAD_ANSWER',
    retryable: false,
    reason,
  });
}
