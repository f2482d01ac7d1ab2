// Changing and removing an object, and looking whether it was done: nine of nineteen say so of changes that they drop.

import { isApplied } from './applied.ts';
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import { type Budget, pause } from './budget.ts';
import { fetchOne } from './lookup.ts';
import { pollAfterMs, stateName } from './progress.ts';
import type { TmfObject } from './tmf-object.ts';
import { endOf, type Written } from './written.ts';

export interface ChangeAsk {
  /** A merge patch: what is null is taken away, lists are put in place whole. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Attributes that must read back as they were sent; all of them when absent. */
  readonly compared?: readonly string[];
}

/** Looks at what was said to be done; a cluster may be a moment behind itself. */
const LOOKS = 3;

const DIALECTS = { json: 'application/json', mergePatch: 'application/merge-patch+json' } as const;

export async function changeObject(
  backEnd: BackEnd,
  source: Source,
  id: string,
  { changes, compared = Object.keys(changes) }: ChangeAsk,
  budget: Budget,
): Promise<Written> {
  const wanted = Object.entries(changes).filter(([name]) => compared.includes(name));
  const isDone = (object: TmfObject | undefined) =>
    object !== undefined && wanted.every(([name, value]) => isApplied(value, object[name]));
  const send = (contentType: string) =>
    // the same merge twice is the same merge
    backEnd.send(
      { method: 'PATCH', resource: source.resource, id, body: changes, contentType, repeatable: true },
      budget,
    );
  const lost = await attempt(async () => {
    const { json, mergePatch } = DIALECTS;
    const stated = DIALECTS[backEnd.config.profile.patch];
    await send(stated).catch((error: unknown) => {
      if (!(error instanceof BackEndError) || error.status !== 415) throw error;
      backEnd.notice('refuses the content type of a change: set patch in its profile');
      return send(stated === json ? mergePatch : json);
    });
  });
  if (lost?.kind === 'REFUSED') return lost;
  const read = await readBack(() => fetchOne(backEnd, source, id, undefined, budget), isDone, budget);
  if (read.kind === 'AS_WANTED')
    return { kind: 'DONE', ...(read.object === undefined ? {} : { object: read.object }) };
  if (read.kind === 'UNREADABLE' || lost !== undefined) return { kind: 'UNKNOWN' };
  throw notApplied(backEnd, 'PATCH', source);
}

/** What is kept as deleted counts as removed. */
const REMOVED = ['deleted', 'removed', 'terminated', 'cancelled', 'closed', 'retired', 'obsolete'];

/** Done where it is gone afterwards, also when it was gone before. */
export async function removeObject(
  backEnd: BackEnd,
  source: Source,
  id: string,
  budget: Budget,
): Promise<Written> {
  const isDone = (object: TmfObject | undefined) =>
    object === undefined || REMOVED.includes(stateName(object) ?? '');
  const request = { method: 'DELETE', resource: source.resource, id, repeatable: true } as const;
  const lost = await attempt(() => backEnd.send(request, budget));
  if (lost?.kind === 'REFUSED') return lost.status === 404 || lost.status === 410 ? { kind: 'DONE' } : lost;
  const read = await readBack(() => fetchOne(backEnd, source, id, undefined, budget), isDone, budget);
  if (read.kind === 'AS_WANTED') return { kind: 'DONE' };
  if (read.kind === 'UNREADABLE' || lost !== undefined) return { kind: 'UNKNOWN' };
  throw notApplied(backEnd, 'DELETE', source);
}

async function attempt(
  send: () => Promise<unknown>,
): Promise<Exclude<Written, { kind: 'DONE' }> | undefined> {
  try {
    await send();
    return undefined;
  } catch (error) {
    return endOf(error);
  }
}

type Read =
  | { readonly kind: 'AS_WANTED'; readonly object: TmfObject | undefined }
  | { readonly kind: 'OTHERWISE' }
  | { readonly kind: 'UNREADABLE' };

async function readBack(
  read: () => Promise<TmfObject | undefined>,
  isDone: (object: TmfObject | undefined) => boolean,
  budget: Budget,
): Promise<Read> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0 && (await pause(pollAfterMs(look), budget)) === 'EXPIRED') return { kind: 'UNREADABLE' };
    try {
      const object = await read();
      if (isDone(object)) return { kind: 'AS_WANTED', object };
    } catch (error) {
      if (!(error instanceof BackEndError)) throw error;
      return { kind: 'UNREADABLE' };
    }
  }
  return { kind: 'OTHERWISE' };
}

function notApplied({ config }: BackEnd, method: string, { resource }: Source): BackEndError {
  return new BackEndError({
    provider: config.provider,
    api: config.api,
    method,
    path: `${config.basePath}/${resource}`,
    code: 'CHANGE_NOT_APPLIED',
    retryable: false,
    reason: 'said that it was done, and it reads as before',
  });
}
