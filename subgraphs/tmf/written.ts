// How a write ended, as far as it can be known.
import { randomUUID } from 'node:crypto';
import { BackEndError } from './back-end-error.ts';
import type { BackEndConfig } from './providers.ts';
import { isRecord, type TmfObject } from './tmf-object.ts';

/**
 * A write that rejects (with a BackEndError) did nothing: it never reached the back end, or was turned away unread.
 * The one exception is CHANGE_NOT_APPLIED: it reached it, was said to be done, and was not.
 */
export type Written =
  /** `object` is absent where the back end doesn't say what it has made. */
  | { readonly kind: 'DONE'; readonly object?: TmfObject }
  /** The back end looked at it and said no. `code` is its own, a short name or number: log it, don't show it. */
  | { readonly kind: 'REFUSED'; readonly status: number; readonly code?: string }
  /** The answer was lost. It may have happened, or happen yet: look for it before it is sent again. */
  | { readonly kind: 'UNKNOWN' };

/** What is to be created, with an id of ours for a back end that wants one. */
export const withOwnId = ({ profile }: BackEndConfig, body: unknown): unknown =>
  profile.createId === 'client' && isRecord(body) ? { id: randomUUID(), ...body } : body;

/** What a refusal of the content, not of the gateway, comes as. */
const REFUSALS = [400, 402, 404, 409, 410, 412, 422];

/**
 * What a failed attempt at a write says of it.
 * @throws BackEndError where it certainly did nothing, and the fault isn't what was sent
 */
export function endOf(error: unknown): Exclude<Written, { kind: 'DONE' }> {
  if (!(error instanceof BackEndError)) throw error;
  const { status, reasonCode, unsent } = error;
  if (unsent) throw error;
  if (status === 501 || status === 505) throw error;
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) {
    if (!REFUSALS.includes(status)) throw error;
    return { kind: 'REFUSED', status, ...(reasonCode === undefined ? {} : { code: reasonCode }) };
  }
  return { kind: 'UNKNOWN' };
}

export const made = (object: TmfObject | undefined): Written =>
  object === undefined ? { kind: 'DONE' } : { kind: 'DONE', object };

export const refused = (status: number, code: string | undefined): Written =>
  code === undefined ? { kind: 'REFUSED', status } : { kind: 'REFUSED', status, code };

/** For a look whose failure changes nothing. */
export function nothing(error: unknown): undefined {
  if (!(error instanceof BackEndError)) throw error;
}
