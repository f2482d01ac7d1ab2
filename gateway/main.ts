// The composition root: reads the configuration, makes every part, and puts them together. Nobody else may.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import { type Logger, pino } from 'pino';
import { ACTORS, type DemoActor, grantedFunctions } from '../mocks/actors.ts';
import { type Simulator, startSimulator } from '../mocks/simulator.ts';
import type { Contract } from '../schema/data-sheet.ts';
import type { CacheDriver } from '../subgraphs/cache/driver.ts';
import { memoryCache } from '../subgraphs/cache/memory.ts';
import { redisCache } from '../subgraphs/cache/redis.ts';
import { createValueCache } from '../subgraphs/cache/value-cache.ts';
import type { EventHandlers, Resolvers } from '../subgraphs/context.ts';
import { serveOverHttp } from '../subgraphs/http.ts';
import type { Systems } from '../subgraphs/loads.ts';
import { serve } from '../subgraphs/serve.ts';
import { saveActors } from '../subgraphs/store/actors.ts';
import { grantReader } from '../subgraphs/store/grants.ts';
import { openStore } from '../subgraphs/store/store.ts';
import { createTmfClient, type TmfClient } from '../subgraphs/tmf/client.ts';
import { createRepetitions, eventKind } from '../subgraphs/tmf/events.ts';
import { type Providers, readProviders } from '../subgraphs/tmf/providers.ts';
import type { BackEndEvents } from './back-end-events.ts';
import { readOperations } from './client-operations.ts';
import { type Config, readSecret } from './config.ts';
import { demoPrincipal, demoProviders } from './demo.ts';
import { graphFiles, readSheets } from './graph-files.ts';
import { keptSecret } from './kept-secret.ts';
import { openPrincipalKeys } from './principal-keys.ts';
import { startGateway } from './start.ts';
import { watchFile } from './watched-file.ts';

const ROOT = new URL('../', import.meta.url);
/** What a gateway wants to hear of, as soon as it happens. */
const WATCHED = ['TMF635', 'TMF677'] as const;

export interface Surroundings {
  readonly now?: () => number;
  readonly log?: Logger;
  /** A simulator that runs already; without it, demo mode starts its own. */
  readonly simulator?: Pick<Simulator, 'apis'>;
  /** Before every key in Redis, and the schema of every table: two gateways that share them share state. */
  readonly namespace?: string;
  /** Nothing on disk: without DATABASE_URL the embedded database is gone with the process. */
  readonly store?: 'memory';
  /** False: another process of the same gateway asks back ends for their notifications. */
  readonly subscribes?: boolean;
  /** Demo actors besides those of the demonstration. */
  readonly actors?: readonly DemoActor[];
}

export interface Running {
  readonly url: string;
  readonly contract: Contract;
  readonly simulator: Simulator | undefined;
  /** Who may sign in to the demonstration; nobody outside demo mode. */
  readonly actors: readonly { readonly id: string; readonly description: string }[];
  /** Takes the supergraph and the subgraphs' data sheets anew from their files; resolves with whether they fit. */
  reload?(): Promise<boolean>;
  /** Drains and closes everything that was started. */
  stop(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly namespace: string;
  readonly now: () => number;
  readonly log: Logger;
  readonly simulator: Simulator | undefined;
  readonly cache: CacheDriver;
  readonly client: TmfClient;
  readonly systems: Systems;
  readonly modules: ReadonlyMap<string, SubgraphModule>;
}

interface SubgraphModule {
  readonly resolvers: Resolvers;
  readonly events?: EventHandlers;
}

async function openProviders(
  file: string | undefined,
  simulator: Surroundings['simulator'],
): Promise<Providers> {
  const text = simulator === undefined ? await readFile(file ?? '', 'utf8') : demoProviders(simulator.apis);
  const read = readProviders(text, readSecret);
  if (read.ok) return read.providers;
  throw new Error(`PROVIDERS_FILE:\n${read.faults.map((fault) => `  ${fault}`).join('\n')}`);
}

/** Subgraphs are found by folder; each has a resolvers.ts that says what its data sheet can't. */
async function modulesOf(contract: Contract): Promise<ReadonlyMap<string, SubgraphModule>> {
  const load = async (name: string) =>
    [name, (await import(new URL(`subgraphs/${name}/resolvers.ts`, ROOT).href)) as SubgraphModule] as const;
  return new Map(await Promise.all([...contract.subgraphs.keys()].map(load)));
}

/** The back ends of demo mode; undefined outside it. */
export async function openSimulator(config: Config, now = Date.now): Promise<Simulator | undefined> {
  return config.demo ? startSimulator({ now, subscribers: config.subscribers }) : undefined;
}

/** What gateway and lone subgraph both stand on. */
async function openParts(config: Config, surroundings: Surroundings): Promise<Parts> {
  const { now = Date.now, namespace = 'ssm' } = surroundings;
  const log = surroundings.log ?? pino({ level: config.logLevel }, pino.destination(2));
  const contract = readSheets();
  const simulator = surroundings.simulator === undefined ? await openSimulator(config, now) : undefined;
  const providers = await openProviders(config.providersFile, surroundings.simulator ?? simulator);
  const onFault = (error: unknown) => log.warn({ err: error }, 'redis');
  const cache =
    config.redisUrl === undefined
      ? memoryCache({ now })
      : redisCache({ url: config.redisUrl, prefix: `${namespace}:`, onFault });
  const client = createTmfClient({ providers, now });
  const systems = { contract, client, values: createValueCache(cache, { now }) };
  return {
    config,
    namespace,
    now,
    log,
    simulator,
    cache,
    client,
    systems,
    modules: await modulesOf(contract),
  };
}

async function closeParts({ client, cache, simulator }: Parts): Promise<void> {
  await client.close();
  await cache.close();
  await simulator?.close();
}

/** A demo actor with its contract spelt out. */
const spelt = (actor: DemoActor) => ({
  ...actor,
  grants: actor.grants.map((grant) => ({ scope: grant.scope, functions: grantedFunctions(actor, grant) })),
});

async function openActors({ config, namespace, cache, now, log }: Parts, surroundings: Surroundings) {
  const place =
    config.databaseUrl === undefined
      ? { dataFolder: join(resolve(config.dataFolder), 'database') }
      : { databaseUrl: config.databaseUrl };
  const store = await openStore({
    ...place,
    inMemory: surroundings.store === 'memory',
    schema: namespace,
    onFault: (error) => log.warn({ err: error }, 'database'),
  });
  const actors = [...ACTORS, ...(surroundings.actors ?? [])].map(spelt);
  if (config.demo) await saveActors(store, actors.map(demoPrincipal), { bus: cache });
  return { store, grants: grantReader(store, { bus: cache, now }) };
}

/** Notifications of back ends to the subgraphs that handle them. */
async function eventsInto({ config, systems, modules }: Parts): Promise<BackEndEvents> {
  const make = async () => randomBytes(24).toString('base64url');
  const secret = await keptSecret(config.dataFolder, 'events-path', make);
  const repeated = createRepetitions();
  return {
    secret,
    async receive({ provider, api, path, body }) {
      const event = eventKind(body, path);
      if (event?.api !== api || !systems.client.providersOf(event.api).includes(provider)) return false;
      if (event.eventId !== undefined && repeated(`${provider}\n${api}\n${event.eventId}`)) return true;
      const { resource, object } = event;
      const handlers = [...modules.values()].map((each) => each.events?.[resource]);
      await Promise.all(handlers.map((handle) => handle?.({ provider, resource, object }, systems)));
      return true;
    },
  };
}

/** Asks back ends for notifications; gives back how to end that. Where one has no hub, its values just age. */
async function register({ client, log }: Parts, eventsUrl: string): Promise<() => Promise<void>> {
  const sources = WATCHED.flatMap((api) => client.providersOf(api).map((provider) => ({ provider, api })));
  const hubs = await Promise.all(
    sources.map(async (source) => {
      const callback = `${eventsUrl}/${source.provider}/${source.api}`;
      const hub = await client.subscribe(source, callback).catch(() => undefined);
      if (hub === undefined) log.warn(source, 'gives no notifications');
      return { source, hub };
    }),
  );
  return async () => {
    const ends = hubs.map(({ source, hub }) =>
      hub === undefined ? undefined : client.unsubscribe(source, hub.id),
    );
    await Promise.allSettled(ends);
  };
}

/** Simulator (in demo mode), subgraphs and gateway, in this process but for the subgraphs that run elsewhere. */
export async function runGateway(config: Config, surroundings: Surroundings = {}): Promise<Running> {
  const parts = await openParts(config, surroundings);
  const { log, now, cache, client } = parts;
  const { store, grants } = await openActors(parts, surroundings);
  const keys = await openPrincipalKeys(config);
  const { contract, ...rest } = parts.systems;
  const graph = graphFiles({
    ...parts,
    contract,
    key: keys.signing,
    local: [...parts.modules.keys()],
    serve: (name, sheets) =>
      serve(name, { ...rest, contract: sheets }, parts.modules.get(name)?.resolvers ?? {}),
  });
  const events = await eventsInto(parts);
  const actors = config.demo
    ? ACTORS.map(({ actorId: id, displayName: description }) => ({ id, description }))
    : [];
  const gateway = await startGateway({
    config,
    ...(await graph.read()),
    grants,
    responseStore: cache,
    health: [{ health: async () => client.health() }, cache, store],
    operations: await readOperations(fileURLToPath(new URL('schema/operations/', ROOT))),
    ...(config.demo ? { demo: { actors } } : {}),
    ...(graph.remotes.length === 0 ? {} : { principalKeys: keys }),
    events,
    log,
    now,
  });
  const reload = () => gateway.reload(graph.read);
  const unwatch = await watchFile(graph.file, reload);
  const reached = config.publicUrl ?? (config.demo ? gateway.url : undefined);
  const base = surroundings.subscribes === false ? undefined : reached;
  const deregister =
    base === undefined ? undefined : await register(parts, `${base}/events/${events.secret}`);
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    unwatch();
    await deregister?.();
    await gateway.drain();
    await Promise.all(graph.remotes.map((remote) => remote.close()));
    await store.close();
    await closeParts(parts);
  };
  return {
    url: gateway.url,
    contract,
    simulator: parts.simulator,
    actors,
    reload,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Named subgraphs alone, over HTTP, for a gateway elsewhere. */
export async function runSubgraphs(
  names: readonly string[],
  config: Config,
  surroundings: Surroundings = {},
): Promise<Running> {
  const parts = await openParts(config, surroundings);
  const { systems, modules, log, now } = parts;
  const subgraphs = names.map((name) => {
    const found = modules.get(name);
    if (found === undefined)
      throw new Error(`--only: there is no ${name}, but ${[...modules.keys()].join(', ')}`);
    return serve(name, systems, found.resolvers);
  });
  const keys =
    config.principalJwksUrl === undefined
      ? createLocalJWKSet((await openPrincipalKeys(config)).publicKeys)
      : createRemoteJWKSet(new URL(config.principalJwksUrl));
  const server = await serveOverHttp({
    subgraphs,
    keys,
    host: config.host,
    port: config.port,
    now,
    maxBodyBytes: 16 * 1024 * 1024,
    timeoutMs: config.operationTimeoutMs,
    onRefusal: (refusal) => log.warn(refusal, 'refused'),
  });
  return {
    url: server.url,
    contract: systems.contract,
    simulator: parts.simulator,
    actors: [],
    async stop() {
      await server.close();
      await closeParts(parts);
    },
  };
}
