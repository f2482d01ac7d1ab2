// The cache in Redis, shared by all instances: the same behaviour as in memory, and a fault instead of a wait.
import { randomUUID } from 'node:crypto';
import type { HealthReport } from '../../schema/ports.ts';
import { type CacheDriver, FENCE_MS, NOTHING, type Stored, type Write } from './driver.ts';
import { redisBus } from './redis-bus.ts';
import { type Connection, connect } from './redis-connection.ts';

export interface RedisCacheOptions {
  /** `redis://` or `rediss://`; for a Cluster one seed or several, separated by commas. */
  readonly url: string;
  /** Stands before every key and channel. */
  readonly prefix: string;
  readonly cluster?: boolean;
  readonly commandTimeoutMs?: number;
  /** Called for every fault, also for each failed reconnect: whoever logs it bounds the log. */
  readonly onFault?: (error: unknown) => void;
}

/** Enough for a busy server near by; a cache that takes longer costs more than it saves. */
const COMMAND_TIMEOUT_MS = 150;

// An entry is `<version>\n+<value>`, a dropped one `<version>\n-`. Each script has one key, so any Cluster takes it.
const WRITE_OVER = `
local there = redis.call('GET', KEYS[1])
if there and string.sub(there, 1, #ARGV[1] + 1) ~= ARGV[1] .. '\\n' then return there end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return false`;
const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;
const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

function storedIn(text: unknown): Stored {
  if (typeof text !== 'string') return { value: undefined, version: NOTHING };
  const end = text.indexOf('\n');
  const value = text[end + 1] === '+' ? text.slice(end + 2) : undefined;
  return { value, version: text.slice(0, end) };
}

async function healthOf(connection: Connection): Promise<HealthReport> {
  const report = { name: 'redis', kind: 'CACHE', embedded: false, required: false } as const;
  try {
    await connection.run(async () => connection.client.ping());
  } catch {
    return { ...report, state: 'DOWN', detail: 'no answer: values are read uncached' };
  }
  return connection.state() === 'FAULTY'
    ? { ...report, state: 'DEGRADED', detail: 'answers, but refused commands lately' }
    : { ...report, state: 'UP' };
}

export function redisCache(options: RedisCacheOptions): CacheDriver {
  const { url, prefix, cluster = false, commandTimeoutMs = COMMAND_TIMEOUT_MS, onFault = () => {} } = options;
  const instance = randomUUID().slice(0, 8);
  const connection = connect({ url, cluster, commandTimeoutMs, onFault });
  const { client } = connection;
  const bus = redisBus({ connection, prefix, instance, onFault });
  const valueKey = (key: string) => `${prefix}value:${key}`;
  const leaseKey = (key: string) => `${prefix}lease:${key}`;
  let writes = 0;
  const nextVersion = (): string => `${instance}${(++writes).toString(36)}`;

  /** In a Cluster the keys live on several nodes, which MGET doesn't take: single GETs, pipelined by node. */
  const fetch = (keys: readonly string[]): Promise<readonly (string | null)[]> =>
    cluster ? Promise.all(keys.map((key) => client.get(valueKey(key)))) : client.mget(keys.map(valueKey));

  async function write({ key, value, ttlMs, over }: Write): Promise<Stored | undefined> {
    const entry = `${nextVersion()}\n+${value}`;
    const px = Math.max(1, Math.ceil(ttlMs));
    if (over === undefined) {
      await client.set(valueKey(key), entry, 'PX', px);
      return undefined;
    }
    const there = await client.eval(WRITE_OVER, 1, valueKey(key), over, entry, px);
    return there === null ? undefined : storedIn(there);
  }

  const getMany = async (keys: readonly string[]): Promise<readonly Stored[]> =>
    keys.length === 0 ? [] : (await connection.run(() => fetch(keys))).map(storedIn);

  const setMany = async (list: readonly Write[]): Promise<readonly (Stored | undefined)[]> =>
    list.length === 0 ? [] : connection.run(() => Promise.all(list.map(write)));

  return {
    publish: bus.publish,
    subscribe: bus.subscribe,
    onGap: bus.onGap,
    getMany,
    setMany,
    get: (key) =>
      getMany([key]).then(
        ([stored]) => stored?.value,
        () => undefined,
      ),
    set: (key, value, ttlMs) =>
      setMany([{ key, value, ttlMs }]).then(
        () => {},
        () => {},
      ),
    async drop(keys) {
      const dropOne = (key: string) => client.set(valueKey(key), `${nextVersion()}\n-`, 'PX', FENCE_MS);
      if (keys.length > 0) await connection.run(() => Promise.all(keys.map(dropOne)));
    },
    async lease(key, leaseMs) {
      const token = nextVersion();
      const taken = await connection.run(async () => client.set(leaseKey(key), token, 'PX', leaseMs, 'NX'));
      return taken === 'OK' ? token : undefined;
    },
    renew: async (key, token, leaseMs) =>
      (await connection.run(async () => client.eval(RENEW, 1, leaseKey(key), token, leaseMs))) === 1,
    async release(key, token) {
      await connection.run(async () => client.eval(RELEASE, 1, leaseKey(key), token));
    },
    health: async () => [await healthOf(connection)],
    async close() {
      await bus.close();
      await connection.close();
    },
  };
}
