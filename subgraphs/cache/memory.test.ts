// The memory cache: what every driver does, and its own bounds.
import { expect, test } from 'vitest';
import { driverSuite } from './driver-suite.ts';
import { memoryCache } from './memory.ts';

driverSuite('memory', async () => {
  const cache = memoryCache();
  return [cache, cache];
});

test('it stays inside its bytes: the least used go first, a value larger than all is not kept', async () => {
  const cache = memoryCache({ maxBytes: 100_000 });
  const value = 'x'.repeat(1_000);
  for (let index = 0; index < 200; index++) {
    await cache.set(`key ${index}`, value, 60_000);
    await cache.get('key 0');
  }
  const kept = await cache.getMany(Array.from({ length: 200 }, (_, index) => `key ${index}`));
  expect(kept.filter((stored) => stored.value !== undefined).length).toBeLessThan(50);
  expect(kept[0]?.value).toBe(value);
  expect(kept[199]?.value).toBe(value);
  await cache.set('key 0', 'x'.repeat(100_000), 60_000);
  expect(await cache.get('key 0')).toBeUndefined();
});

test('its clock is the one it was given', async () => {
  let nowMs = Date.parse('2026-11-15T10:00:00Z');
  const cache = memoryCache({ now: () => nowMs });
  await cache.set('key', 'value', 1_000);
  const token = await cache.lease('lease', 1_000);
  nowMs += 999;
  expect(await cache.get('key')).toBe('value');
  expect(await cache.lease('lease', 1_000)).toBeUndefined();
  nowMs += 1;
  expect(await cache.get('key')).toBeUndefined();
  expect(await cache.lease('lease', 1_000)).toBeDefined();
  expect(await cache.renew('lease', token ?? '', 1_000)).toBe(false);
});
