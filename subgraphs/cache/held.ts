// A value as readers get it, and as it lies in the cache: JSON with its age and its two bounds.
import { LRUCache } from 'lru-cache';
import { FENCE_MS, type Stored } from './driver.ts';

/** LIVE: loaded for this read, or by the flight that it joined. CACHED: inside its TTL. STALE: beyond it, inside the bound. */
export type Freshness = 'LIVE' | 'CACHED' | 'STALE';

export interface Held<T> {
  readonly value: T;
  /** When the load that gave it began, or what the event tells of happened; epoch milliseconds. */
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
  /** When the last event happened that was heard of this value, by the back end's clock; a load doesn't forget it. */
  readonly toldAtMs?: number;
}

export interface Packed {
  readonly value: string;
  readonly ttlMs: number;
}

/** How an event has to do with a value: it brought it, or was heard of before it was loaded. */
interface Heard {
  readonly told?: boolean;
  readonly toldAtMs: number | undefined;
}

const UNHEARD: Heard = { toldAtMs: undefined };

export function pack(value: unknown, policy: ValuePolicy, asOfMs: number, heard = UNHEARD): Packed {
  const shorter = Math.random() * (policy.jitter ?? DEFAULT_JITTER) * policy.ttlMs;
  const freshUntilMs = asOfMs + policy.ttlMs - shorter;
  const staleUntilMs = freshUntilMs + policy.staleMs;
  const envelope: Envelope = {
    value: value ?? null,
    asOfMs,
    freshUntilMs,
    staleUntilMs,
    ...(heard.told === true ? { told: true } : {}),
    ...(heard.toldAtMs === undefined ? {} : { toldAtMs: heard.toldAtMs }),
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

/** Of texts whose values are kept understood: what they make takes some four times as much. */
const UNDERSTOOD_CHARACTERS = 4 * 1024 * 1024;

/** A value is asked for in every operation that shows it: what it says is read once. Readers never change it. */
const understood = new LRUCache<string, Envelope>({
  maxSize: UNDERSTOOD_CHARACTERS,
  sizeCalculation: (_, text) => text.length,
});

function read({ value }: Stored): Envelope | undefined {
  if (value === undefined) return undefined;
  const known = understood.get(value);
  if (known !== undefined) return known;
  try {
    const data: unknown = JSON.parse(value);
    if (!isEnvelope(data)) return undefined;
    understood.set(value, data);
    return data;
  } catch {
    return undefined;
  }
}

/** Whether an event of then or later brought it: both by the back end's clock, which may be ahead of ours. */
export function wasToldSince(stored: Stored | undefined, atMs: number): boolean {
  const data = stored && read(stored);
  return data?.told === true && data.toldAtMs !== undefined && data.toldAtMs >= atMs;
}

export const toldAtMsOf = (stored: Stored | undefined): number | undefined =>
  stored && read(stored)?.toldAtMs;

/**
 * What becomes of a value that an event brings, of something that happened at `atMs`. Events come in any order: an older
 * one changes nothing, and of two of one instant, or of one from before the last load, nobody can tell which is the newer:
 * then nothing is kept, and the next reader asks.
 */
export function verdictOnTold(
  stored: Stored | undefined,
  value: unknown,
  atMs: number,
): 'KEEP_OLD' | 'TAKE' | 'ASK' {
  const data = stored && read(stored);
  if (data === undefined) return 'TAKE';
  const { toldAtMs } = data;
  if (toldAtMs !== undefined && toldAtMs > atMs) return 'KEEP_OLD';
  if (toldAtMs !== atMs && (data.told === true || data.asOfMs <= atMs)) return 'TAKE';
  const isSame = data.staleUntilMs > 0 && JSON.stringify(data.value) === JSON.stringify(value ?? null);
  return isSame ? 'KEEP_OLD' : 'ASK';
}

/** Nothing to serve, but what was heard of it. */
export function unsure(toldAtMs: number): Packed {
  const envelope: Envelope = { value: null, asOfMs: 0, freshUntilMs: 0, staleUntilMs: 0, toldAtMs };
  return { value: JSON.stringify(envelope), ttlMs: FENCE_MS };
}

/** Undefined where there is nothing to serve: absent, dropped, too old, or not written by this code. */
export function unpack(stored: Stored | undefined, nowMs: number): Unpacked | undefined {
  const data = stored && read(stored);
  if (data === undefined || nowMs >= data.staleUntilMs) return undefined;
  const freshness = nowMs < data.freshUntilMs ? 'CACHED' : 'STALE';
  return { value: data.value, asOfMs: data.asOfMs, freshness, beyondMs: nowMs - data.freshUntilMs };
}
