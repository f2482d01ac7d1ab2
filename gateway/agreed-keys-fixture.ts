// For tests: a gateway's end, real subgraphs, and the line between them with somebody who sees all of it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { createLocalJWKSet, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, expect } from 'vitest';
import { z } from 'zod';
import { AGREEMENT_HEADER } from '../schema/key-agreement.ts';
import type { Operation } from '../schema/ports.ts';
import {
  queryHash,
  requestHash,
  type Signing,
  signPrincipal,
  verifyPrincipal,
} from '../schema/principal-token.ts';
import { type SubgraphServer, serveOverHttp } from '../subgraphs/http.ts';
import { answers, faults, keys, listens, openRemote, operation } from './remote-fixture.ts';
import type { RemoteSubgraph } from './remote-subgraph.ts';
import { NOW_MS } from './sample-gateway.ts';

export const MINUTE_MS = 60_000;
export const QUERY = { query: 'mutation Pay($a: Int) { pay }', variables: { a: 1 } };
const HASH = requestHash(queryHash(QUERY.query), JSON.stringify(QUERY.variables));
export const PAID = { data: { pay: true } };
export const MANAGER = operation().principal;

interface Line {
  readonly remote: RemoteSubgraph;
  /** Each end has a clock. */
  gatewayMs: number;
  subgraphMs: number;
  /** Of the subgraph; calls go to them in turn. */
  instances: SubgraphServer[];
  /** The header of answers, as it is passed on. */
  told: (header: string | null) => string | null;
  /** For whom subgraphs have done what they were asked. */
  readonly done: Operation['principal'][];
  /** S for a signed token, a for one under an agreed key, and the status of its answer if that isn't 200. */
  readonly seen: string[];
  readonly bodies: string[];
}

/** Anew for each test. */
export let line: Line;

export const pass = (ms: number): void => {
  line.gatewayMs += ms;
  line.subgraphMs += ms;
};

export function instance(): Promise<SubgraphServer> {
  const run = async (_: unknown, { principal }: Operation) => {
    line.done.push(principal);
    return PAID;
  };
  return serveOverHttp({
    subgraphs: ['billing', 'usage'].map((name) => ({ name, sdl: '', run })),
    files: new Map([
      [
        'billing',
        async () => ({ name: 'a.pdf', mimeType: 'application/pdf', body: Readable.from(['bill']) }),
      ],
    ]),
    keys: createLocalJWKSet(keys.publicKeys),
    host: '127.0.0.1',
    port: 0,
    now: () => line.subgraphMs,
    maxBodyBytes: 100_000,
    timeoutMs: 5_000,
    onRefusal: ({ reason }) => faults.push(reason),
  });
}

/** One that knows published keys alone. */
export async function instanceOfOld(): Promise<SubgraphServer> {
  const server = createServer(async (request, response) => {
    const { extensions } = z
      .object({ extensions: z.object({ principal: z.string() }) })
      .parse(await json(request));
    const verdict = await verifyPrincipal(extensions.principal, {
      audience: 'billing',
      requestHash: HASH,
      keys: createLocalJWKSet(keys.publicKeys),
      nowMs: line.subgraphMs,
    });
    if (verdict.kind === 'TRUSTED') line.done.push(verdict.principal);
    response.writeHead(verdict.kind === 'TRUSTED' ? 200 : 401).end(JSON.stringify(PAID));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, close };
}

export const direct = (body: string, path = '/billing'): Promise<Response> =>
  fetch(`${line.instances[0]?.url}${path}`, { method: 'POST', body });

export const tokenIn = (body: string): string => JSON.parse(body).extensions.principal;
export const last = (): string => line.bodies.at(-1) ?? '';
export const headOf = (body: string) => decodeProtectedHeader(tokenIn(body));

/** The same request with a token of one's own making. */
export function bodyBy(key: Signing['key'], principal = MANAGER, exchange?: string): string {
  const how = { audience: 'billing', requestId: 'r', requestHash: HASH, key, nowMs: NOW_MS };
  const token = signPrincipal(principal, exchange === undefined ? how : { ...how, exchange });
  return JSON.stringify({ ...QUERY, extensions: { principal: token } });
}

async function connect(): Promise<void> {
  line = {
    remote: openRemote(false, () => line.gatewayMs),
    gatewayMs: NOW_MS,
    subgraphMs: NOW_MS,
    instances: [await instance()],
    told: (header) => header,
    done: [],
    seen: [],
    bodies: [],
  };
  let turn = 0;
  answers(async (request, response, body) => {
    line.bodies.push(body);
    const at = line.instances[turn++ % line.instances.length]?.url;
    const path = request.url?.endsWith('/files') ? '/billing/files' : '/billing';
    const answer = await fetch(`${at}${path}`, { method: 'POST', body, keepalive: false });
    const letter = headOf(body).alg === 'EdDSA' ? 'S' : 'a';
    line.seen.push(answer.status === 200 ? letter : `${letter}${answer.status}`);
    for (const name of ['content-type', 'x-file-name']) {
      const value = answer.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    const header = line.told(answer.headers.get(AGREEMENT_HEADER));
    if (header !== null) response.setHeader(AGREEMENT_HEADER, header);
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
}

async function disconnect(): Promise<void> {
  await line.remote.close();
  for (const each of line.instances) await each.close();
}

/** A line of its own for each test of the file that says so. */
export function connects(): void {
  listens();
  beforeEach(connect);
  afterEach(disconnect);
}

/** By the gateway's clock. */
const asked = (): Operation => operation({ nowMs: line.gatewayMs, deadlineMs: line.gatewayMs + 1000 });

/** Each is paid, and once. */
export async function pay(times = 1): Promise<void> {
  const before = line.done.length;
  for (let at = 0; at < times; at++) expect(await line.remote.run(QUERY, asked())).toEqual(PAID);
  expect(line.done.length - before).toBe(times);
}
