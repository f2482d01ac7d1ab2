// The value cache on a Redis that stops, hangs or is full: answers go on, uncached, and it recovers by itself.
import { afterAll, describe, expect, test, vi } from 'vitest';
import { skipLoudly, startRedis } from '../../test/support/services.ts';
import { redisCache } from './redis.ts';
import { createValueCache } from './value-cache.ts';
import { backEnd, POLICY, START_MS, settled } from './value-cache-fixture.ts';

const own = await startRedis();
if (own === undefined) skipLoudly('value cache on a Redis that fails', 'no redis-server on the PATH');
afterAll(async () => {
  await own?.close();
});

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
      await expect(cache.replace('key', 'event', POLICY, START_MS)).resolves.toBeUndefined();
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
