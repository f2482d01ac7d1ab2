// Values of back-end objects, shared by all readers on all instances: one load a flight, events win, stale is marked.
import { type CacheDriver, FENCE_MS, NOTHING, type Stored } from './driver.ts';
import { type Landing, type Load, type Plan, terminal } from './flight.ts';
import {
  type Held,
  type Packed,
  pack,
  toldAtMsOf,
  unpack,
  unsure,
  type ValuePolicy,
  verdictOnTold,
  wasToldSince,
} from './held.ts';

export interface Failed {
  readonly error: unknown;
}

export interface Ask<T> {
  readonly keys: readonly string[];
  readonly policy: ValuePolicy;
  /** The flight that brings a key: keys of one flight are loaded by one call of `load`. */
  readonly flightOf: (key: string) => string;
  /**
   * Called once a flight, with its missing keys. Its result is shared with other readers and other instances, and
   * it may run behind an answer already given: it must not end with its reader's signal, and must bound itself.
   * It may return more keys than were asked; those it doesn't return don't exist.
   */
  readonly load: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;
}

export interface ValueCache {
  /** An entry for every key asked; null is the value of what doesn't exist. Values are JSON, and shared: never change them. */
  read<T>(ask: Ask<T>): Promise<ReadonlyMap<string, Held<T | null> | Failed>>;
  /**
   * An event brought the value itself, as it was at `atMs` by the back end's clock: it replaces what is there on every
   * instance, and beats a load that began before. Events may come in any order; of two of one instant neither is kept.
   */
  replace<T>(key: string, value: T, policy: ValuePolicy, atMs: number): Promise<void>;
  /** Loads that began before don't come back to the cache, nor to readers that come after. */
  drop(keys: readonly string[]): Promise<void>;
  /** The same, but what an event brought at this instant or later stays: it knows already. */
  dropBefore(keys: readonly string[], atMs: number): Promise<void>;
}

export interface ValueCacheOptions {
  readonly now?: () => number;
  /** hit, stale and miss: once a key; wait: once a flight of another reader or instance; fault: once a failed call of the driver. */
  readonly onEvent?: (event: 'hit' | 'miss' | 'stale' | 'wait' | 'fault') => void;
  readonly leaseMs?: number;
  /** How long a flight of another reader or instance is waited for before a second one sets out. */
  readonly waitMs?: number;
  readonly loadMs?: number;
}

interface UnderWay {
  readonly landing: Promise<Landing>;
  /** On the steady clock. */
  readonly sinceMs: number;
}

/** How often an event's value is tried where others come at the same time; then nothing is kept. */
const MAX_ATTEMPTS = 8;
/** How often a reader boards another flight when one didn't bring its key; then it loads alone. */
const MAX_FLIGHTS = 3;

export function createValueCache(driver: CacheDriver, options: ValueCacheOptions = {}): ValueCache {
  const { now = Date.now, onEvent = () => {}, leaseMs = 2_000, waitMs = 3_000, loadMs = 30_000 } = options;
  const onFault = () => onEvent('fault');
  const onWait = () => onEvent('wait');
  const airport = terminal(driver, { now, onFault, onWait, leaseMs, waitMs, loadMs });
  const underWay = new Map<string, UnderWay>();

  function takeOff(id: string, landing: Promise<Landing>): void {
    const flight = { landing, sinceMs: performance.now() };
    underWay.set(id, flight);
    void landing.finally(() => {
      if (underWay.get(id) === flight) underWay.delete(id);
    });
  }

  /** The flights for these keys, joined or begun, each with the keys that it is to bring. */
  function board<T>(ask: Ask<T>, awaited: ReadonlySet<string>, refreshed: ReadonlySet<string>) {
    const keysOf = new Map<string, string[]>();
    for (const key of [...awaited, ...refreshed]) {
      const id = ask.flightOf(key);
      keysOf.set(id, [...(keysOf.get(id) ?? []), key]);
    }
    const plans: Plan[] = [];
    for (const [id, keys] of keysOf) {
      const isAwaited = keys.some((key) => awaited.has(key));
      const flight = underWay.get(id);
      if (flight === undefined) plans.push({ id, keys, awaited: isAwaited });
      else if (isAwaited && performance.now() - flight.sinceMs > waitMs) {
        // it may hang until its own bound: who comes now has better chances with another one
        takeOff(id, airport.alone(keys, ask.policy, ask.load as Load));
      } else if (isAwaited) onWait();
    }
    for (const [index, landing] of airport.depart(plans, ask.policy, ask.load as Load).entries()) {
      takeOff(plans[index]?.id ?? '', landing);
    }
    return [...keysOf].map(([id, keys]) => ({ landing: underWay.get(id)?.landing, keys }));
  }

  async function drop(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await driver.drop(keys).catch(onFault);
  }

  /** Whatever else is written at the same time, `next` has seen what it replaces. */
  async function put(key: string, next: (seen: Stored | undefined) => Packed | undefined): Promise<void> {
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const [seen] = await driver.getMany([key]);
        const packed = next(seen);
        if (packed === undefined) return;
        const [other] = await driver.setMany([{ key, ...packed, over: seen?.version ?? NOTHING }]);
        if (other === undefined) return;
      }
      await driver.drop([key]);
    } catch {
      onFault();
    }
  }

  return {
    async read<T>(ask: Ask<T>) {
      const results = new Map<string, Held<T | null> | Failed>();
      const missing = new Set(ask.keys);
      const stale = new Set<string>();
      const lastResort = new Map<string, Held<unknown>>();
      // what lies under a key was written by the same caller's load or event: its type is the caller's word
      const settle = (key: string, held: Held<unknown>) => {
        results.set(key, held as Held<T | null>);
        missing.delete(key);
      };

      const seen = await airport.look([...missing]);
      for (const key of [...missing]) {
        const held = unpack(seen?.get(key), now());
        onEvent(held === undefined ? 'miss' : held.freshness === 'STALE' ? 'stale' : 'hit');
        if (held === undefined) continue;
        const { beyondMs, ...value } = held;
        // too old to be shown at once, but better than an error
        if (beyondMs > (ask.policy.atOnceMs ?? ask.policy.staleMs)) lastResort.set(key, value);
        else settle(key, value);
        if (held.freshness === 'STALE' && results.has(key)) stale.add(key);
      }

      function disembark(landing: Landing, keys: readonly string[]): void {
        for (const key of keys.filter((each) => missing.has(each))) {
          if (landing.kind === 'LANDED') {
            const held = landing.values.get(key);
            if (held !== undefined) settle(key, held);
          } else if (landing.keys.has(key)) {
            const old = lastResort.get(key);
            if (old !== undefined) settle(key, old);
            else results.set(key, { error: landing.error });
            missing.delete(key);
          }
        }
      }

      for (let flight = 0; flight < MAX_FLIGHTS && (missing.size > 0 || stale.size > 0); flight++) {
        const boarded = board(ask, missing, stale);
        stale.clear();
        await Promise.all(
          boarded.map(async ({ landing, keys }) => {
            if (landing !== undefined && keys.some((key) => missing.has(key))) disembark(await landing, keys);
          }),
        );
      }
      if (missing.size > 0) {
        const landing = await airport.alone([...missing], ask.policy, ask.load as Load);
        disembark(landing, [...missing]);
        if (landing.kind === 'LANDED') for (const [key, held] of landing.outrun) settle(key, held);
      }
      return results;
    },

    async replace(key, value, policy, atMs) {
      await put(key, (seen) => {
        const verdict = verdictOnTold(seen, value, atMs);
        if (verdict === 'KEEP_OLD') return undefined;
        if (verdict === 'ASK') return unsure(atMs);
        // one that was long on its way brings what is as old as that
        const asOfMs = Math.min(now(), atMs);
        const { ttlMs, ...packed } = pack(value, policy, asOfMs, { told: true, toldAtMs: atMs });
        return { ...packed, ttlMs: Math.max(ttlMs, FENCE_MS) };
      });
    },

    drop,

    async dropBefore(keys, atMs) {
      const dropOne = (key: string) =>
        put(key, (seen) => {
          if (wasToldSince(seen, atMs)) return undefined;
          // an event of this instant may bring what is true now; one from before, coming late, may not
          return unsure(Math.max(atMs - 1, toldAtMsOf(seen) ?? Number.NEGATIVE_INFINITY));
        });
      await Promise.all(keys.map(dropOne));
    },
  };
}
