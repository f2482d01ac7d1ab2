// Starts the simulator: an operator's TM Forum servers over one coherent world, on one port.
import { createServer } from 'node:http';
import { createUse } from './added-usage.ts';
import { API_LIST } from './api-list.ts';
import { type Api, createApi } from './server/api.ts';
import { createBackdoor } from './server/backdoor.ts';
import type { Directory } from './server/directory.ts';
import { createFaults, type Fault } from './server/faults.ts';
import { createHandler, listen } from './server/http-server.ts';
import { createRequestLog, type LoggedRequest } from './server/request-log.ts';
import { createStore } from './server/store.ts';
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
}

export interface Simulator {
  readonly url: string;
  readonly apis: readonly { readonly api: string; readonly version: string; readonly baseUrl: string }[];
  setFault(api: string, fault: Fault | undefined): void;
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
  const stores = new Map(
    allTables(world, book, createBilling(book)).map((table) => [
      table.resource,
      createStore(table, directory),
    ]),
  );
  const apis: Api[] = API_LIST.map((address) => {
    const own = address.resources
      .map((resource) => stores.get(resource))
      .filter((store) => store !== undefined);
    return createApi(address, url, own, now);
  });
  const faults = createFaults();
  const log = createRequestLog();
  const use = createUse(world, book, apis);
  const backdoor = createBackdoor({ faults, log, apis: apis.map(({ api }) => api), use });
  server.on('request', createHandler({ apis, faults, log, latencyMs, backdoor }));

  return {
    url,
    apis: apis.map(({ api, version, path }) => ({ api, version, baseUrl: `${url}${path}` })),
    setFault: faults.set,
    requests: log.all,
    use,
    async close() {
      for (const { hub } of apis) hub.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
