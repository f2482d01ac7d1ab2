// How far a back end is with what it was asked to do: states in their spellings, announced ids, pauses between looks.
import type { Answer } from './exchange.ts';
import { asText } from './read.ts';

const UNDER_WAY = ['accepted', 'acknowledged', 'inprogress', 'pending', 'running', 'submitted'];
const FAILED = ['inerror', 'error', 'failed', 'rejected', 'terminatedwitherror', 'cancelled'];
const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 2_000;

/** Small letters alone: `In Progress`, `in_progress` and `inProgress` are one state. */
export function stateName(object: Readonly<Record<string, unknown>>): string | undefined {
  return asText(object.state ?? object.status)
    ?.toLowerCase()
    .replaceAll(/[^a-z]/g, '');
}

/** Anything that is neither under way nor failed is done. */
export function progressOf(object: Readonly<Record<string, unknown>>): 'UNDER_WAY' | 'FAILED' | 'DONE' {
  const state = stateName(object) ?? '';
  return UNDER_WAY.includes(state) ? 'UNDER_WAY' : FAILED.includes(state) ? 'FAILED' : 'DONE';
}

/** How long to wait before look number `poll`, from 0: ever longer, to a bound. */
export function pollAfterMs(poll: number): number {
  return Math.min(FIRST_POLL_MS * 2 ** poll, LONGEST_POLL_MS);
}

/** The id in an answer's Location: of an address only the last segment is used, the rest may name any host. */
export function announcedId(answer: Answer): string | undefined {
  const location = answer.header('location');
  return location === undefined ? undefined : lastSegment(location);
}

export function lastSegment(address: string): string | undefined {
  const path = address.replace(/[?#].*$/, '').replace(/\/+$/, '');
  const segment = path.split('/').pop() ?? '';
  try {
    return segment === '' ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
