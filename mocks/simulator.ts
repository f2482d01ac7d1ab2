// Starts the simulator: an operator's TM Forum servers over one coherent world, on one port.
import { createServer } from 'node:http';
import { createUse } from './added-usage.ts';
import { API_LIST } from './api-list.ts';
import { createTokens } from './deviations/access.ts';
import { createSwitches, type DeviationsByApi } from './deviations/switches.ts';
import { type Api, createApi } from './server/api.ts';
import { createBackdoor } from './server/backdoor.ts';
import type { Directory } from './server/directory.ts';
import { createFaults, type Fault } from './server/faults.ts';
import { createHandler, listen } from './server/http-server.ts';
import type { Deliveries } from './server/hub.ts';
import { createRequestLog, type LoggedRequest } from './server/request-log.ts';
import { createStore, type Store } from './server/store.ts';
import type { Effect, Elsewhere } from './server/table.ts';
import { allTables } from './tables/all-tables.ts';
import { createBilling } from './world/billing.ts';
import { monthOf } from './world/calendar.ts';
import { subscriberOwner } from './world/generated-subscribers.ts';
import { createUsageBook } from './world/usage-ledger.ts';
import { createWorld, type World } from './world/world.ts';

export type { Fault, LoggedRequest };

export interface SimulatorOptions {
  readonly seed?: number;
  /** Generated retail customers beside the pinned ones. */
  readonly subscribers?: number;
  /** 0: any free port. */
  readonly port?: number;
  /** Epoch milliseconds; everything that moves follows it. */
  readonly now?: () => number;
  /** Added to every answer of an API. */
  readonly latencyMs?: number;
  /** How its APIs deviate from their descriptions, from the start. */
  readonly deviations?: DeviationsByApi;
}

export interface ServedApi {
  readonly api: string;
  readonly version: string;
  readonly baseUrl: string;
}

export interface Simulator {
  readonly url: string;
  readonly apis: readonly ServedApi[];
  setFault(api: string, fault: Fault | undefined): void;
  /** Names of deviations for one API, or `*` for all; none takes them away. Throws for a name that is none. */
  deviate(api: string, ...names: readonly string[]): void;
  /** Every deviation there is, with what it does. */
  readonly deviations: Readonly<Record<string, string>>;
  requests(requestId?: string): readonly LoggedRequest[];
  /** Adds usage at this instant, in GB, minutes or messages; settles when listeners have been told. */
  use(serviceId: string, kind: 'data' | 'voice' | 'sms', amount: number): Promise<void>;
  close(): Promise<void>;
}

function directoryOf(world: World): Directory {
  return {
    pinned: world.pinned.map(({ owner }) => owner),
    subscribers: world.subscribers,
    subscriberOwner,
    ownerOf: world.ownerOf,
    epoch: () => monthOf(world.now()),
  };
}

/** Address of every resource, known once the port is. */
function addresses(url: string): (resource: string, id: string | number) => string {
  const collections = new Map(
    API_LIST.flatMap(({ path, resources }) =>
      resources.map((name) => [name, `${url}${path}/${name}`] as const),
    ),
  );
  return (resource, id) => `${collections.get(resource) ?? url}/${encodeURIComponent(id)}`;
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { seed = 1, subscribers = 0, port = 0, now = Date.now, latencyMs = 0 } = options;
  const server = createServer();
  // answers come from memory: a client's idle connection costs nothing and may stay
  server.keepAliveTimeout = 60_000;
  const url = await listen(server, port);
  const world = createWorld({ seed, subscribers, now, href: addresses(url) });
  const book = createUsageBook(world);
  const directory = directoryOf(world);
  // tables are made before the stores that they look into
  const elsewhere: Elsewhere = (resource, id) => stores.get(resource)?.get(id);
  const stores = new Map<string, Store>(
    allTables(world, book, createBilling(book, world), elsewhere).map((table) => [
      table.resource,
      createStore(table, directory),
    ]),
  );
  const tokens = createTokens(now);
  const switches = createSwitches(tokens, options.deviations);
  const apis: Api[] = API_LIST.map((address) => {
    const own = address.resources
      .map((resource) => stores.get(resource))
      .filter((store) => store !== undefined);
    const deliveries: Deliveries = (delivery, callback) =>
      switches.deliveries(address.api, delivery, callback);
    return createApi({ address, root: url, stores: own, now, perform, deliveries });
  });
  function perform(effects: readonly Effect[]): void {
    for (const effect of effects) apis.some((api) => api.apply(effect));
  }
  const faults = createFaults();
  const log = createRequestLog();
  const use = createUse(world, book, apis);
  const backdoor = createBackdoor({ faults, switches, tokens, log, apis: apis.map(({ api }) => api), use });
  server.on('request', createHandler({ apis, faults, log, latencyMs, backdoor, switches, root: url }));

  return {
    url,
    apis: apis.map(({ api, version, path }) => ({ api, version, baseUrl: `${url}${path}` })),
    setFault: faults.set,
    deviate: (api, ...names) => switches.set(api, names),
    deviations: switches.known,
    requests: log.all,
    use,
    async close() {
      for (const api of apis) api.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
