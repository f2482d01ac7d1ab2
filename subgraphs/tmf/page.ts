// One page of a list as a back end really gives it: wrapped or bare, too long, with or without a total.
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Budget } from './budget.ts';
import type { Answer } from './exchange.ts';
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
}

export interface PageRequest {
  /** Parameters besides paging, encoded. */
  readonly parameters: readonly string[];
  readonly offset: number;
  readonly limit: number;
  /** Whether X-Total-Count, if it comes, counts just what was asked for. */
  readonly totalTrusted: boolean;
}

export async function fetchPage(
  backEnd: BackEnd,
  { resource }: Source,
  { parameters, offset, limit, totalTrusted }: PageRequest,
  budget: Budget,
): Promise<RawPage> {
  const { profile } = backEnd.config;
  const paged = profile.paging === 'offset';
  const query = [...parameters, ...(paged ? [`offset=${offset}`, `limit=${limit}`] : [])].join('&');
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
  const numbered = list.flatMap((raw, place) => {
    const row = tmfObject(raw);
    return row === undefined ? [] : [{ row, place }];
  });
  const rows = numbered.map(({ row }) => row);
  if (rows.length < list.length) backEnd.notice('sends rows without id, which are skipped');
  const received = list.length;
  const total = profile.totals === 'none' ? undefined : totalOf(answer);
  // longer than asked: limit is ignored, and so is offset, unless the total says that this is a part
  const overlong = paged && received > limit;
  const isPart =
    overlong &&
    total !== undefined &&
    (total > offset + received || (offset > 0 && total === offset + received));
  if (overlong) backEnd.notice('ignores limit: set paging to none in its profile');
  const whole = !paged || (overlong && !isPart);
  return {
    rows,
    places: numbered.map(({ place }) => place),
    received,
    total,
    whole,
    more: !whole && hasMore({ answer, received, offset, limit, total, totalTrusted }),
  };
}

interface Position {
  readonly answer: Answer;
  readonly received: number;
  readonly offset: number;
  readonly limit: number;
  readonly total: number | undefined;
  readonly totalTrusted: boolean;
}

function hasMore({ answer, received, offset, limit, total, totalTrusted }: Position): boolean {
  if (received === 0) return false;
  // the link itself is never followed: its host may be anybody's
  if (/rel="?next"?/i.test(answer.header('link') ?? '')) return true;
  const end = offset + received;
  if (received > limit) return total !== undefined && total > end;
  if (received === limit) return !(totalTrusted && total !== undefined && total <= end);
  // a short page ends the list, unless the back end has capped the limit and says that there is more
  return total !== undefined && total > end;
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
