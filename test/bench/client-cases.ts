// The operations of our clients as cases: body, actor, and what a first answer to each is like.
import { fileURLToPath } from 'node:url';
import { readOperations } from '../../gateway/client-operations.ts';
import type { DemoIssuer } from '../../gateway/demo-issuer.ts';
import { isReading } from '../support/client-operations.ts';
import { ACTOR_HEADER } from './demo-principal.ts';
import type { Case, Peer } from './rounds.ts';

export interface ClientCase extends Case {
  readonly actorId: string;
}

const ROOT = fileURLToPath(new URL('../../schema/operations/', import.meta.url));

/** `now`: the time of the gateways, for which tokens must be good. */
export async function clientCases(issuer: DemoIssuer, nowMs: number): Promise<ClientCase[]> {
  // streams are measured by themselves; what changes something does so once, and is answered from the store from then on
  const operations = (await readOperations(ROOT)).filter(isReading);
  return Promise.all(
    operations.map(async ({ name, text, variables }): Promise<ClientCase> => {
      const actorId = /^#\s*as:\s*(\S+)/m.exec(text)?.[1] ?? 'anonymous';
      const anonymous = actorId === 'anonymous';
      const authorization = anonymous ? undefined : `Bearer ${await issuer.sign(actorId, nowMs)}`;
      const headers = {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
        // an anonymous principal is signed too: our subgraphs answer nobody without one
        [ACTOR_HEADER]: actorId,
      };
      return {
        name,
        actorId,
        body: JSON.stringify({
          query: text,
          operationName: name,
          variables: variables === '' ? {} : JSON.parse(variables),
        }),
        headers: () => [headers],
      };
    }),
  );
}

export interface Probe {
  readonly status: number;
  readonly text: string;
  readonly errors: readonly string[];
  /** Answered (or to be answered) from a cache of whole answers. */
  readonly isPublic: boolean;
}

/** One request outside the measurement: what does this peer answer at all? */
export async function probe(peer: Peer, each: Case): Promise<Probe> {
  const response = await fetch(peer.url, {
    method: 'POST',
    headers: each.headers(peer)[0] ?? {},
    body: each.body,
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    errors: [...text.matchAll(/"code":"([A-Z_]+)"/g)].map(([, code]) => code ?? ''),
    isPublic: response.headers.get('cache-control')?.startsWith('public') ?? false,
  };
}
