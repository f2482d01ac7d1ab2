// The page at a position, also of a back end that only knows "the next one": walked to, from the nearest known page.
import { LRUCache } from 'lru-cache';
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Budget } from './budget.ts';
import { fetchPage, type PageRequest, type RawPage } from './page.ts';

/** By position, what names the page that begins there, and the first row of the list. */
interface Trail {
  readonly cursors: Map<number, string>;
  first?: string;
}

/** A reader goes from page to page: the trails of so many lists are remembered, each so far. */
const MAX_TRAILS = 500;
const MAX_STEPS = 200;

const trailsOf = new WeakMap<BackEnd, LRUCache<string, Trail>>();

function trailOf(backEnd: BackEnd, { resource }: Source, { parameters, limit }: PageRequest, budget: Budget) {
  const trails = trailsOf.get(backEnd) ?? new LRUCache<string, Trail>({ max: MAX_TRAILS });
  trailsOf.set(backEnd, trails);
  // what one user's token finds is no other's
  const key = [resource, limit, ...parameters, budget.userToken ?? ''].join('\n');
  const trail = trails.get(key) ?? { cursors: new Map<number, string>() };
  trails.set(key, trail);
  return trail;
}

export interface PlacedPage {
  readonly page: RawPage;
  /** The position of its first row: at or before the one asked for. */
  readonly begins: number;
}

/** Rejects with a BackEndError, also where a page is the first one again. */
export async function pageAt(
  backEnd: BackEnd,
  source: Source,
  request: PageRequest,
  budget: Budget,
): Promise<PlacedPage> {
  const { config } = backEnd;
  const trail = trailOf(backEnd, source, request, budget);
  const byCursor = config.profile.paging === 'cursor' || trail.cursors.size > 0;
  const known = [...trail.cursors.keys()].filter((offset) => offset <= request.offset);
  let begins = byCursor ? Math.max(0, ...known) : request.offset;
  const fault = (reason: string) =>
    new BackEndError({
      provider: config.provider,
      api: config.api,
      method: 'GET',
      path: `${config.basePath}/${source.resource}`,
      code: 'BACKEND_BAD_ANSWER',
      retryable: false,
      reason,
    });
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (step > 0) budget.countQuestion();
    const cursor = trail.cursors.get(begins);
    const page = await fetchPage(backEnd, source, { ...request, offset: begins, cursor }, budget);
    const first = page.rows[0]?.id;
    if (begins === 0 && first !== undefined) trail.first = first;
    else if (first !== undefined && first === trail.first && !page.whole)
      throw fault('repeats its first page');
    const next = begins + page.received;
    if (page.cursor !== undefined && page.received > 0) {
      if (config.profile.paging === 'offset') backEnd.notice('pages by cursor: set paging in its profile');
      if (trail.cursors.size < MAX_STEPS) trail.cursors.set(next, page.cursor);
    }
    if (!byCursor || page.whole || next > request.offset || !page.more) return { page, begins };
    begins = next;
  }
  throw fault(`has no page so far behind its cursors`);
}
