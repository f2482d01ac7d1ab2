// The parts that a gateway and a lone subgraph both stand on: back ends, cache, store, and the demonstration's people.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { ACTORS, type DemoActor, grantedFunctions } from '../mocks/actors.ts';
import { type Simulator, startSimulator } from '../mocks/simulator.ts';
import type { Sender } from '../schema/ports.ts';
import type { CacheDriver } from '../subgraphs/cache/driver.ts';
import { memoryCache } from '../subgraphs/cache/memory.ts';
import { redisCache } from '../subgraphs/cache/redis.ts';
import { createValueCache } from '../subgraphs/cache/value-cache.ts';
import { rememberContract } from '../subgraphs/identity/contract.ts';
import { seedPasswords } from '../subgraphs/identity/sign-in/seed-passwords.ts';
import { openState as openIdentityState, type State } from '../subgraphs/identity/state.ts';
import type { Systems } from '../subgraphs/loads.ts';
import { modulesOf, type SubgraphModule } from '../subgraphs/modules.ts';
import { type ProvidersUse, providersIn } from '../subgraphs/providers-file.ts';
import { saveActors } from '../subgraphs/store/actors.ts';
import { createTmfClient, type TmfClient, type TmfClientOptions } from '../subgraphs/tmf/client.ts';
import { type Config, readSecret } from './config.ts';
import { DEMO_PASSWORD, demoContract, demoPrincipal, demoProviders } from './demo.ts';
import { readSheets } from './graph-files.ts';
import { type LocalIssuer, openLocalIssuer, type PublicKeys } from './local-issuer.ts';
import { createLog } from './log.ts';
import { openProvidersFile, type ProvidersFile } from './providers-file.ts';
import { openSealingKeys } from './sealing-keys.ts';
import { unsentLinks } from './unsent-links.ts';
import type { Fellows } from './workers.ts';

export interface Surroundings {
  readonly now?: () => number;
  readonly log?: Logger;
  /** A simulator that runs already; without it, demo mode starts its own. */
  readonly simulator?: Pick<Simulator, 'apis'>;
  /** In the place of the simulator's own addresses, and of PROVIDERS_FILE. */
  readonly providersFile?: string;
  /** Before every key in Redis, and the schema of every table: two gateways that share them share state. */
  readonly namespace?: string;
  /** Nothing on disk: without DATABASE_URL the embedded database is gone with the process. */
  readonly store?: 'memory';
  /** Takes one-time links to their actors. Without it nobody does. */
  readonly sender?: Sender;
  /** False: another process of the same gateway asks back ends for their notifications. */
  readonly subscribes?: boolean;
  /** The workers of the same port. */
  readonly fellows?: Fellows;
  /** Demo actors besides those of the demonstration. */
  readonly actors?: readonly DemoActor[];
}

export interface Parts {
  readonly config: Config;
  readonly namespace: string;
  readonly now: () => number;
  readonly log: Logger;
  readonly simulator: Simulator | undefined;
  readonly cache: CacheDriver;
  readonly client: TmfClient;
  readonly providers: ProvidersFile;
  readonly systems: Systems;
  readonly modules: ReadonlyMap<string, SubgraphModule>;
}

type OpenState = State<LocalIssuer>;

/** The back ends of demo mode; undefined outside it. */
export async function openSimulator(config: Config, now = Date.now): Promise<Simulator | undefined> {
  return config.demo ? startSimulator({ now, subscribers: config.subscribers }) : undefined;
}

/** Where the request id of an answer leads to. What was told when it began fills no log. */
const logged =
  (log: Logger): NonNullable<TmfClientOptions['onFault']> =>
  ({ error: { provider, api, method, status, code, reason, isTold }, requestId, resource }) => {
    const fault = { requestId, provider, api, method, resource, status, code, reason };
    log[isTold ? 'debug' : 'warn'](fault, 'a back end gave no answer');
  };

/** What gateway and lone subgraph both stand on. @throws Error where the providers file is of no use to it */
export async function openParts(
  config: Config,
  surroundings: Surroundings,
  use: ProvidersUse,
): Promise<Parts> {
  const { now = Date.now, namespace = 'ssm' } = surroundings;
  const log = surroundings.log ?? createLog(config.logLevel);
  const contract = readSheets();
  const simulator = surroundings.simulator === undefined ? await openSimulator(config, now) : undefined;
  const apis = (surroundings.simulator ?? simulator)?.apis;
  const file = surroundings.providersFile ?? (apis ? undefined : config.providersFile);
  const text = async () => (file === undefined ? demoProviders(apis ?? []) : readFile(file, 'utf8'));
  const readProviders = async () => providersIn(await text(), readSecret, contract, use);
  const onFault = (error: unknown) => log.warn({ err: error }, 'redis');
  const cache =
    config.redisUrl === undefined
      ? memoryCache({ now })
      : redisCache({ url: config.redisUrl, prefix: `${namespace}:`, onFault });
  const client = createTmfClient({ providers: await readProviders(), now, onFault: logged(log) });
  const take = async () => client.replace(await readProviders());
  const systems = { contract, client, values: createValueCache(cache, { now }), now };
  return {
    config,
    namespace,
    now,
    log,
    simulator,
    cache,
    client,
    providers: await openProvidersFile({ file, take, log }),
    systems,
    modules: await modulesOf(contract),
  };
}

export async function closeParts({ client, cache, simulator, providers }: Parts): Promise<void> {
  providers.stop();
  await client.close();
  await cache.close();
  await simulator?.close();
}

export async function openState(parts: Parts, surroundings: Surroundings): Promise<OpenState> {
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
    sealingKeys: await openSealingKeys(config),
    signIn: signIn && {
      openIssuer: (keys: PublicKeys) =>
        openLocalIssuer({ ...signIn, dataFolder, audience: config.tokens.audience, keys }),
      sender: surroundings.sender ?? unsentLinks(log),
      refreshLifetimeMs: signIn.refreshLifetimeMs,
    },
    onFault: (error, what) => log.warn({ err: error }, what),
  });
}

export async function seedActors(
  { config, cache, now }: Parts,
  { store }: OpenState,
  surroundings: Surroundings,
) {
  if (!config.demo) return;
  const actors = [...ACTORS, ...(surroundings.actors ?? [])];
  await saveActors(store, actors.map(demoPrincipal), { bus: cache, isSeed: true });
  const ids = actors.map(({ actorId }) => actorId);
  await seedPasswords(store, ids, DEMO_PASSWORD, now());
  // so that a back end for contracts that is down from the start costs its own fields only
  for (const { customerId, functions } of actors.flatMap((each) => demoContract(each, grantedFunctions)))
    await rememberContract(store, customerId, functions, now());
}
