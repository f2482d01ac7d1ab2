// The composition root: reads the configuration, makes every part, and puts them together. Nobody else may.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import type { Logger } from 'pino';
import { ACTORS, type DemoActor, grantedFunctions } from '../mocks/actors.ts';
import { type Simulator, startSimulator } from '../mocks/simulator.ts';
import type { Contract } from '../schema/data-sheet.ts';
import type { Sender } from '../schema/ports.ts';
import type { CacheDriver } from '../subgraphs/cache/driver.ts';
import { memoryCache } from '../subgraphs/cache/memory.ts';
import { redisCache } from '../subgraphs/cache/redis.ts';
import { createValueCache } from '../subgraphs/cache/value-cache.ts';
import { serveOverHttp } from '../subgraphs/http.ts';
import { rememberContract } from '../subgraphs/identity/contract.ts';
import { seedPasswords } from '../subgraphs/identity/sign-in/seed-passwords.ts';
import { openState as openIdentityState, type State } from '../subgraphs/identity/state.ts';
import type { Systems } from '../subgraphs/loads.ts';
import { modulesOf, type SubgraphModule } from '../subgraphs/modules.ts';
import { receiver, register } from '../subgraphs/notifications.ts';
import type { Own } from '../subgraphs/own.ts';
import { serve } from '../subgraphs/serve.ts';
import { saveActors } from '../subgraphs/store/actors.ts';
import { createTmfClient, type TmfClient } from '../subgraphs/tmf/client.ts';
import { type Providers, readProviders } from '../subgraphs/tmf/providers.ts';
import { readOperations } from './client-operations.ts';
import { type Config, readSecret } from './config.ts';
import { DEMO_PASSWORD, demoContract, demoPrincipal, demoProviders } from './demo.ts';
import { graphFiles, readSheets } from './graph-files.ts';
import { keptSecret } from './kept-secret.ts';
import { type LocalIssuer, openLocalIssuer, type PublicKeys } from './local-issuer.ts';
import { createLog } from './log.ts';
import { openPrincipalKeys } from './principal-keys.ts';
import { openSealingKeys } from './sealing-keys.ts';
import { startGateway } from './start.ts';
import { unsentLinks } from './unsent-links.ts';
import { watchFile } from './watched-file.ts';

const ROOT = new URL('../', import.meta.url);
/** What a gateway wants to hear of, as soon as it happens. */
const WATCHED = ['TMF635', 'TMF651', 'TMF677'] as const;

export interface Surroundings {
  readonly now?: () => number;
  readonly log?: Logger;
  /** A simulator that runs already; without it, demo mode starts its own. */
  readonly simulator?: Pick<Simulator, 'apis'>;
  /** Before every key in Redis, and the schema of every table: two gateways that share them share state. */
  readonly namespace?: string;
  /** Nothing on disk: without DATABASE_URL the embedded database is gone with the process. */
  readonly store?: 'memory';
  /** Takes one-time links to their actors. Without it nobody does. */
  readonly sender?: Sender;
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
  /** What it owns; absent where none of its subgraphs keeps state. */
  readonly own: Own | undefined;
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

type OpenState = State<LocalIssuer>;

async function openProviders(
  file: string | undefined,
  simulator: Surroundings['simulator'],
): Promise<Providers> {
  const text = simulator === undefined ? await readFile(file ?? '', 'utf8') : demoProviders(simulator.apis);
  const read = readProviders(text, readSecret);
  if (read.ok) return read.providers;
  throw new Error(`PROVIDERS_FILE:\n${read.faults.map((fault) => `  ${fault}`).join('\n')}`);
}

/** The back ends of demo mode; undefined outside it. */
export async function openSimulator(config: Config, now = Date.now): Promise<Simulator | undefined> {
  return config.demo ? startSimulator({ now, subscribers: config.subscribers }) : undefined;
}

/** What gateway and lone subgraph both stand on. */
async function openParts(config: Config, surroundings: Surroundings): Promise<Parts> {
  const { now = Date.now, namespace = 'ssm' } = surroundings;
  const log = surroundings.log ?? createLog(config.logLevel);
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

async function openState(parts: Parts, surroundings: Surroundings): Promise<OpenState> {
  const { config, namespace, cache, log, client, now } = parts;
  const { databaseUrl, migrationDatabaseUrl, dataFolder, signIn, alarms } = config;
  const place =
    databaseUrl === undefined ? { dataFolder: join(resolve(dataFolder), 'database') } : { databaseUrl };
  return openIdentityState({
    place: {
      ...place,
      ...(migrationDatabaseUrl === undefined ? {} : { migrationDatabaseUrl }),
      inMemory: surroundings.store === 'memory',
      schema: namespace,
    },
    client,
    values: parts.systems.values,
    bus: cache,
    now,
    alarms,
    signIn: signIn && {
      openIssuer: (keys: PublicKeys) =>
        openLocalIssuer({ ...signIn, dataFolder, audience: config.tokens.audience, keys }),
      sealingKeys: await openSealingKeys(config),
      sender: surroundings.sender ?? unsentLinks(log),
      refreshLifetimeMs: signIn.refreshLifetimeMs,
    },
    onFault: (error, what) => log.warn({ err: error }, what),
  });
}

async function seedActors({ config, cache, now }: Parts, { store }: OpenState, surroundings: Surroundings) {
  if (!config.demo) return;
  const actors = [...ACTORS, ...(surroundings.actors ?? [])];
  await saveActors(store, actors.map(demoPrincipal), { bus: cache });
  const ids = actors.map(({ actorId }) => actorId);
  await seedPasswords(store, ids, DEMO_PASSWORD, now());
  // so that a back end for contracts that is down from the start costs its own fields only
  for (const { customerId, functions } of actors.flatMap((each) => demoContract(each, grantedFunctions)))
    await rememberContract(store, customerId, functions, now());
}

/** The part of the path that only those know with whom we registered. */
const eventsSecret = ({ dataFolder }: Config): Promise<string> =>
  keptSecret(dataFolder, 'events-path', async () => randomBytes(24).toString('base64url'));

/** Simulator (in demo mode), subgraphs and gateway, in this process but for the subgraphs that run elsewhere. */
export async function runGateway(config: Config, surroundings: Surroundings = {}): Promise<Running> {
  const parts = await openParts(config, surroundings);
  const { modules, log, now, cache, client } = parts;
  const state = await openState(parts, surroundings);
  await seedActors(parts, state, surroundings);
  const { signIn, own } = state;
  const systems: Systems = { ...parts.systems, own };
  const { contract } = systems;
  const keys = await openPrincipalKeys(config);
  const graph = graphFiles({
    ...parts,
    contract,
    key: keys.signing,
    local: [...modules.keys()],
    serve: (sheets) => {
      const ofSheets = { ...systems, contract: sheets };
      return (name) => serve(name, ofSheets, modules.get(name)?.resolvers ?? {});
    },
  });
  const handlers = [...modules.values()].map((each) => each.events);
  const events = { secret: await eventsSecret(config), receive: receiver(handlers, systems) };
  const actors = config.demo
    ? ACTORS.map(({ actorId: id, displayName: description }) => ({ id, description }))
    : [];
  const gateway = await startGateway({
    config,
    ...(await graph.read()),
    grants: state.grants,
    ...(signIn === undefined
      ? {}
      : { signIn: { keys: signIn.issuer.verifyKeys, sessions: signIn.sessions } }),
    audit: state.own.audit,
    onSecurityAlarm: state.onSecurityAlarm,
    responseStore: cache,
    health: [{ health: async () => client.health() }, cache, state.store],
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
  const eventsUrl = base && `${base}/events/${events.secret}`;
  const onNone = (source: object) => log.warn(source, 'gives no notifications');
  const deregister = eventsUrl && (await register({ client, apis: WATCHED, eventsUrl, onNone }));
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    unwatch();
    if (deregister) await deregister();
    await gateway.drain();
    await Promise.all(graph.remotes.map((remote) => remote.close()));
    await state.close();
    await closeParts(parts);
  };
  return {
    url: gateway.url,
    contract,
    simulator: parts.simulator,
    actors,
    own,
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
  const { modules, log, now } = parts;
  const keepsState = names.some((name) => modules.get(name)?.keepsState === true);
  const state = keepsState ? await openState(parts, surroundings) : undefined;
  const systems: Systems = { ...parts.systems, ...(state === undefined ? {} : { own: state.own }) };
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
    own: state?.own,
    async stop() {
      await server.close();
      await state?.close();
      await closeParts(parts);
    },
  };
}
