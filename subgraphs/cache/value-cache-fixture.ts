// What the value cache's tests stand on: two instances on one driver pair, a held clock, a back end that waits and counts.
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { redisForTests } from '../../test/support/services.ts';
import type { CacheDriver } from './driver.ts';
import { memoryCache } from './memory.ts';
import { redisCache } from './redis.ts';
import { createValueCache, type ValueCache } from './value-cache.ts';

export const START_MS = Date.parse('2026-11-15T10:00:00Z');
export const POLICY = { ttlMs: 5_000, staleMs: 30_000, jitter: 0 };

/** A back end whose answers the test lets go, and whose calls it counts. */
export function backEnd() {
  const calls: (readonly string[])[] = [];
  let gate: Promise<void> = Promise.resolve();
  let answer = (key: string): unknown => `${key} v1`;
  let failure: Error | undefined;
  return {
    calls,
    answers(next: (key: string) => unknown) {
      failure = undefined;
      answer = next;
    },
    fails(error: Error) {
      failure = error;
    },
    /** Answers, as they are now, wait until the returned function is called. */
    hold(): () => void {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    async load(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
      calls.push(keys);
      const [make, fault] = [answer, failure];
      await gate;
      if (fault !== undefined) throw fault;
      const values = keys.map((key) => [key, make(key)] as const);
      return new Map(values.filter(([, value]) => value !== undefined));
    },
  };
}

export const settled = (values: ReadonlyMap<string, unknown>) => Object.fromEntries(values);

/** The state of one test; made anew before each. */
export interface Scene {
  nowMs: number;
  readonly here: ValueCache;
  readonly there: ValueCache;
  readonly drivers: readonly [CacheDriver, CacheDriver];
  readonly end: ReturnType<typeof backEnd>;
  readonly events: string[];
  /** A key that no other test uses. */
  readonly key: string;
  /** `names` is the scene's key unless told; `over` replaces parts of the question. */
  read(cache: ValueCache, names?: readonly string[], over?: object): Promise<Record<string, unknown>>;
}

type Suite = (scene: () => Scene) => void;

function suiteOver(name: string, openPair: () => readonly [CacheDriver, CacheDriver], suite: Suite): void {
  describe(name, () => {
    let drivers: readonly [CacheDriver, CacheDriver];
    let scene: Scene;
    let keys = 0;
    beforeAll(() => {
      drivers = openPair();
    });
    beforeEach(() => {
      const events: string[] = [];
      const end = backEnd();
      const key = `value ${++keys}`;
      const options = { now: () => scene.nowMs, onEvent: (event: string) => events.push(event) };
      const question = { policy: POLICY, flightOf: (each: string) => each, load: end.load };
      scene = {
        nowMs: START_MS,
        here: createValueCache(drivers[0], options),
        there: createValueCache(drivers[1], options),
        drivers,
        end,
        events,
        key,
        read: async (cache, names = [key], over = {}) =>
          settled(await cache.read({ keys: names, ...question, ...over })),
      };
    });
    afterAll(async () => {
      await Promise.all(drivers.map((driver) => driver.close()));
    });
    suite(() => scene);
  });
}

/** Runs the tests over memory and over Redis. */
export async function overBothDrivers(name: string, suite: Suite): Promise<void> {
  suiteOver(
    'in memory',
    () => {
      const cache = memoryCache({ now: () => performance.now() });
      return [cache, cache];
    },
    suite,
  );
  const redis = await redisForTests(name);
  if (redis === undefined) return;
  // these tests are not about speed: a busy machine must not look like a fault
  const options = { url: redis.url, prefix: redis.prefix, commandTimeoutMs: 3_000 };
  suiteOver('on Redis', () => [redisCache(options), redisCache(options)], suite);
  afterAll(() => redis.close());
}
