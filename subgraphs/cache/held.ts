// A value as readers get it, and as it lies in the cache: JSON with its age and its two bounds.
import type { Stored } from './driver.ts';

/** LIVE: loaded for this read, or by the flight that it joined. CACHED: inside its TTL. STALE: beyond it, inside the bound. */
export type Freshness = 'LIVE' | 'CACHED' | 'STALE';

export interface Held<T> {
  readonly value: T;
  /** When the load that gave it began, or the event that brought it came in; epoch milliseconds. */
  readonly asOfMs: number;
  readonly freshness: Freshness;
}

export interface ValuePolicy {
  readonly ttlMs: number;
  /** How long beyond the TTL a value may be served as STALE: while it is loaded anew, or can't be. */
  readonly staleMs: number;
  /** Of that, how long it is served at once, loaded anew behind the answer; all of it unless said. */
  readonly atOnceMs?: number;
  /** Share of the TTL, 0 to 1, by which it is shortened at random, so that values loaded together don't end together. */
  readonly jitter?: number;
}

const DEFAULT_JITTER = 0.1;

interface Envelope {
  readonly value: unknown;
  readonly asOfMs: number;
  readonly freshUntilMs: number;
  readonly staleUntilMs: number;
  /** An event brought it: it is what the back end knew then, not what it answered to a question. */
  readonly told?: boolean;
}

export interface Packed {
  readonly value: string;
  readonly ttlMs: number;
}

export function pack(value: unknown, policy: ValuePolicy, asOfMs: number, told = false): Packed {
  const shorter = Math.random() * (policy.jitter ?? DEFAULT_JITTER) * policy.ttlMs;
  const freshUntilMs = asOfMs + policy.ttlMs - shorter;
  const staleUntilMs = freshUntilMs + policy.staleMs;
  const envelope: Envelope = {
    value: value ?? null,
    asOfMs,
    freshUntilMs,
    staleUntilMs,
    ...(told ? { told } : {}),
  };
  return { value: JSON.stringify(envelope), ttlMs: staleUntilMs - asOfMs };
}

function isEnvelope(data: unknown): data is Envelope {
  return (
    typeof data === 'object' &&
    data !== null &&
    'value' in data &&
    'asOfMs' in data &&
    typeof data.asOfMs === 'number' &&
    'freshUntilMs' in data &&
    typeof data.freshUntilMs === 'number' &&
    'staleUntilMs' in data &&
    typeof data.staleUntilMs === 'number'
  );
}

/** What lay there, and how far it is beyond its TTL; 0 or less inside. */
export interface Unpacked extends Held<unknown> {
  readonly beyondMs: number;
}

function read({ value }: Stored): Envelope | undefined {
  if (value === undefined) return undefined;
  try {
    const data: unknown = JSON.parse(value);
    return isEnvelope(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an event brought it, then or later. */
export function wasToldSince(stored: Stored | undefined, atMs: number): boolean {
  const data = stored && read(stored);
  return data?.told === true && data.asOfMs >= atMs;
}

/** Undefined where there is nothing to serve: absent, dropped, too old, or not written by this code. */
export function unpack(stored: Stored | undefined, nowMs: number): Unpacked | undefined {
  const data = stored && read(stored);
  if (data === undefined || nowMs >= data.staleUntilMs) return undefined;
  const freshness = nowMs < data.freshUntilMs ? 'CACHED' : 'STALE';
  return { value: data.value, asOfMs: data.asOfMs, freshness, beyondMs: nowMs - data.freshUntilMs };
}
