// A process of the stock peer: @apollo/server over @apollo/gateway with its own data source, nothing of ours in the way.
import {
  ApolloGateway,
  type GraphQLDataSourceProcessOptions,
  RemoteGraphQLDataSource,
} from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { openPrincipalKeys } from '../../gateway/principal-keys.ts';
import { queryHash, requestHash, signPrincipal } from '../../schema/principal-token.ts';
import { runChild } from './child-side.ts';
import { clock } from './clock.ts';
import { ACTOR_HEADER, demoPrincipal } from './demo-principal.ts';
import type { UrlReady } from './subgraphs-process.ts';

export interface StockSettings {
  readonly supergraphSdl: string;
  /** PRINCIPAL: signs the demo actor that the client names, as our subgraphs want it. HEADER: passes authorization on. */
  readonly identity:
    | { readonly kind: 'PRINCIPAL'; readonly keysFolder: string; readonly clockOffsetMs: number }
    | { readonly kind: 'HEADER' };
}

interface StockContext {
  readonly authorization: string;
  readonly actorId: string;
  readonly requestId: string;
}

type WillSend = (
  name: string,
  options: GraphQLDataSourceProcessOptions<StockContext>,
) => void | Promise<void>;

async function identifying(identity: StockSettings['identity']): Promise<WillSend> {
  if (identity.kind === 'HEADER') {
    return (_, { request, context }) => {
      if (context.authorization) request.http?.headers.set('authorization', context.authorization);
    };
  }
  const { signing } = await openPrincipalKeys({ dataFolder: identity.keysFolder });
  const now = clock(identity.clockOffsetMs);
  return async (name, { request, context }) => {
    if (!context.actorId) return;
    const principal = await signPrincipal(demoPrincipal(context.actorId), {
      audience: name,
      requestId: context.requestId,
      requestHash: requestHash(queryHash(request.query ?? ''), JSON.stringify(request.variables ?? {})),
      key: signing,
      nowMs: now(),
    });
    request.extensions = { ...request.extensions, principal };
  };
}

const textOf = (header: string | string[] | undefined): string => (typeof header === 'string' ? header : '');

await runChild<StockSettings>(async ({ supergraphSdl, identity }) => {
  const willSend = await identifying(identity);
  let requests = 0;
  const server = new ApolloServer<StockContext>({
    gateway: new ApolloGateway({
      supergraphSdl,
      buildService: ({ name, url }) =>
        new RemoteGraphQLDataSource<StockContext>({
          ...(url === undefined ? {} : { url }),
          willSendRequest: (options) => willSend(name, options),
        }),
    }),
    stopOnTerminationSignals: false,
  });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req }) => {
      requests += 1;
      return {
        authorization: textOf(req.headers.authorization),
        actorId: textOf(req.headers[ACTOR_HEADER]),
        requestId: `stock-${requests}`,
      };
    },
  });
  return { ready: { url } satisfies UrlReady };
});
