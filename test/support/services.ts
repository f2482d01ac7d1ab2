// Real services for tests: the one that is configured, else one started for the test, else a loud skip.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';

/** A server that the test started: it may stop it, freeze it and start it again, on the same port. */
export interface OwnRedis {
  readonly url: string;
  /** Where the nodes of a Cluster talk to each other. */
  readonly clusterPort: number;
  /** Ends it as a crash does. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Frozen, it keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  configure(setting: string, value: string): Promise<void>;
  /** Ends it for good and removes its folder. */
  close(): Promise<void>;
}

export interface TestRedis {
  readonly url: string;
  /** This run's own key prefix: nothing is ever flushed. */
  readonly prefix: string;
  close(): Promise<void>;
}

export interface TestPostgres {
  readonly url: string;
  /** This run's own schema; whoever uses it drops it. */
  readonly schema: string;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 15_000;

/** Says that a suite is skipped, so that nobody takes it for passed; with REQUIRE_SERVICES=1 it fails instead. */
export function skipLoudly(suite: string, lacking: string): undefined {
  const line = `SKIPPED: ${suite}: ${lacking}`;
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(`${line} (REQUIRE_SERVICES=1)`);
  console.warn(`\n*** ${line} ***\n`);
  return undefined;
}

function onPath(program: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** PostgreSQL takes connections before it takes questions: "the database system is starting up". */
async function answersQueries(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

/** Until the server answers; rejects when the process ends before, or takes too long. */
async function served(child: ChildProcess, program: string, answers: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < untilMs) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${program} ended at its start`);
    if (await answers()) return;
    await pause(20);
  }
  child.kill('SIGKILL');
  throw new Error(`${program} does not answer`);
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exit;
}

/** A Redis of the test's own, in memory only; undefined where no redis-server is installed. */
export async function startRedis(options: { cluster?: boolean } = {}): Promise<OwnRedis | undefined> {
  const program = onPath('redis-server');
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'ssm-redis-'));
  const port = await freePort();
  const clusterPort = await freePort();
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  if (options.cluster === true) {
    settings.push('--cluster-enabled', 'yes', '--cluster-port', `${clusterPort}`);
    settings.push('--cluster-announce-ip', '127.0.0.1');
  }
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program, settings, { stdio: 'ignore' });
    await served(child, 'redis-server', () => accepts(port));
  };
  const onExit = () => child.kill('SIGKILL');
  await start();
  process.once('exit', onExit);
  return {
    url: `redis://127.0.0.1:${port}`,
    clusterPort,
    start,
    stop: () => ended(child, 'SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async configure(setting, value) {
      const client = new Redis(port, '127.0.0.1');
      await client.config('SET', setting, value).finally(() => client.disconnect());
    },
    async close() {
      await ended(child, 'SIGKILL');
      process.off('exit', onExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function joinedCluster(nodes: readonly OwnRedis[]): Promise<void> {
  const clients = nodes.map((node) => new Redis(node.url));
  try {
    const slots = Math.ceil(16_384 / nodes.length);
    for (const [index, client] of clients.entries()) {
      const last = Math.min((index + 1) * slots, 16_384) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', `${index * slots}`, `${last}`);
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
    }
    for (const node of nodes.slice(1)) {
      await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', new URL(node.url).port, `${node.clusterPort}`);
    }
    const untilMs = performance.now() + START_TIMEOUT_MS;
    for (const client of clients) {
      while (!`${await client.call('CLUSTER', 'INFO')}`.includes('cluster_state:ok')) {
        if (performance.now() > untilMs) throw new Error('the Redis Cluster does not come together');
        await pause(50);
      }
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** A Cluster of three nodes, all the test's own; undefined where no redis-server is installed. */
export async function startRedisCluster(): Promise<Pick<OwnRedis, 'url' | 'close'> | undefined> {
  const nodes: OwnRedis[] = [];
  const close = async () => {
    await Promise.all(nodes.map((node) => node.close()));
  };
  try {
    for (let count = 0; count < 3; count++) {
      const node = await startRedis({ cluster: true });
      if (node === undefined) return undefined;
      nodes.push(node);
    }
    await joinedCluster(nodes);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: nodes.map((node) => node.url).join(','), close };
}

/** REDIS_URL, else a server of the test's own, else undefined and a loud line. */
export async function redisForTests(suite: string): Promise<TestRedis | undefined> {
  const prefix = `test-${randomUUID().slice(0, 8)}:`;
  const url = process.env.REDIS_URL;
  if (url !== undefined && url !== '') return { url, prefix, close: async () => {} };
  const own = await startRedis();
  if (own === undefined) return skipLoudly(suite, 'no REDIS_URL, and no redis-server on the PATH');
  return { url: own.url, prefix, close: own.close };
}

/** Who may run a PostgreSQL server: it refuses to run as root. Undefined where there's no such user. */
function serverUser(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  const number = (flag: string) => {
    const answer = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
    return answer.status === 0 ? Number(answer.stdout) : undefined;
  };
  const [uid, gid] = [number('-u'), number('-g')];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function startPostgres(): Promise<{ url: string; close(): Promise<void> } | undefined> {
  const [initdb, postgres, user] = [onPath('initdb'), onPath('postgres'), serverUser()];
  if (initdb === undefined || postgres === undefined || user === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'ssm-postgres-'));
  if (user.uid !== undefined) spawnSync('chown', [`${user.uid}`, folder]);
  const data = join(folder, 'data');
  const made = spawnSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    ...user,
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const settings = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, '-F'];
  const child = spawn(postgres, settings, { ...user, cwd: folder, stdio: 'ignore' });
  const onExit = () => child.kill('SIGKILL');
  process.once('exit', onExit);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await served(child, 'postgres', () => answersQueries(url));
  return {
    url,
    async close() {
      await ended(child, 'SIGINT');
      process.off('exit', onExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** DATABASE_URL, else a server of the test's own, else undefined and a loud line. */
export async function postgresForTests(suite: string): Promise<TestPostgres | undefined> {
  const schema = `test_${randomUUID().slice(0, 8)}`;
  const url = process.env.DATABASE_URL;
  if (url !== undefined && url !== '') return { url, schema, close: async () => {} };
  const own = await startPostgres();
  if (own === undefined) return skipLoudly(suite, 'no DATABASE_URL, and no PostgreSQL server on the PATH');
  return { url: own.url, schema, close: own.close };
}
