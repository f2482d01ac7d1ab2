// The value cache over both drivers and two instances: one load a flight, events win, stale is marked, faults cost nothing.
import { setTimeout as pause } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { redisForTests, skipLoudly, startRedis } from '../../test/support/services.ts';
import type { CacheDriver } from './driver.ts';
import type { OpenPair } from './driver-suite.ts';
import { memoryCache } from './memory.ts';
import { redisCache } from './redis.ts';
import { createValueCache, type ValueCache } from './value-cache.ts';

const redis = await redisForTests('value cache on Redis');
const own = await startRedis();
if (own === undefined) skipLoudly('value cache on a Redis that fails', 'no redis-server on the PATH');
afterAll(async () => {
  await Promise.all([redis?.close(), own?.close()]);
});

const START_MS = Date.parse('2026-11-15T10:00:00Z');
const POLICY = { ttlMs: 5_000, staleMs: 30_000, jitter: 0 };

/** A back end whose answers the test lets go, and whose calls it counts. */
function backEnd() {
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

const settled = (values: ReadonlyMap<string, unknown>) => Object.fromEntries(values);

function valueCacheSuite(name: string, openPair: OpenPair): void {
  describe(name, () => {
    let drivers: readonly [CacheDriver, CacheDriver];
    let nowMs = START_MS;
    let here: ValueCache;
    let there: ValueCache;
    let end: ReturnType<typeof backEnd>;
    let events: string[] = [];
    let keys = 0;
    let key = '';

    beforeAll(async () => {
      drivers = await openPair();
    });
    beforeEach(() => {
      nowMs = START_MS;
      events = [];
      const options = { now: () => nowMs, onEvent: (event: string) => events.push(event) };
      here = createValueCache(drivers[0], options);
      there = createValueCache(drivers[1], options);
      end = backEnd();
      key = `usage ${++keys}`;
    });
    afterAll(async () => {
      await Promise.all(drivers.map((driver) => driver.close()));
    });

    const ask = (names: readonly string[], over: object = {}) => ({
      keys: names,
      policy: POLICY,
      flightOf: (each: string) => each,
      load: end.load,
      ...over,
    });
    const read = async (cache: ValueCache, names: readonly string[] = [key], over: object = {}) =>
      settled(await cache.read(ask(names, over)));

    test('LIVE when loaded, CACHED inside the TTL on every instance, as of the load’s beginning', async () => {
      expect(await read(here)).toEqual({
        [key]: { value: `${key} v1`, asOfMs: START_MS, freshness: 'LIVE' },
      });
      nowMs += 4_999;
      for (const cache of [here, there]) {
        expect(await read(cache)).toEqual({
          [key]: { value: `${key} v1`, asOfMs: START_MS, freshness: 'CACHED' },
        });
      }
      expect(end.calls).toEqual([[key]]);
      expect(events).toEqual(['miss', 'hit', 'hit']);
    });

    test('100 readers on two instances, one load; every reader has the value', async () => {
      const open = end.hold();
      const readers = Array.from({ length: 100 }, (_, index) => read(index % 2 === 0 ? here : there));
      await vi.waitFor(() => expect(end.calls).toHaveLength(1));
      await pause(100);
      open();
      for (const answer of await Promise.all(readers)) {
        expect(answer).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'LIVE' } });
      }
      expect(end.calls).toHaveLength(1);
    });

    test('a flight of several keys is one call for them; what it brings beside is kept too', async () => {
      const load = async (names: readonly string[]) => {
        await end.load(names);
        return new Map([1, 2, 3].map((line) => [`${key} line ${line}`, line]));
      };
      const over = { load, flightOf: () => `${key} customer` };
      const lines = [`${key} line 1`, `${key} line 2`];
      expect(await read(here, lines, over)).toMatchObject({
        [`${key} line 1`]: { value: 1, freshness: 'LIVE' },
        [`${key} line 2`]: { value: 2, freshness: 'LIVE' },
      });
      expect(await read(there, [`${key} line 3`], over)).toMatchObject({
        [`${key} line 3`]: { value: 3, freshness: 'CACHED' },
      });
      expect(end.calls).toEqual([lines]);
    });

    test('readers of different keys of one flight: the second joins, then loads only what the first did not bring', async () => {
      const open = end.hold();
      const over = { flightOf: () => `${key} customer` };
      const first = read(here, [`${key} a`], over);
      await vi.waitFor(() => expect(end.calls).toHaveLength(1));
      const joined = [read(here, [`${key} a`, `${key} b`], over), read(there, [`${key} b`], over)];
      await pause(50);
      open();
      await first;
      for (const answer of await Promise.all(joined)) {
        expect(answer).toMatchObject({ [`${key} b`]: { value: `${key} b v1` } });
      }
      expect(end.calls).toEqual([[`${key} a`], [`${key} b`]]);
    });

    test('the flights of one read load in one tick, so that a batching loader below makes one call', async () => {
      const batches: (readonly string[])[] = [];
      const loader = new DataLoader(
        async (names: readonly string[]) => {
          batches.push(names);
          return names;
        },
        { cache: false },
      );
      const load = async ([name = '']: readonly string[]) => new Map([[name, await loader.load(name)]]);
      const many = Array.from({ length: 50 }, (_, index) => `${key} ${index}`);
      await read(here, many, { load });
      expect(batches).toEqual([many]);
    });

    test('one flight that fails costs its own keys only, and is not remembered', async () => {
      const [good, bad] = [`${key} good`, `${key} bad`];
      const error = new Error('back end fault');
      const load = (names: readonly string[]) =>
        names.includes(bad) ? Promise.reject(error) : end.load(names);
      expect(await read(here, [good, bad], { load })).toMatchObject({
        [good]: { value: `${good} v1` },
        [bad]: { error },
      });
      expect(await read(there, [bad])).toMatchObject({ [bad]: { value: `${bad} v1`, freshness: 'LIVE' } });
    });

    test('a load that throws before it returns is a failed load', async () => {
      const load = () => {
        throw new Error('at once');
      };
      expect(await read(here, [key], { load })).toMatchObject({ [key]: { error: new Error('at once') } });
    });

    test('what the back end does not know is remembered as null', async () => {
      end.answers(() => undefined);
      expect(await read(here)).toMatchObject({ [key]: { value: null, freshness: 'LIVE' } });
      expect(await read(there)).toMatchObject({ [key]: { value: null, freshness: 'CACHED' } });
      expect(end.calls).toHaveLength(1);
    });

    test('beyond the TTL the value is STALE at once, and one load behind it makes it fresh for all', async () => {
      await read(here);
      nowMs += 5_000;
      end.answers(() => 'v2');
      const open = end.hold();
      for (const cache of [here, there, here, there]) {
        expect(await read(cache)).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'STALE' } });
      }
      await vi.waitFor(() => expect(end.calls).toHaveLength(2));
      open();
      await vi.waitFor(async () => {
        expect(await read(there)).toMatchObject({
          [key]: { value: 'v2', freshness: 'CACHED', asOfMs: nowMs },
        });
      });
      expect(end.calls).toHaveLength(2);
    });

    test('a refresh that another instance is at is left to it', async () => {
      await read(here);
      nowMs += 5_000;
      await drivers[1].lease(key, 60_000);
      const cache = createValueCache(drivers[0], { now: () => nowMs, waitMs: 20 });
      expect(await read(cache)).toMatchObject({ [key]: { freshness: 'STALE' } });
      await pause(60);
      expect(end.calls).toHaveLength(1);
    });

    test('while the back end fails, stale values are served up to the bound, then the fault', async () => {
      await read(here);
      end.fails(new Error('back end fault'));
      nowMs += 34_999;
      expect(await read(there)).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'STALE' } });
      await vi.waitFor(() => expect(end.calls).toHaveLength(2));
      nowMs += 1;
      await vi.waitFor(async () => {
        expect(await read(there)).toMatchObject({ [key]: { error: new Error('back end fault') } });
      });
    });

    test('an event replaces the value at once on every instance', async () => {
      await read(here);
      nowMs += 1_000;
      await there.replace(key, { left: 7 }, POLICY);
      for (const cache of [here, there]) {
        expect(await read(cache)).toEqual({
          [key]: { value: { left: 7 }, asOfMs: nowMs, freshness: 'CACHED' },
        });
      }
      nowMs += 35_000;
      expect(await read(here), 'an event’s value outlived its bound').toMatchObject({
        [key]: { freshness: 'LIVE' },
      });
    });

    test('an event beats the load that began before it, for those who wait for that load too', async () => {
      const open = end.hold();
      const waiting = read(here);
      await vi.waitFor(() => expect(end.calls).toHaveLength(1));
      await there.replace(key, 'event', POLICY);
      open();
      expect(await waiting).toMatchObject({ [key]: { value: 'event' } });
      expect(await read(there)).toMatchObject({ [key]: { value: 'event' } });
    });

    test('an event whose value lives shorter than the load lasts still beats it', async () => {
      const policy = { ttlMs: 5, staleMs: 0, jitter: 0 };
      const open = end.hold();
      const waiting = read(here, [key], { policy });
      await vi.waitFor(() => expect(end.calls).toHaveLength(1));
      await there.replace(key, 'event', policy);
      await pause(30);
      open();
      expect(await waiting).toMatchObject({ [key]: { value: 'event' } });
    });

    test('a drop in mid-flight: who reads after it gets what was loaded after it', async () => {
      const open = end.hold();
      const before = read(here);
      await vi.waitFor(() => expect(end.calls).toHaveLength(1));
      end.answers(() => 'changed');
      await there.drop([key]);
      const after = [read(here), read(there)];
      open();
      expect(await Promise.all(after)).toMatchObject([
        { [key]: { value: 'changed' } },
        { [key]: { value: 'changed' } },
      ]);
      await before;
      expect(await read(there)).toMatchObject({ [key]: { value: 'changed' } });
    });

    test('dropped again and again, a reader still ends: with its own load', async () => {
      const load = async (names: readonly string[]) => {
        const loaded = await end.load(names);
        await there.drop(names);
        return loaded;
      };
      expect(await read(here, [key], { load })).toMatchObject({ [key]: { value: `${key} v1` } });
      expect(end.calls).toHaveLength(4);
    });

    test('a holder that died leaves its lease, and another one loads', async () => {
      await drivers[1].lease(key, 500);
      const answer = read(here);
      await pause(20);
      expect(end.calls).toHaveLength(0);
      nowMs += 500;
      expect(await answer).toMatchObject({ [key]: { value: `${key} v1` } });
      expect(await read(there)).toMatchObject({ [key]: { freshness: 'CACHED' } });
    });

    test('a holder that lives keeps its lease, however long it loads', async () => {
      const cache = createValueCache(drivers[0], { leaseMs: 300 });
      const open = end.hold();
      const first = read(cache);
      await vi.waitFor(() => expect(end.calls).toHaveLength(1));
      const second = read(there);
      await pause(700);
      expect(end.calls).toHaveLength(1);
      open();
      await Promise.all([first, second]);
      expect(end.calls).toHaveLength(1);
    });

    test('a reader does not wait for another instance for ever', async () => {
      await drivers[1].lease(key, 60_000);
      const cache = createValueCache(drivers[0], { waitMs: 60 });
      expect(await read(cache)).toMatchObject({ [key]: { value: `${key} v1` } });
    });

    test('a load that never ends is a fault, and its key can be read again', async () => {
      const cache = createValueCache(drivers[0], { loadMs: 50 });
      const answer = await read(cache, [key], { load: () => new Promise(() => {}) });
      expect(answer).toMatchObject({ [key]: { error: new Error('the load did not end within 50 ms') } });
      expect(await read(cache)).toMatchObject({ [key]: { value: `${key} v1` } });
    });

    test('what lies in the cache and is not ours to read is loaded anew', async () => {
      for (const garbage of ['', 'no json', '{"value":1}', 'null']) {
        await drivers[0].set(key, garbage, 60_000);
        expect(await read(here)).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'LIVE' } });
      }
    });

    test('jitter shortens the TTL, and never lengthens it', async () => {
      const many = Array.from({ length: 200 }, (_, index) => `${key} ${index}`);
      const over = { policy: { ...POLICY, staleMs: 0, jitter: 0.5 }, flightOf: () => key };
      await read(here, many, over);
      nowMs += 2_499;
      expect(events.splice(0).filter((event) => event === 'hit')).toHaveLength(0);
      await read(here, many, over);
      expect(events.splice(0)).toEqual(many.map(() => 'hit'));
      nowMs += 1_250;
      await read(here, many, over);
      const missed = events.splice(0).filter((event) => event === 'miss').length;
      expect(missed).toBeGreaterThan(50);
      expect(missed).toBeLessThan(150);
    });

    test('a key asked twice is one key; no key, no call', async () => {
      await read(here, [key, key]);
      await read(here, []);
      expect(end.calls).toEqual([[key]]);
    });
  });
}

valueCacheSuite('in memory', async () => {
  const cache = memoryCache({ now: () => performance.now() });
  return [cache, cache];
});
if (redis !== undefined) {
  const { url, prefix } = redis;
  // the suite is not about speed: a busy machine must not look like a fault
  const options = { url, prefix, commandTimeoutMs: 3_000 };
  valueCacheSuite('on Redis', async () => [redisCache(options), redisCache(options)]);
}

describe.skipIf(own === undefined)('with a Redis that fails', () => {
  test.each(['stopped', 'frozen'] as const)(
    '%s in mid-run: answers go on uncached, one load for those at once, then cached again',
    async (fault) => {
      const driver = redisCache({ url: own?.url ?? '', prefix: `test-${fault}:` });
      const events: string[] = [];
      const cache = createValueCache(driver, { onEvent: (event) => events.push(event) });
      const end = backEnd();
      const read = () =>
        cache.read({ keys: ['key'], policy: POLICY, flightOf: (key) => key, load: end.load }).then(settled);
      await read();
      expect(await read()).toMatchObject({ key: { freshness: 'CACHED' } });
      expect(end.calls).toHaveLength(1);

      if (fault === 'stopped') await own?.stop();
      else own?.freeze();
      const startMs = performance.now();
      expect(await read()).toMatchObject({ key: { value: 'key v1', freshness: 'LIVE' } });
      expect(performance.now() - startMs).toBeLessThan(1_500);
      const open = end.hold();
      const readers = Array.from({ length: 20 }, read);
      await vi.waitFor(() => expect(end.calls.length).toBeGreaterThan(2));
      open();
      for (const answer of await Promise.all(readers))
        expect(answer).toMatchObject({ key: { value: 'key v1' } });
      expect(end.calls.length).toBeLessThanOrEqual(3);
      expect(events).toContain('fault');
      await expect(cache.replace('key', 'event', POLICY)).resolves.toBeUndefined();
      await expect(cache.drop(['key'])).resolves.toBeUndefined();

      if (fault === 'stopped') await own?.start();
      else own?.thaw();
      await vi.waitFor(async () => {
        expect(await read()).toMatchObject({ key: { freshness: 'CACHED' } });
      }, 5_000);
      await driver.close();
    },
  );

  test('a Redis that is full: every read is answered, uncached', async () => {
    const driver = redisCache({ url: own?.url ?? '', prefix: 'test-full:' });
    const cache = createValueCache(driver);
    const end = backEnd();
    const read = (key: string) =>
      cache.read({ keys: [key], policy: POLICY, flightOf: (each) => each, load: end.load }).then(settled);
    await own?.configure('maxmemory', '1');
    expect(await read('a')).toMatchObject({ a: { value: 'a v1', freshness: 'LIVE' } });
    expect(await read('a')).toMatchObject({ a: { value: 'a v1', freshness: 'LIVE' } });
    await own?.configure('maxmemory', '0');
    await read('a');
    expect(await read('a')).toMatchObject({ a: { freshness: 'CACHED' } });
    await driver.close();
  });
});
