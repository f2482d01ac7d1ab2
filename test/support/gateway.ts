// A world for tests: simulator and gateway at a fixed instant, and `ask` over real HTTP with the REST calls it cost.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { pino } from 'pino';
import { readConfig } from '../../gateway/config.ts';
import { openDemoIssuer } from '../../gateway/demo-issuer.ts';
import { type Running, runGateway, runSubgraphs } from '../../gateway/main.ts';
import type { Surroundings } from '../../gateway/parts.ts';
import type { DemoActor } from '../../mocks/actors.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../mocks/simulator.ts';
import { readableCalls } from './readable-calls.ts';

/** The instant of every test that doesn't say otherwise. */
export const NOW = '2026-11-15T10:00:00Z';

export interface Clock {
  readonly now: () => number;
  advance(ms: number): void;
}

export function clockAt(instant: string = NOW): Clock {
  let nowMs = Date.parse(instant);
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
  };
}

/** An error as clients get it, without its request id, which is another one each time. */
export interface AskedError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly code: string;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  // what a test expects of the data it says by comparing, not by its type
  readonly data: unknown;
  readonly errors: readonly AskedError[];
  /** REST requests that the simulator got for this operation, sorted. */
  readonly calls: readonly string[];
  /** The body as it came, but for the request id. */
  readonly text: string;
  readonly requestId: string;
}

export interface AskOptions {
  /** A demo actor; nobody when absent. */
  readonly as?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Instance {
  readonly url: string;
  readonly running: Running;
  /** What this instance has logged at `warn` and above. */
  readonly log: readonly string[];
  /** Of a subscription, its first state. */
  ask(query: string, options?: AskOptions): Promise<Asked>;
  stop(): Promise<void>;
}

export interface World {
  readonly clock: Clock;
  readonly simulator: Simulator;
  readonly main: Instance;
  readonly ask: Instance['ask'];
  /** Another gateway on the same simulator and namespace: the same Redis keys, the same tables. */
  another(options?: InstanceOptions): Promise<Instance>;
  /** Subgraphs alone, over HTTP, on the same simulator and keys. */
  subgraphs(names: readonly string[], env?: InstanceOptions['env']): Promise<Running>;
  /** Before its Redis keys, and the schema of its tables. */
  readonly namespace: string;
  /** The folder with the keys of tokens and principals. */
  readonly dataFolder: string;
  token(actorId: string): Promise<string>;
  stop(): Promise<void>;
}

export interface InstanceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Other addresses of the APIs than the simulator's own: a proxy in between. */
  readonly apis?: Simulator['apis'];
  /** A providers file, in the place of one made for these addresses. */
  readonly providersFile?: string;
}

export interface WorldOptions extends InstanceOptions {
  readonly clock?: Clock;
  readonly simulator?: SimulatorOptions;
  /** Actors besides those of the demonstration. */
  readonly actors?: readonly DemoActor[];
  /** In the place of this world's own: a sender, a log, a providers file. */
  readonly surroundings?: Pick<Surroundings, 'sender' | 'log' | 'providersFile' | 'subscribes'>;
}

const AUDIENCE = 'ssm-gateway';

/** Real drivers where the environment names them; else all in this process and nothing on disk but the keys. */
function drivers(): Record<string, string> {
  const { REDIS_URL, DATABASE_URL } = process.env;
  return { ...(REDIS_URL ? { REDIS_URL } : {}), ...(DATABASE_URL ? { DATABASE_URL } : {}) };
}

async function dropNamespace(namespace: string, env: Readonly<Record<string, string>>): Promise<void> {
  if (env.DATABASE_URL) {
    const client = new Client({ connectionString: env.DATABASE_URL });
    await client.connect();
    await client.query(`DROP SCHEMA IF EXISTS "${namespace}" CASCADE`).finally(() => client.end());
  }
  if (env.REDIS_URL) {
    const redis = new Redis(env.REDIS_URL, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => undefined);
    const keys = await redis.keys(`${namespace}:*`).catch(() => []);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  }
}

const isSubscription = (query: string): boolean => /^subscription\b/m.test(query);

/** Of a stream, its first state; leaving it hangs up. */
async function bodyOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response.text();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const state = /^event: next\ndata: (.*)\n\n/m.exec(text)?.[1];
    if (state !== undefined) return state;
  }
  throw new Error(`a stream without a state: ${text}`);
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? clockAt();
  const dataFolder = await mkdtemp(join(tmpdir(), 'ssm-world-'));
  const namespace = `test_${randomUUID().slice(0, 8)}`;
  const simulator = await startSimulator({ now: clock.now, ...options.simulator });
  const issuer = await openDemoIssuer(dataFolder, AUDIENCE);
  const token = (actorId: string) => issuer.sign(actorId, clock.now());
  const worldEnv = { ...drivers(), ...options.env };
  const stops: (() => Promise<void>)[] = [];

  function surroundings(log: string[], apis: Simulator['apis'], providersFile?: string): Surroundings {
    const write = (line: string) => void log.push(line);
    const logger = pino({ level: 'warn' }, { write });
    const { actors = [] } = options;
    const own = { now: clock.now, simulator: { apis }, namespace, log: logger, actors };
    const file = providersFile === undefined ? {} : { providersFile };
    return { ...own, ...file, store: 'memory', ...options.surroundings };
  }

  function configOf(env: Readonly<Record<string, string>> = {}) {
    return readConfig({
      PORT: '0',
      DATA_FOLDER: dataFolder,
      MODE: 'demo',
      WORK_SECONDS: '0',
      ...worldEnv,
      ...env,
    });
  }

  async function another({
    env,
    apis = simulator.apis,
    providersFile,
  }: InstanceOptions = {}): Promise<Instance> {
    const log: string[] = [];
    const running = await runGateway(configOf(env), surroundings(log, apis, providersFile));
    stops.push(() => running.stop());
    const ask = (query: string, asked: AskOptions = {}) => send(running.url, query, asked);
    return { url: running.url, running, log, ask, stop: () => running.stop() };
  }

  async function send(url: string, query: string, { as, variables = {} }: AskOptions): Promise<Asked> {
    const requestId = randomUUID();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: isSubscription(query) ? 'text/event-stream' : 'application/graphql-response+json',
        'x-request-id': requestId,
        ...(as === undefined ? {} : { authorization: `Bearer ${await token(as)}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = (await bodyOf(response)).replaceAll(requestId, 'REQUEST');
    // the gateway's answers have this shape; the tests of gateway/ prove it
    const { data, errors = [] } = JSON.parse(text) as {
      data?: unknown;
      errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[];
    };
    return {
      status: response.status,
      headers: response.headers,
      data,
      errors: errors.map(({ message, path, extensions: { code } }) => ({
        message,
        ...(path === undefined ? {} : { path }),
        code,
      })),
      calls: readableCalls(simulator.requests(requestId), simulator),
      text,
      requestId,
    };
  }

  async function subgraphs(names: readonly string[], env?: InstanceOptions['env']): Promise<Running> {
    const running = await runSubgraphs(names, configOf(env), surroundings([], simulator.apis));
    stops.push(() => running.stop());
    return running;
  }

  const main = await another(options);
  return {
    clock,
    simulator,
    main,
    ask: main.ask,
    another,
    subgraphs,
    namespace,
    dataFolder,
    token,
    async stop() {
      for (const stop of stops.reverse()) await stop();
      await simulator.close();
      await dropNamespace(namespace, worldEnv);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
