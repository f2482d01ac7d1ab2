// A subgraph over HTTP whose caller says who asks in a header, as the other gateways do: nothing is signed or checked.
import type { ExecutionResult } from 'graphql';
import { Pool } from 'undici';
import type { RemoteSubgraph } from '../../../gateway/remote-subgraph.ts';

interface Options {
  readonly name: string;
  readonly sdl: string;
  readonly url: string;
}

const CONNECTIONS = 64;

export function plainSubgraph({ name, sdl, url }: Options): RemoteSubgraph {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  return {
    name,
    sdl,
    run: async ({ query, operationName, variables }, { principal, requestId, signal }) => {
      const { body } = await pool.request({
        path: pathname,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          authorization: principal.actorId,
          'x-request-id': requestId,
        },
        body: JSON.stringify({ query, operationName, variables }),
        signal,
      });
      // the shop's own stub answers it
      return JSON.parse(await body.text()) as ExecutionResult;
    },
    close: () => pool.close(),
  };
}
