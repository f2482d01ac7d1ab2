// A subgraph over HTTP: how much time it takes itself for what it is asked.
import { createLocalJWKSet, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Operation } from '../schema/ports.ts';
import { queryHash, requestHash, signPrincipal } from '../schema/principal-token.ts';
import { type SubgraphServer, serveOverHttp } from './http.ts';

const NOW_MS = Date.parse('2026-11-15T10:00:00Z');
const BOUND_MS = 5_000;
const query = '{ bills }';
const { privateKey, publicKey } = await generateKeyPair('EdDSA');
let server: SubgraphServer;
const operations: Operation[] = [];

beforeAll(async () => {
  const run = async (_: unknown, asked: Operation) => {
    operations.push(asked);
    return { data: {} };
  };
  server = await serveOverHttp({
    subgraphs: [{ name: 'billing', sdl: '', run }],
    keys: createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'EdDSA' }] }),
    host: '127.0.0.1',
    port: 0,
    now: () => NOW_MS,
    maxBodyBytes: 10_000,
    timeoutMs: BOUND_MS,
    onRefusal: () => undefined,
  });
});
afterAll(() => server.close());

test.each<[string, Record<string, string>, number]>([
  ['as much as is left', { 'x-time-left-ms': '1200' }, 1200],
  ['none where none is left', { 'x-time-left-ms': '0' }, 0],
  ['no more than its own bound', { 'x-time-left-ms': '99999999' }, BOUND_MS],
  ['its own bound where nothing is said', {}, BOUND_MS],
  ['its own bound where nothing can be understood', { 'x-time-left-ms': 'soon' }, BOUND_MS],
  ['its own bound for an empty word', { 'x-time-left-ms': '' }, BOUND_MS],
  ['its own bound for less than nothing', { 'x-time-left-ms': '-5' }, BOUND_MS],
])('%s', async (_, headers, expected) => {
  const principal = signPrincipal(
    { actorId: 'a', kind: 'STAFF', grants: [], grantVersion: '1' },
    {
      audience: 'billing',
      requestId: 'r',
      requestHash: requestHash(queryHash(query), '{}'),
      key: { kid: '1', privateKey },
      nowMs: NOW_MS,
    },
  );
  const body = JSON.stringify({ query, extensions: { principal } });
  expect((await fetch(`${server.url}/billing`, { method: 'POST', headers, body })).status).toBe(200);
  expect((operations.at(-1)?.deadlineMs ?? 0) - NOW_MS).toBe(expected);
});
