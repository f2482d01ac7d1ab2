// The value cache: one load a flight over all readers and instances, TTL, stale values, what doesn't exist.
import { setTimeout as pause } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { expect, test, vi } from 'vitest';
import { createValueCache } from './value-cache.ts';
import { overBothDrivers, POLICY, START_MS } from './value-cache-fixture.ts';

await overBothDrivers('value cache on Redis', (current) => {
  test('LIVE when loaded, CACHED inside the TTL on every instance, as of the load’s beginning', async () => {
    const scene = current();
    const { here, there, end, events, key, read } = scene;
    expect(await read(here)).toEqual({
      [key]: { value: `${key} v1`, asOfMs: START_MS, freshness: 'LIVE' },
    });
    scene.nowMs += 4_999;
    for (const cache of [here, there]) {
      expect(await read(cache)).toEqual({
        [key]: { value: `${key} v1`, asOfMs: START_MS, freshness: 'CACHED' },
      });
    }
    expect(end.calls).toEqual([[key]]);
    expect(events).toEqual(['miss', 'hit', 'hit']);
  });

  test('100 readers on two instances, one load; every reader has the value', async () => {
    const { here, there, end, events, key, read } = current();
    const open = end.hold();
    const readers = Array.from({ length: 100 }, (_, index) => read(index % 2 === 0 ? here : there));
    // all but the one who loads are waiting: only then is the answer let go
    await vi.waitFor(() => expect(events.filter((event) => event === 'wait')).toHaveLength(99));
    open();
    for (const answer of await Promise.all(readers)) {
      expect(answer).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'LIVE' } });
    }
    expect(end.calls).toHaveLength(1);
  });

  test('a flight that hangs is not waited for by who comes late: a second one sets out, and only one', async () => {
    const { drivers, end, key, read } = current();
    const cache = createValueCache(drivers[0], { now: () => START_MS, waitMs: 50 });
    const open = end.hold();
    const first = read(cache);
    await vi.waitFor(() => expect(end.calls).toHaveLength(1));
    await pause(80);
    const second = Promise.all([read(cache), read(cache)]);
    await vi.waitFor(() => expect(end.calls).toHaveLength(2));
    open();
    expect(await second).toMatchObject([
      { [key]: { value: `${key} v1` } },
      { [key]: { value: `${key} v1` } },
    ]);
    expect(await first).toMatchObject({ [key]: { value: `${key} v1` } });
    expect(end.calls).toHaveLength(2);
  });

  test('a flight of several keys is one call for them; what it brings beside is kept too', async () => {
    const { here, there, end, key, read } = current();
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
    const { here, there, end, key, read } = current();
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
    const { here, key, read } = current();
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
    const { here, there, end, key, read } = current();
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
    const { here, key, read } = current();
    const load = () => {
      throw new Error('at once');
    };
    expect(await read(here, [key], { load })).toMatchObject({ [key]: { error: new Error('at once') } });
  });

  test('what the back end does not know is remembered as null', async () => {
    const { here, there, end, key, read } = current();
    end.answers(() => undefined);
    expect(await read(here)).toMatchObject({ [key]: { value: null, freshness: 'LIVE' } });
    expect(await read(there)).toMatchObject({ [key]: { value: null, freshness: 'CACHED' } });
    expect(end.calls).toHaveLength(1);
  });

  test('beyond the TTL the value is STALE at once, and one load behind it makes it fresh for all', async () => {
    const scene = current();
    const { here, there, end, key, read } = scene;
    await read(here);
    scene.nowMs += 5_000;
    end.answers(() => 'v2');
    const open = end.hold();
    for (const cache of [here, there, here, there]) {
      expect(await read(cache)).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'STALE' } });
    }
    await vi.waitFor(() => expect(end.calls).toHaveLength(2));
    open();
    await vi.waitFor(async () => {
      expect(await read(there)).toMatchObject({
        [key]: { value: 'v2', freshness: 'CACHED', asOfMs: scene.nowMs },
      });
    });
    expect(end.calls).toHaveLength(2);
  });

  test('while the back end fails, stale values are served up to the bound, then the fault', async () => {
    const scene = current();
    const { here, there, end, key, read } = scene;
    await read(here);
    end.fails(new Error('back end fault'));
    scene.nowMs += 34_999;
    expect(await read(there)).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'STALE' } });
    await vi.waitFor(() => expect(end.calls).toHaveLength(2));
    scene.nowMs += 1;
    await vi.waitFor(async () => {
      expect(await read(there)).toMatchObject({ [key]: { error: new Error('back end fault') } });
    });
  });

  test('jitter shortens the TTL, and never lengthens it', async () => {
    const scene = current();
    const { here, events, key, read } = scene;
    const many = Array.from({ length: 200 }, (_, index) => `${key} ${index}`);
    const over = { policy: { ...POLICY, staleMs: 0, jitter: 0.5 }, flightOf: () => key };
    await read(here, many, over);
    scene.nowMs += 2_499;
    expect(events.splice(0).filter((event) => event === 'hit')).toHaveLength(0);
    await read(here, many, over);
    expect(events.splice(0)).toEqual(many.map(() => 'hit'));
    scene.nowMs += 1_250;
    await read(here, many, over);
    const missed = events.splice(0).filter((event) => event === 'miss').length;
    expect(missed).toBeGreaterThan(50);
    expect(missed).toBeLessThan(150);
  });

  test('a key asked twice is one key; no key, no call', async () => {
    const { here, end, key, read } = current();
    await read(here, [key, key]);
    await read(here, []);
    expect(end.calls).toEqual([[key]]);
  });
});
