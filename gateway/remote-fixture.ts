// A server in the place of a subgraph elsewhere, for one file of tests: it does what it is told to.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Operation } from '../schema/ports.ts';
import { signing } from './identify.ts';
import { openPrincipalKeys, type PrincipalKeys } from './principal-keys.ts';
import { type RemoteSubgraph, remoteSubgraph } from './remote-subgraph.ts';
import { ACTORS, NOW_MS } from './sample-gateway.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let server: Server;
let handler: Handler;
/** How the subgraph answers from now on. */
export function answers(by: Handler): void {
  handler = by;
}
let folder: string;
export let keys: PrincipalKeys;
export let remote: RemoteSubgraph;
export const faults: string[] = [];

async function start(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'ssm-remote-'));
  keys = await openPrincipalKeys({ dataFolder: folder });
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  remote = openRemote();
}

async function stop(): Promise<void> {
  await remote.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
}

/** It listens while a file's tests run; each file says so itself, as files share this module. */
export function listens(): void {
  beforeAll(start);
  afterAll(stop);
}

export const MAX_ANSWER_BYTES = 1024 * 1024;

export function openRemote(compression = false, now = () => NOW_MS): RemoteSubgraph {
  const { port } = server.address() as AddressInfo;
  return remoteSubgraph({
    name: 'billing',
    url: `http://127.0.0.1:${port}/graphql?x=1`,
    sdl: '',
    identify: signing(keys.signing, now),
    now,
    onFault: ({ reason }) => faults.push(reason),
    maxAnswerBytes: MAX_ANSWER_BYTES,
    compression,
  });
}

const manager = ACTORS[0];
export function operation(over: Partial<Operation> = {}): Operation {
  if (manager === undefined) throw new Error('no actor');
  return {
    requestId: 'r-9',
    principal: manager,
    nowMs: NOW_MS,
    deadlineMs: NOW_MS + 1000,
    signal: AbortSignal.timeout(5000),
    ...over,
  };
}

export const REQUEST = {
  query: 'query Q($a: Int) { bills { id } }',
  operationName: 'Q',
  variables: { a: 1 },
};
export const json: Handler = (_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"data":{"bills":[]}}');
};
