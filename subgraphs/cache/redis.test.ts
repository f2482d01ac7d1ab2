// The Redis cache: what every driver does, on one server and on a Cluster; faults of the server.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { redisForTests, skipLoudly, startRedis, startRedisCluster } from '../../test/support/services.ts';
import { driverSuite } from './driver-suite.ts';
import { type RedisCacheOptions, redisCache } from './redis.ts';

const redis = await redisForTests('cache on Redis');
const own = await startRedis();
const cluster = await startRedisCluster();
if (own === undefined || cluster === undefined)
  skipLoudly('cache on a Redis that fails', 'no redis-server on the PATH');

afterAll(async () => {
  await Promise.all([redis?.close(), own?.close(), cluster?.close()]);
});

if (redis !== undefined) {
  const { url, prefix } = redis;
  // the suite is not about speed: a busy machine must not look like a fault
  const options = { url, prefix, commandTimeoutMs: 3_000 };
  driverSuite('one Redis', async () => [redisCache(options), redisCache(options)]);

  test('instances with another prefix neither read nor hear each other', async () => {
    const [one, two] = [
      redisCache({ url, prefix: `${prefix}a:` }),
      redisCache({ url, prefix: `${prefix}b:` }),
    ];
    const heard: string[] = [];
    await two.subscribe('topic', (message) => heard.push(message));
    await one.set('key', 'value', 10_000);
    await one.publish('topic', 'from one');
    await two.publish('topic', 'from two');
    expect(heard).toEqual(['from two']);
    expect(await two.get('key')).toBeUndefined();
    await Promise.all([one.close(), two.close()]);
  });
}

if (cluster !== undefined) {
  const { url } = cluster;
  driverSuite('a Redis Cluster', async () => {
    const options = { url, prefix: 'test:', cluster: true, commandTimeoutMs: 3_000 };
    return [redisCache(options), redisCache(options)];
  });
}

describe.skipIf(own === undefined)('a Redis that fails', () => {
  const faults: unknown[] = [];
  const open = (options: Partial<RedisCacheOptions> = {}) =>
    redisCache({
      url: own?.url ?? '',
      prefix: 'test:',
      onFault: (error) => faults.push(error),
      ...options,
    });
  const elapsedMs = async (task: Promise<unknown>): Promise<number> => {
    const startMs = performance.now();
    await task.catch(() => {});
    return performance.now() - startMs;
  };
  const stateOf = async (cache: ReturnType<typeof open>) => (await cache.health())[0]?.state;

  test('stopped: commands fail at once, ports stay quiet, own listeners hear on; restarted: all is well again', async () => {
    const cache = open({ commandTimeoutMs: 1_000 });
    const other = open();
    const heard: string[] = [];
    await cache.set('key', 'value', 60_000);
    await cache.subscribe('topic', (message) => heard.push(message));
    expect(await stateOf(cache)).toBe('UP');

    await own?.stop();
    await vi.waitFor(async () => expect(await stateOf(cache)).toBe('DOWN'));
    await expect(cache.getMany(['key'])).rejects.toThrow();
    expect(await elapsedMs(cache.getMany(['key']))).toBeLessThan(500);
    expect(await cache.get('key')).toBeUndefined();
    await cache.set('key', 'value', 1_000);
    await cache.publish('topic', 'here alone');
    expect(heard).toEqual(['here alone']);
    const leaveLate = await cache.subscribe('subscribed while down', (message) => heard.push(message));

    await own?.start();
    await vi.waitFor(async () => {
      expect(await stateOf(cache)).toBe('UP');
      expect(await stateOf(other)).toBe('UP');
    }, 5_000);
    await cache.set('key', 'again', 60_000);
    expect(await other.get('key')).toBe('again');
    for (const topic of ['topic', 'subscribed while down']) {
      await vi.waitFor(async () => {
        await other.publish(topic, `other on ${topic}`);
        expect(heard).toContain(`other on ${topic}`);
      }, 5_000);
    }
    await leaveLate();
    await Promise.all([cache.close(), other.close()]);
  });

  test('frozen: the first command costs the timeout, the next ones nothing; thawed: it recovers', async () => {
    const cache = open({ commandTimeoutMs: 400 });
    await cache.set('key', 'value', 60_000);
    own?.freeze();
    const firstMs = await elapsedMs(cache.getMany(['key']));
    expect(firstMs).toBeGreaterThan(390);
    expect(firstMs).toBeLessThan(1_500);
    const laterMs = await elapsedMs(
      Promise.allSettled(Array.from({ length: 100 }, () => cache.getMany(['key']))),
    );
    expect(laterMs).toBeLessThan(300);
    expect(await stateOf(cache)).toBe('DOWN');
    expect(await elapsedMs(cache.subscribe('topic', () => {}))).toBeLessThan(1_500);
    own?.thaw();
    await vi.waitFor(async () => expect(await cache.get('key')).toBe('value'), 5_000);
    expect(await stateOf(cache)).toBe('UP');
    await cache.close();
  });

  test('full: reads go on, writes are faults, health says DEGRADED', async () => {
    const cache = open();
    await cache.set('key', 'value', 60_000);
    await own?.configure('maxmemory', '1');
    await cache.set('key', 'new', 60_000);
    await expect(cache.setMany([{ key: 'more', value: 'x', ttlMs: 1_000 }])).rejects.toThrow('OOM');
    await expect(cache.setMany([{ key: 'more', value: 'x', ttlMs: 1_000, over: '' }])).rejects.toThrow('OOM');
    expect(await cache.get('key')).toBe('value');
    expect(await stateOf(cache)).toBe('DEGRADED');
    await own?.configure('maxmemory', '0');
    await cache.close();
  });

  test('not there at the start: DOWN, without an exception that nobody catches', async () => {
    const cache = open({ url: 'redis://127.0.0.1:1' });
    expect(await elapsedMs(cache.getMany(['key']))).toBeLessThan(600);
    expect(await stateOf(cache)).toBe('DOWN');
    await cache.close();
    expect(faults.length).toBeGreaterThan(0);
  });

  test('frozen with commands under way: closing does not wait', async () => {
    const cache = open();
    await cache.set('key', 'value', 60_000);
    own?.freeze();
    const late = cache.getMany(['key']).catch((error: unknown) => error);
    expect(await elapsedMs(cache.close())).toBeLessThan(1_000);
    expect(await late).toBeInstanceOf(Error);
    own?.thaw();
    await pause(0);
  });
});
