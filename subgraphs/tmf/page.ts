// One page of a list as a back end really gives it: wrapped or bare, too long, with or without a total.
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Budget } from './budget.ts';
import type { Answer } from './exchange.ts';
import { withPeriodsInOrder } from './periods.ts';
import type { Profile } from './profile.ts';
import { lastSegment } from './progress.ts';
import { encode } from './query.ts';
import { all, at } from './read.ts';
import { isRecord, type TmfObject, tmfObject } from './tmf-object.ts';

export interface RawPage {
  /** Those that have an id. */
  readonly rows: readonly TmfObject[];
  /** Where each row stood in what came. */
  readonly places: readonly number[];
  /** How many came, with an id or not: the back end's positions count them all. */
  readonly received: number;
  /** X-Total-Count as it was sent; what it counts is another question. */
  readonly total: number | undefined;
  /** The list came whole, whatever was asked. */
  readonly whole: boolean;
  readonly more: boolean;
  /** What names the next page where positions don't: parameters out of the link to it, encoded. */
  readonly cursor: string | undefined;
}

export interface PageRequest {
  /** Parameters besides paging, encoded. */
  readonly parameters: readonly string[];
  readonly offset: number;
  readonly limit: number;
  /** In place of the offset, where the page before named one. */
  readonly cursor?: string | undefined;
  /** Whether X-Total-Count, if it comes, counts just what was asked for. */
  readonly totalTrusted: boolean;
}

export async function fetchPage(
  backEnd: BackEnd,
  { resource }: Source,
  { parameters, offset, limit, cursor, totalTrusted }: PageRequest,
  budget: Budget,
): Promise<RawPage> {
  const { profile } = backEnd.config;
  const paged = profile.paging !== 'none';
  const place = cursor ?? (profile.paging === 'offset' ? `offset=${offset}` : '');
  const query = [...parameters, ...(paged ? [place, `limit=${limit}`] : [])].filter(Boolean).join('&');
  const request = { method: 'GET', resource, repeatable: true, ...(query === '' ? {} : { query }) } as const;
  const answer = await backEnd.send(request, budget);
  const list = listOf(answer.body, resource, profile.envelope);
  if (list === undefined) {
    const { provider, api, basePath } = backEnd.config;
    throw new BackEndError({
      provider,
      api,
      method: 'GET',
      path: `${basePath}/${resource}`,
      status: answer.status,
      code: 'BACKEND_BAD_ANSWER',
      retryable: false,
      reason: 'answered with something that is not a list',
    });
  }
  const seen = new Set<string>();
  const numbered = list.flatMap((raw, place) => {
    const row = tmfObject(raw) ?? named(raw, resource);
    if (row === undefined || seen.has(row.id)) return [];
    seen.add(row.id);
    return [{ row: withPeriodsInOrder(row), place }];
  });
  const rows = numbered.map(({ row }) => row);
  // as many rows as were asked for, some of them again: positions count each once, or the next page would skip some
  const isRepeated = paged && list.length > limit && rows.length <= limit && rows.length < list.length;
  if (rows.length < list.length) backEnd.notice('sends rows twice or without id, which are skipped');
  const received = isRepeated ? rows.length : list.length;
  const total = profile.totals === 'none' ? undefined : totalOf(answer);
  // longer than asked: limit is ignored, and so is offset, unless the total says that this is a part
  const next = paged ? nextCursor(answer, query) : undefined;
  const overlong = paged && received > limit;
  const isPart =
    overlong &&
    total !== undefined &&
    (total > offset + received || (offset > 0 && total === offset + received));
  if (overlong) backEnd.notice('ignores limit: set paging to none in its profile');
  const whole = !paged || (overlong && !isPart && cursor === undefined && next === undefined);
  return {
    rows,
    places: numbered.map(({ place }, index) => (isRepeated ? index : place)),
    received,
    total,
    whole,
    more: !whole && hasMore({ answer, received, offset, limit, total, totalTrusted, paging: profile.paging }),
    cursor: next,
  };
}

/** Some leave the id out of lists: then it is the end of the row's own address, of which nothing else is used. */
export function named(raw: unknown, resource: string): TmfObject | undefined {
  if (!isRecord(raw) || typeof raw.href !== 'string') return undefined;
  const segments = raw.href.replace(/[?#].*$/, '').split('/');
  const id = lastSegment(raw.href);
  return id !== undefined && segments.at(-2)?.toLowerCase() === resource.toLowerCase()
    ? { ...raw, id }
    : undefined;
}

interface Position {
  readonly answer: Answer;
  readonly received: number;
  readonly offset: number;
  readonly limit: number;
  readonly total: number | undefined;
  readonly totalTrusted: boolean;
  readonly paging: Profile['paging'];
}

const NEXT = /<([^>]*)>[^,]*;\s*rel\s*=\s*"?next"?/i;

function hasMore({ answer, received, offset, limit, total, totalTrusted, paging }: Position): boolean {
  if (received === 0) return false;
  if (NEXT.test(answer.header('link') ?? '')) return true;
  if (paging === 'cursor') return false;
  const end = offset + received;
  if (received > limit) return total !== undefined && total > end;
  if (received === limit) return !(totalTrusted && total !== undefined && total <= end);
  // a short page ends the list, unless the back end has capped the limit and says that there is more
  return total !== undefined && total > end;
}

/**
 * The parameters of the link to the next page that we didn't send, if any: `cursor=…`, `after=…`.
 * The link itself is never followed: its host may be anybody's.
 */
function nextCursor(answer: Answer, query: string): string | undefined {
  const linked = NEXT.exec(answer.header('link') ?? '')?.[1]?.split('?')[1];
  if (linked === undefined) return undefined;
  const ours = new URLSearchParams(query);
  const added = [...new URLSearchParams(linked)].filter(
    ([name, value]) => !['offset', 'limit'].includes(name) && !(ours.get(name) === value),
  );
  return added.length === 0
    ? undefined
    : added.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

const ENVELOPES = ['data', 'items', 'results', 'content', 'resultSet'];

/** The list in an answer: bare, under the profile's key, or under a usual one. */
export function listOf(
  body: unknown,
  resource: string,
  envelope: string | undefined,
): readonly unknown[] | undefined {
  if (body === undefined) return [];
  if (Array.isArray(body)) return body;
  if (!isRecord(body)) return undefined;
  const keys = envelope === undefined ? [resource, `${resource}s`, ...ENVELOPES] : [envelope];
  for (const key of keys) {
    const found = at(body, key);
    if (Array.isArray(found)) return found;
  }
  return undefined;
}

function totalOf(answer: Answer): number | undefined {
  const text = answer.header('x-total-count')?.trim() ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Whether any value at the path is among the wanted ones. */
export function names(row: TmfObject, path: string, wanted: ReadonlySet<string>): boolean {
  return path === 'id' ? wanted.has(row.id) : all(row, path).some((value) => wanted.has(String(value)));
}
