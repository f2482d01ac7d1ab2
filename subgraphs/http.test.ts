// A subgraph over HTTP: how much time it takes itself for what it is asked.

import type { GraphQLFormattedError } from 'graphql';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTVerifyGetKey } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Operation } from '../schema/ports.ts';
import { queryHash, requestHash, signPrincipal } from '../schema/principal-token.ts';
import { type SubgraphServer, serveOverHttp } from './http.ts';

const NOW_MS = Date.parse('2026-11-15T10:00:00Z');
const BOUND_MS = 5_000;
const query = '{ bills }';
const { privateKey, publicKey } = await generateKeyPair('EdDSA');
let server: SubgraphServer;
const published = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'EdDSA' }] });
let keys: JWTVerifyGetKey = published;
afterEach(() => {
  keys = published;
});
const operations: Operation[] = [];

beforeAll(async () => {
  const run = async (_: unknown, asked: Operation) => {
    operations.push(asked);
    return { data: {} };
  };
  server = await serveOverHttp({
    subgraphs: [{ name: 'billing', sdl: '', run }],
    keys: (...asked) => keys(...asked),
    host: '127.0.0.1',
    port: 0,
    now: () => NOW_MS,
    maxBodyBytes: 10_000,
    timeoutMs: BOUND_MS,
    onRefusal: () => undefined,
  });
});
afterAll(() => server.close());

function ask(kid: string, headers: Record<string, string> = {}): Promise<Response> {
  const principal = signPrincipal(
    { actorId: 'a', kind: 'STAFF', grants: [], grantVersion: '1' },
    {
      audience: 'billing',
      requestId: 'r',
      requestHash: requestHash(queryHash(query), '{}'),
      key: { kid, privateKey },
      nowMs: NOW_MS,
    },
  );
  const body = JSON.stringify({ query, extensions: { principal } });
  return fetch(`${server.url}/billing`, { method: 'POST', headers, body });
}

test('keys that cannot be read are no fault of the token, and a key that is none of them is', async () => {
  const told = async (kid: string) => {
    const answer = await ask(kid);
    return [
      answer.status,
      ((await answer.json()) as { errors: GraphQLFormattedError[] }).errors[0]?.extensions?.code,
    ];
  };
  expect(await told('2')).toEqual([401, 'UNAUTHENTICATED']);
  keys = () => Promise.reject(new TypeError('fetch failed'));
  expect(await told('1')).toEqual([503, 'AUTHORIZATION_UNAVAILABLE']);
});

test.each<[string, Record<string, string>, number]>([
  ['as much as is left', { 'x-time-left-ms': '1200' }, 1200],
  ['none where none is left', { 'x-time-left-ms': '0' }, 0],
  ['no more than its own bound', { 'x-time-left-ms': '99999999' }, BOUND_MS],
  ['its own bound where nothing is said', {}, BOUND_MS],
  ['its own bound where nothing can be understood', { 'x-time-left-ms': 'soon' }, BOUND_MS],
  ['its own bound for an empty word', { 'x-time-left-ms': '' }, BOUND_MS],
  ['its own bound for less than nothing', { 'x-time-left-ms': '-5' }, BOUND_MS],
])('%s', async (_, headers, expected) => {
  expect((await ask('1', headers)).status).toBe(200);
  expect((operations.at(-1)?.deadlineMs ?? 0) - NOW_MS).toBe(expected);
});
