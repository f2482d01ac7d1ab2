// The gateway's cache without real-time usage: each reader's is loaded for that reader alone, all else is kept.
import type { CacheDriver } from '../../../subgraphs/cache/driver.ts';
import {
  createValueCache as createKeepingCache,
  type ValueCache,
  type ValueCacheOptions,
} from '../../../subgraphs/cache/value-cache.ts';

const USAGE = 'usage:';

export function createValueCache(driver: CacheDriver, options: ValueCacheOptions = {}): ValueCache {
  const { now = Date.now } = options;
  const kept = createKeepingCache(driver, options);
  return {
    ...kept,
    async read(ask) {
      if (ask.keys.some((key) => !key.startsWith(USAGE))) return kept.read(ask);
      const asOfMs = now();
      const values = await ask.load(ask.keys);
      return new Map(
        ask.keys.map((key) => [key, { value: values.get(key) ?? null, asOfMs, freshness: 'LIVE' }]),
      );
    },
    async replace(key, ...value) {
      if (!key.startsWith(USAGE)) await kept.replace(key, ...value);
    },
  };
}
