// The cache without Redis: an LRU of this process, bounded by bytes, gone with it.
import { LRUCache } from 'lru-cache';
import { type CacheDriver, FENCE_MS, NOTHING, type Stored, type Write } from './driver.ts';
import { asTopicBus, localBus } from './local-bus.ts';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** What an entry costs beside its text; measured with 100,000 small entries, rounded up. */
const ENTRY_BYTES = 256;

interface Entry extends Stored {
  readonly expiresAtMs: number;
}

interface MemoryOptions {
  readonly maxBytes?: number;
  readonly now?: () => number;
  readonly onFault?: (error: unknown) => void;
}

export function memoryCache(options: MemoryOptions = {}): CacheDriver {
  const now = options.now ?? Date.now;
  const entries = new LRUCache<string, Entry>({
    maxSize: options.maxBytes ?? DEFAULT_MAX_BYTES,
    // strings may take two bytes a character; a value larger than the whole cache isn't kept
    sizeCalculation: (entry, key) => ENTRY_BYTES + 2 * (key.length + (entry.value?.length ?? 0)),
  });
  const leases = new Map<string, { readonly token: string; readonly untilMs: number }>();
  let writes = 0;

  const nextVersion = (): string => (++writes).toString(36);

  function look(key: string): Stored {
    const entry = entries.get(key);
    if (entry === undefined) return { value: undefined, version: NOTHING };
    if (now() < entry.expiresAtMs) return entry;
    entries.delete(key);
    return { value: undefined, version: NOTHING };
  }

  function write({ key, value, ttlMs, over }: Write): Stored | undefined {
    const there = look(key);
    if (over !== undefined && there.version !== NOTHING && there.version !== over) return there;
    entries.set(key, { value, version: nextVersion(), expiresAtMs: now() + ttlMs });
    return undefined;
  }

  const holder = (key: string) => {
    const lease = leases.get(key);
    return lease !== undefined && now() < lease.untilMs ? lease : undefined;
  };

  return {
    ...asTopicBus(localBus(options.onFault)),
    get: async (key) => look(key).value,
    async set(key, value, ttlMs) {
      write({ key, value, ttlMs });
    },
    getMany: async (keys) => keys.map(look),
    setMany: async (list) => list.map(write),
    async drop(keys) {
      const expiresAtMs = now() + FENCE_MS;
      for (const key of keys) entries.set(key, { value: undefined, version: nextVersion(), expiresAtMs });
    },
    async lease(key, leaseMs) {
      if (holder(key) !== undefined) return undefined;
      const token = nextVersion();
      leases.set(key, { token, untilMs: now() + leaseMs });
      return token;
    },
    async renew(key, token, leaseMs) {
      if (holder(key)?.token !== token) return false;
      leases.set(key, { token, untilMs: now() + leaseMs });
      return true;
    },
    async release(key, token) {
      if (leases.get(key)?.token === token) leases.delete(key);
    },
    health: async () => [
      { name: 'memory cache', kind: 'CACHE', state: 'UP', embedded: true, required: false },
    ],
    async close() {
      entries.clear();
      leases.clear();
    },
  };
}
