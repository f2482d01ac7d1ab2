// A connection to one Redis or to a Redis Cluster which fails fast instead of queueing, and comes back by itself.
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { failFast } from './fail-fast.ts';

export type RedisClient = Redis | Cluster;

export interface Connection {
  readonly client: RedisClient;
  /** Runs a command inside the time bound; rejects at once while the server is known to be away. */
  run<T>(command: () => Promise<T>): Promise<T>;
  state(): 'UP' | 'FAULTY' | 'DOWN';
  /** A second one, for subscriptions: a subscribed connection takes no other commands. */
  another(): Connection;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** `redis://` or `rediss://`; for a Cluster one seed or several, separated by commas. */
  readonly url: string;
  readonly cluster: boolean;
  readonly commandTimeoutMs: number;
  readonly onFault: (error: unknown) => void;
}

/** A server that accepts a connection and then says nothing is left after so long. */
const SILENCE_MS = 5_000;
const RECONNECT_MAX_MS = 1_000;

const backOff = (times: number) => Math.min(50 * 2 ** Math.min(times, 10), RECONNECT_MAX_MS);

const BASE: RedisOptions = {
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: 2_000,
  socketTimeout: SILENCE_MS,
  keepAlive: 10_000,
  disableClientInfo: true,
  // after a failover the old primary answers READONLY: ask again who the primary is
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

function openClient({ url, cluster }: ConnectionOptions): RedisClient {
  if (!cluster) {
    return new Redis(url, {
      ...BASE,
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      retryStrategy: backOff,
    });
  }
  const seeds = url.split(',').map((seed) => seed.trim());
  // the nodes that the seeds tell of are entered with the seed's name and password
  const { username, password, protocol } = new URL(seeds[0] ?? url);
  return new Cluster(seeds, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    clusterRetryStrategy: backOff,
    slotsRefreshTimeout: 2_000,
    redisOptions: {
      ...BASE,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    },
  });
}

export function connect(options: ConnectionOptions): Connection {
  const { commandTimeoutMs, onFault } = options;
  const client = openClient(options);
  const guard = failFast({ timeoutMs: commandTimeoutMs, onFault });
  const ready = () => client.status === 'ready';

  client.on('error', onFault);
  client.on('ready', guard.recovered);
  // only the first connection is worth waiting for: later ones were lost, and their callers go on without
  let opening: Promise<void> | undefined = new Promise((resolve) => {
    const opened = () => {
      opening = undefined;
      resolve();
    };
    client.once('ready', opened);
    client.once('close', opened);
  });

  return {
    client,
    async run(command) {
      if (ready()) return guard.run(command);
      if (opening === undefined) throw new Error('not connected');
      return guard.run(async () => {
        await opening;
        return command();
      });
    },
    state: () => (ready() ? guard.state() : 'DOWN'),
    another: () => connect(options),
    async close() {
      // answers that are under way come first, but a dead server can't hold up the shutdown
      if (ready()) await guard.run(async () => client.quit()).catch(() => {});
      client.disconnect();
    },
  };
}
