// What slows a guesser down: each attempt counts before it is judged, so that many at once are no way around.
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Database, Store } from '../../store/store.ts';

/** What is guessed at. */
export type Step = 'PASSWORD' | 'CODE' | 'RECOVERY';

interface Bound {
  /** Attempts in a row before the first delay; it starts at two seconds and doubles. */
  readonly free: number;
  readonly maxDelayS: number;
}

/**
 * One guesser at one actor soon waits for long. All guessers at one actor together make everybody but those at an
 * address from which it has signed in before wait, and briefly: nobody can lock a victim out. Who guesses codes knows
 * the password already, so the bound there is long again; nobody guesses a recovery code, so it has no bound but that of
 * one guesser: with one the victim signs in from wherever it is.
 */
const BOUNDS = {
  pair: { free: 5, maxDelayS: 15 * 60 },
  actor: { free: 10, maxDelayS: 30 },
  pairCode: { free: 5, maxDelayS: 15 * 60 },
  code: { free: 5, maxDelayS: 15 * 60 },
  pairRecovery: { free: 5, maxDelayS: 15 * 60 },
  origin: { free: 50, maxDelayS: 60 },
} as const satisfies Record<string, Bound>;
type BoundName = keyof typeof BOUNDS;

const FORGET_MS = 60 * 60 * 1000;
const KNOWN_ORIGIN_MS = 30 * 24 * 60 * 60 * 1000;

export interface Guess {
  readonly actorId: string;
  readonly origin: string | undefined;
  readonly step: Step;
  readonly nowMs: number;
}

export type Admission =
  /** `attempts`: the most that any bound has counted in a row, this one included. */
  | { readonly kind: 'OPEN'; readonly attempts: number }
  | { readonly kind: 'LATER'; readonly retryAfterMs: number };

/** IPv6 gives every household 2^64 addresses: its network counts as one. */
export function networkOf(origin: string | undefined): string {
  if (origin === undefined) return '';
  const plain = origin.startsWith('::ffff:') ? origin.slice('::ffff:'.length) : origin;
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...(plain.includes('::') ? zeros : []), ...after].slice(0, 4).join(':');
}

const keyFor = (name: BoundName, parts: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([name, ...parts]))
    .digest('base64url');

const KEYS: Readonly<Record<Step, readonly [BoundName, BoundName?]>> = {
  PASSWORD: ['pair', 'actor'],
  CODE: ['pairCode', 'code'],
  RECOVERY: ['pairRecovery'],
};

/** In one order for everybody, so that two attempts at once don't lock each other out. */
function keysOf({ actorId, origin, step }: Guess, known: boolean): Map<BoundName, string> {
  const network = networkOf(origin);
  const [pair, all] = KEYS[step];
  const keys = new Map<BoundName, string>([[pair, keyFor(pair, [actorId, network])]]);
  if (!known && all !== undefined) keys.set(all, keyFor(all, [actorId]));
  keys.set('origin', keyFor('origin', [network]));
  return keys;
}

async function isKnown(db: Database, store: Store, { actorId, origin, nowMs }: Guess): Promise<boolean> {
  const { tokenFamily } = store.tables;
  const since = new Date(nowMs - KNOWN_ORIGIN_MS);
  const rows = await db
    .select({ origin: tokenFamily.origin })
    .from(tokenFamily)
    .where(and(eq(tokenFamily.actorId, actorId), gt(tokenFamily.createdAt, since)));
  return rows.some((row) => row.origin !== null && networkOf(row.origin) === networkOf(origin));
}

/** The count with this attempt in it; undefined while the key is closed. */
async function count(db: Database, store: Store, key: string, bound: Bound, nowMs: number) {
  const { signInDelay: table } = store.tables;
  const now = new Date(nowMs);
  const forgotten = sql`${table.lastAt} < ${new Date(nowMs - FORGET_MS).toISOString()}::timestamptz`;
  const next = sql`CASE WHEN ${forgotten} THEN 1 ELSE ${table.attempts} + 1 END`;
  const delayS = sql`CASE WHEN (${next}) <= ${bound.free}::int THEN 0
    ELSE least(${bound.maxDelayS}::int, power(2, least(20, (${next}) - ${bound.free}::int))) END`;
  const [row] = await db
    .insert(table)
    .values({ key, attempts: 1, lastAt: now, openAt: now })
    .onConflictDoUpdate({
      target: table.key,
      set: {
        attempts: next,
        lastAt: now,
        openAt: sql`${now.toISOString()}::timestamptz + make_interval(secs => ${delayS})`,
      },
      setWhere: sql`${table.openAt} <= ${now.toISOString()}::timestamptz`,
    })
    .returning({ attempts: table.attempts });
  return row?.attempts;
}

class Closed extends Error {}

/** Counts the attempt, unless it has to wait: then nothing is counted, and nothing may be judged. */
export async function admit(store: Store, guess: Guess): Promise<Admission> {
  const { signInDelay: table } = store.tables;
  const known = await isKnown(store.db, store, guess);
  const keys = keysOf(guess, known);
  try {
    const attempts = await store.db.transaction(async (tx) => {
      const counts: number[] = [];
      for (const [name, key] of keys) {
        const counted = await count(tx, store, key, BOUNDS[name], guess.nowMs);
        if (counted === undefined) throw new Closed();
        counts.push(counted);
      }
      return Math.max(...counts);
    });
    return { kind: 'OPEN', attempts };
  } catch (error) {
    if (!(error instanceof Closed)) throw error;
    const rows = await store.db
      .select({ openAt: table.openAt })
      .from(table)
      .where(inArray(table.key, [...keys.values()]));
    const openMs = Math.max(...rows.map((row) => row.openAt.getTime()));
    return { kind: 'LATER', retryAfterMs: Math.max(1_000, openMs - guess.nowMs) };
  }
}

/** All that was asked for was shown: the actor starts anew, and the address gets its attempt back. */
export async function clear(
  store: Store,
  guess: Omit<Guess, 'step'>,
  db: Database = store.db,
): Promise<void> {
  const { signInDelay: table } = store.tables;
  const keys = (['PASSWORD', 'CODE', 'RECOVERY'] as const).flatMap((step) => [
    ...keysOf({ ...guess, step }, false),
  ]);
  const ofActor = keys.filter(([name]) => name !== 'origin').map(([, key]) => key);
  await db.delete(table).where(inArray(table.key, ofActor));
  const originKey = keys.find(([name]) => name === 'origin')?.[1] ?? '';
  await db.update(table).set(oneLess(table)).where(eq(table.key, originKey));
}

type Table = Store['tables']['signInDelay'];

const oneLess = (table: Table) => ({ attempts: sql`greatest(${table.attempts} - 1, 0)` });

/** This attempt was no guess; earlier ones may have been, and stay counted. */
export async function forgive(store: Store, guess: Guess): Promise<void> {
  const { signInDelay: table } = store.tables;
  const keys = [...keysOf(guess, false)].filter(([name]) => name !== 'origin').map(([, key]) => key);
  const open = { ...oneLess(table), openAt: new Date(guess.nowMs) };
  await store.db.update(table).set(open).where(inArray(table.key, keys));
}
