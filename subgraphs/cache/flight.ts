// Flights: one load at a time for what belongs together, over all instances, whoever of them asks first.
import { setTimeout as pause } from 'node:timers/promises';
import { type CacheDriver, NOTHING, type Stored } from './driver.ts';
import { type Held, pack, toldAtMsOf, unpack, type ValuePolicy } from './held.ts';

export type Load = (keys: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;

/** What a flight brings home. A key that was dropped in mid-flight is only in `outrun`, with the value from before. */
export type Landing =
  | {
      readonly kind: 'LANDED';
      readonly values: ReadonlyMap<string, Held<unknown>>;
      readonly outrun: ReadonlyMap<string, Held<unknown>>;
    }
  | { readonly kind: 'FAILED'; readonly keys: ReadonlySet<string>; readonly error: unknown };

export interface Plan {
  readonly id: string;
  readonly keys: readonly string[];
  /** Whether a reader waits for it; a refresh behind a stale value leaves it to whoever is at it already. */
  readonly awaited: boolean;
}

export interface Terminal {
  /** Flights of one read set out together: their loads begin in the same tick, so a batching loader sees them as one. */
  depart(plans: readonly Plan[], policy: ValuePolicy, load: Load): readonly Promise<Landing>[];
  /** A load without lease, for a reader whose keys were dropped or not covered flight after flight. */
  alone(keys: readonly string[], policy: ValuePolicy, load: Load): Promise<Landing>;
  look(keys: readonly string[]): Promise<ReadonlyMap<string, Stored> | undefined>;
}

export interface TerminalOptions {
  readonly now: () => number;
  readonly onFault: () => void;
  readonly onWait: () => void;
  /** A dead holder's lease ends after so long; a living one renews it. */
  readonly leaseMs: number;
  /** A reader waits so long for another instance's flight, then loads by itself. */
  readonly waitMs: number;
  /** Bound on a load that never settles: without it its keys could never be read again. */
  readonly loadMs: number;
}

const POLL_MIN_MS = 10;
const POLL_MAX_MS = 50;
const NONE: ReadonlyMap<string, Held<unknown>> = new Map();

export function terminal(driver: CacheDriver, options: TerminalOptions): Terminal {
  const { now, onFault, onWait, leaseMs, waitMs, loadMs } = options;

  /** The driver's answer, or undefined: a fault costs the cache, never the read. */
  async function tolerant<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch {
      onFault();
      return undefined;
    }
  }

  async function look(keys: readonly string[]): Promise<ReadonlyMap<string, Stored> | undefined> {
    const stored = await tolerant(driver.getMany(keys));
    if (stored === undefined) return undefined;
    return new Map(keys.map((key, index) => [key, stored[index] ?? { value: undefined, version: NOTHING }]));
  }

  function freshIn(seen: ReadonlyMap<string, Stored> | undefined, keys: readonly string[]) {
    const fresh = new Map<string, Held<unknown>>();
    for (const key of keys) {
      const held = unpack(seen?.get(key), now());
      if (held?.freshness === 'CACHED') fresh.set(key, held);
    }
    return fresh;
  }

  async function bounded<T>(work: Promise<T>): Promise<T> {
    const over = new AbortController();
    const late = pause(loadMs, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new Error(`the load did not end within ${loadMs} ms`);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      over.abort();
      late.catch(() => {});
    }
  }

  /** Writes what was loaded, unless something newer is there by now; then that is the answer. */
  async function keep(
    loaded: ReadonlyMap<string, unknown>,
    policy: ValuePolicy,
    asOfMs: number,
    seen: ReadonlyMap<string, Stored> | undefined,
  ): Promise<Landing> {
    const values = new Map<string, Held<unknown>>();
    const outrun = new Map<string, Held<unknown>>();
    for (const [key, value] of loaded) values.set(key, { value, asOfMs, freshness: 'LIVE' });
    if (seen === undefined || policy.ttlMs + policy.staleMs <= 0) return { kind: 'LANDED', values, outrun };
    // a key that was loaded without being asked for has no version seen: it's kept only where nothing is
    const writes = [...loaded].map(([key, value]) => ({
      key,
      ...pack(value, policy, asOfMs, { toldAtMs: toldAtMsOf(seen.get(key)) }),
      over: seen.get(key)?.version ?? NOTHING,
    }));
    const winners = (await tolerant(driver.setMany(writes))) ?? [];
    for (const [index, { key }] of writes.entries()) {
      const winner = winners[index];
      const mine = values.get(key);
      if (winner === undefined || mine === undefined || !seen.has(key)) continue;
      const newer = unpack(winner, now());
      if (newer !== undefined) values.set(key, newer);
      else if (values.delete(key)) outrun.set(key, mine);
    }
    return { kind: 'LANDED', values, outrun };
  }

  async function fly(
    keys: readonly string[],
    policy: ValuePolicy,
    load: Load,
    seen: ReadonlyMap<string, Stored> | undefined,
  ): Promise<Landing> {
    const fresh = freshIn(seen, keys);
    const missing = keys.filter((key) => !fresh.has(key));
    if (missing.length === 0) return { kind: 'LANDED', values: fresh, outrun: NONE };
    const asOfMs = now();
    try {
      const loaded = await bounded(load(missing));
      // what the back end doesn't know is remembered too, else everyone would ask for it again
      const all = new Map<string, unknown>(missing.map((key) => [key, null]));
      for (const [key, value] of loaded) all.set(key, value ?? null);
      const landing = await keep(all, policy, asOfMs, seen);
      return landing.kind === 'LANDED'
        ? { ...landing, values: new Map([...fresh, ...landing.values]) }
        : landing;
    } catch (error) {
      return { kind: 'FAILED', keys: new Set(missing), error };
    }
  }

  async function flyWithLease(
    plan: Plan,
    token: string,
    policy: ValuePolicy,
    load: Load,
    seen: ReadonlyMap<string, Stored> | undefined,
  ): Promise<Landing> {
    const renewal = setInterval(() => {
      void tolerant(driver.renew(plan.id, token, leaseMs));
    }, leaseMs / 3).unref();
    const landing = await fly(plan.keys, policy, load, seen);
    clearInterval(renewal);
    void tolerant(driver.release(plan.id, token));
    return landing;
  }

  /** Until the other instance's flight has landed, or has died and left us the lease, or takes too long. */
  async function waitFor(plan: Plan, policy: ValuePolicy, load: Load): Promise<Landing> {
    onWait();
    const untilMs = performance.now() + waitMs;
    for (let pollMs = POLL_MIN_MS; ; pollMs = Math.min(pollMs * 1.5, POLL_MAX_MS)) {
      await pause(pollMs);
      const seen = await look(plan.keys);
      const fresh = freshIn(seen, plan.keys);
      if (fresh.size === plan.keys.length) {
        const values = new Map(
          [...fresh].map(([key, held]) => [key, { ...held, freshness: 'LIVE' as const }]),
        );
        return { kind: 'LANDED', values, outrun: NONE };
      }
      if (seen === undefined || performance.now() >= untilMs) return fly(plan.keys, policy, load, seen);
      const token = await tolerant(driver.lease(plan.id, leaseMs));
      if (token !== undefined) return flyWithLease(plan, token, policy, load, await look(plan.keys));
    }
  }

  return {
    look,
    depart(plans, policy, load) {
      const tokens = plans.map(async (plan) => {
        try {
          return { token: await driver.lease(plan.id, leaseMs) };
        } catch {
          onFault();
          return 'FAULT' as const;
        }
      });
      // looked at again under the lease: the flight that we just missed may have brought the values
      const prepared = Promise.all(tokens).then(async () => look(plans.flatMap((plan) => plan.keys)));
      return plans.map(async (plan, index): Promise<Landing> => {
        const lease = await tokens[index];
        if (lease === 'FAULT' || lease === undefined) {
          await prepared;
          return fly(plan.keys, policy, load, undefined);
        }
        if (lease.token !== undefined) {
          return flyWithLease(plan, lease.token, policy, load, await prepared);
        }
        return plan.awaited ? waitFor(plan, policy, load) : { kind: 'LANDED', values: NONE, outrun: NONE };
      });
    },
    alone: async (keys, policy, load) => fly(keys, policy, load, await look(keys)),
  };
}
