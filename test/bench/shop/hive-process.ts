// A process of Hive Gateway with its JavaScript or its Rust query planner, as its documentation starts it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runChild } from '../child-side.ts';
import type { UrlReady } from '../subgraphs-process.ts';
import { installed, type PeerSettings } from './peers-folder.ts';

type Listener = Parameters<typeof createServer>[1];

interface HiveRuntime {
  createGatewayRuntime(config: {
    readonly supergraph: string;
    readonly logging: boolean;
    readonly unifiedGraphHandler?: unknown;
    readonly propagateHeaders: {
      fromClientToSubgraphs(from: { readonly request: Request }): Record<string, string>;
    };
  }): NonNullable<Listener> & AsyncDisposable;
}

await runChild<PeerSettings>(async ({ supergraphSdl, planner }) => {
  const { createGatewayRuntime } = await installed<HiveRuntime>('@graphql-hive/gateway-runtime');
  const rust =
    planner === 'RUST'
      ? await installed<{ unifiedGraphHandler: unknown }>('@graphql-hive/router-runtime')
      : undefined;
  const runtime = createGatewayRuntime({
    supergraph: supergraphSdl,
    logging: false,
    ...(rust === undefined ? {} : { unifiedGraphHandler: rust.unifiedGraphHandler }),
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? '' }),
    },
  });
  const server = createServer(runtime);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
  return {
    ready: { url: `http://127.0.0.1:${port}/graphql` } satisfies UrlReady,
  };
});
