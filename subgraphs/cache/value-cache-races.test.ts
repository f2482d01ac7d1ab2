// The value cache when things cross: events, drops, holders that die or hang, garbage in the cache.
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { createValueCache } from './value-cache.ts';
import { overBothDrivers, POLICY } from './value-cache-fixture.ts';

await overBothDrivers('value cache races on Redis', (current) => {
  test('a refresh that another instance is at is left to it', async () => {
    const scene = current();
    const { here, drivers, end, key, read } = scene;
    await read(here);
    scene.nowMs += 5_000;
    await drivers[1].lease(key, 60_000);
    const cache = createValueCache(drivers[0], { now: () => scene.nowMs, waitMs: 20 });
    expect(await read(cache)).toMatchObject({ [key]: { freshness: 'STALE' } });
    await pause(60);
    expect(end.calls).toHaveLength(1);
  });

  test('an event replaces the value at once on every instance', async () => {
    const scene = current();
    const { here, there, key, read } = scene;
    await read(here);
    scene.nowMs += 1_000;
    await there.replace(key, { left: 7 }, POLICY, scene.nowMs);
    for (const cache of [here, there]) {
      expect(await read(cache)).toEqual({
        [key]: { value: { left: 7 }, asOfMs: scene.nowMs, freshness: 'CACHED' },
      });
    }
    scene.nowMs += 35_000;
    expect(await read(here), 'an event’s value outlived its bound').toMatchObject({
      [key]: { freshness: 'LIVE' },
    });
  });

  test('what an event brought outlives news that is no newer; what was loaded does not', async () => {
    const scene = current();
    const { here, there, key, read } = scene;
    await read(here);
    await there.dropBefore([key], scene.nowMs - 1);
    expect(await read(here), 'a loaded value stayed').toMatchObject({ [key]: { freshness: 'LIVE' } });
    await there.replace(key, { left: 7 }, POLICY, scene.nowMs);
    await here.dropBefore([key], scene.nowMs);
    expect(await read(here)).toMatchObject({ [key]: { value: { left: 7 }, freshness: 'CACHED' } });
    await here.dropBefore([key], scene.nowMs + 1);
    expect(await read(here)).toMatchObject({ [key]: { freshness: 'LIVE' } });
  });

  test('by the back end’s clock, also where that is ahead of ours', async () => {
    const scene = current();
    const { here, there, end, key, read } = scene;
    await read(here);
    const calls = end.calls.length;
    const atMs = scene.nowMs + 2_000;
    await there.replace(key, { left: 7 }, POLICY, atMs);
    await here.dropBefore([key], atMs);
    expect(await read(here)).toMatchObject({ [key]: { value: { left: 7 }, freshness: 'CACHED' } });
    expect(end.calls).toHaveLength(calls);
    await here.dropBefore([key], atMs + 1);
    expect(await read(here)).toMatchObject({ [key]: { freshness: 'LIVE' } });
  });

  test('events in any order: what happened last is what is kept, or nothing is', async () => {
    const scene = current();
    const { here, there, end, key, read } = scene;
    await read(here);
    const atMs = (second: number) => scene.nowMs + second * 1_000;
    await Promise.all(
      [3, 1, 5, 2, 4].map((second, index) =>
        [here, there][index % 2]?.replace(key, `state ${second}`, POLICY, atMs(second)),
      ),
    );
    expect(await read(here)).toMatchObject({ [key]: { value: 'state 5', freshness: 'CACHED' } });
    await there.replace(key, 'state 5', POLICY, atMs(5));
    expect(await read(here), 'told twice').toMatchObject({ [key]: { value: 'state 5' } });

    end.answers(() => 'state 5b');
    await here.replace(key, 'state 5b', POLICY, atMs(5));
    expect(await read(there), 'two of one instant').toMatchObject({
      [key]: { value: 'state 5b', freshness: 'LIVE' },
    });
    await here.replace(key, 'state 5', POLICY, atMs(5));
    expect(await read(there), 'a load forgot what was told').toMatchObject({ [key]: { value: 'state 5b' } });
    await here.replace(key, 'state 4', POLICY, atMs(4));
    expect(await read(there)).toMatchObject({ [key]: { value: 'state 5b' } });
    await here.replace(key, 'state 6', POLICY, atMs(6));
    expect(await read(there)).toMatchObject({ [key]: { value: 'state 6', freshness: 'CACHED' } });
  });

  test('an event that was long on its way brings what is as old as that', async () => {
    const scene = current();
    const { here, there, end, key, read } = scene;
    await read(here);
    const atMs = scene.nowMs;
    scene.nowMs += 5_000;
    await there.replace(key, 'late', POLICY, atMs);
    expect(await read(here)).toMatchObject({ [key]: { value: 'late', asOfMs: atMs, freshness: 'STALE' } });
    await vi.waitFor(async () => expect(await read(here)).toMatchObject({ [key]: { freshness: 'CACHED' } }));
    const calls = end.calls.length;
    await there.replace(key, `${key} v1`, POLICY, atMs);
    expect(await read(here), 'told what is known').toMatchObject({ [key]: { freshness: 'CACHED' } });
    expect(end.calls).toHaveLength(calls);
  });

  test('an event from before the last load, or from before news, is not believed', async () => {
    const scene = current();
    const { here, there, end, key, read } = scene;
    await read(here);
    await there.replace(key, 'older', POLICY, scene.nowMs - 1);
    expect(await read(here)).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'LIVE' } });
    scene.nowMs += 1_000;
    await here.dropBefore([key], scene.nowMs);
    await there.replace(key, 'older', POLICY, scene.nowMs - 500);
    end.answers(() => 'new');
    expect(await read(here)).toMatchObject({ [key]: { value: 'new', freshness: 'LIVE' } });
    await here.dropBefore([key], scene.nowMs + 1);
    await there.replace(key, 'of that instant', POLICY, scene.nowMs + 1);
    expect(await read(here)).toMatchObject({ [key]: { value: 'of that instant', freshness: 'CACHED' } });
  });

  test('an event beats the load that began before it, for those who wait for that load too', async () => {
    const { here, there, end, key, read, nowMs } = current();
    const open = end.hold();
    const waiting = read(here);
    await vi.waitFor(() => expect(end.calls).toHaveLength(1));
    await there.replace(key, 'event', POLICY, nowMs);
    open();
    expect(await waiting).toMatchObject({ [key]: { value: 'event' } });
    expect(await read(there)).toMatchObject({ [key]: { value: 'event' } });
  });

  test('an event whose value lives shorter than the load lasts still beats it', async () => {
    const { here, there, end, key, read, nowMs } = current();
    const policy = { ttlMs: 5, staleMs: 0, jitter: 0 };
    const open = end.hold();
    const waiting = read(here, [key], { policy });
    await vi.waitFor(() => expect(end.calls).toHaveLength(1));
    await there.replace(key, 'event', policy, nowMs);
    await pause(30);
    open();
    expect(await waiting).toMatchObject({ [key]: { value: 'event' } });
  });

  test('a drop in mid-flight: who reads after it gets what was loaded after it', async () => {
    const { here, there, end, key, read } = current();
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
    const { here, there, end, key, read } = current();
    const load = async (names: readonly string[]) => {
      const loaded = await end.load(names);
      await there.drop(names);
      return loaded;
    };
    expect(await read(here, [key], { load })).toMatchObject({ [key]: { value: `${key} v1` } });
    expect(end.calls).toHaveLength(4);
  });

  test('a holder that died leaves its lease, and another one loads', async () => {
    const scene = current();
    const { here, there, drivers, end, key, read } = scene;
    await drivers[1].lease(key, 500);
    const answer = read(here);
    await pause(20);
    expect(end.calls).toHaveLength(0);
    scene.nowMs += 500;
    expect(await answer).toMatchObject({ [key]: { value: `${key} v1` } });
    expect(await read(there)).toMatchObject({ [key]: { freshness: 'CACHED' } });
  });

  test('a holder that lives keeps its lease, however long it loads', async () => {
    const { there, drivers, end, read } = current();
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
    const { drivers, key, read } = current();
    await drivers[1].lease(key, 60_000);
    const cache = createValueCache(drivers[0], { waitMs: 60 });
    expect(await read(cache)).toMatchObject({ [key]: { value: `${key} v1` } });
  });

  test('a load that never ends is a fault, and its key can be read again', async () => {
    const { drivers, key, read } = current();
    const cache = createValueCache(drivers[0], { loadMs: 50 });
    const answer = await read(cache, [key], { load: () => new Promise(() => {}) });
    expect(answer).toMatchObject({ [key]: { error: new Error('the load did not end within 50 ms') } });
    expect(await read(cache)).toMatchObject({ [key]: { value: `${key} v1` } });
  });

  test('what lies in the cache and is not ours to read is loaded anew', async () => {
    const { here, drivers, key, read } = current();
    for (const garbage of ['', 'no json', '{"value":1}', 'null']) {
      await drivers[0].set(key, garbage, 60_000);
      expect(await read(here)).toMatchObject({ [key]: { value: `${key} v1`, freshness: 'LIVE' } });
    }
  });
});
