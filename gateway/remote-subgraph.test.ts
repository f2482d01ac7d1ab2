// A subgraph elsewhere: what it is sent, and what comes back.
import { createLocalJWKSet } from 'jose';
import { expect, test } from 'vitest';
import { queryHash, requestHash, verifyPrincipal } from '../schema/principal-token.ts';
import { answers, json, keys, listens, openRemote, operation, REQUEST, remote } from './remote-fixture.ts';
import { ACTORS, NOW_MS, sampleGateway, sampleSubgraph } from './sample-gateway.ts';

listens();

test('it is sent the operation, and a token that proves who asks for it', async () => {
  let seen: { url: string | undefined; id: unknown; left: unknown; body: string } | undefined;
  answers((request, response, body) => {
    seen = {
      url: request.url,
      id: request.headers['x-request-id'],
      left: request.headers['x-time-left-ms'],
      body,
    };
    json(request, response, body);
  });
  expect(await remote.run(REQUEST, operation())).toEqual({ data: { bills: [] } });
  expect(seen).toMatchObject({ url: '/graphql?x=1', id: 'r-9', left: '1000' });
  const { extensions, ...rest } = JSON.parse(seen?.body ?? '{}');
  expect(rest).toEqual(REQUEST);
  const verdict = await verifyPrincipal(extensions.principal, {
    audience: 'billing',
    requestHash: requestHash(queryHash(REQUEST.query), JSON.stringify(REQUEST.variables)),
    keys: createLocalJWKSet(keys.publicKeys),
    nowMs: NOW_MS,
  });
  expect(verdict).toMatchObject({ kind: 'TRUSTED', principal: ACTORS[0], requestId: 'r-9' });
});

test('connections are kept', async () => {
  const sockets = new Set<unknown>();
  answers((request, response, body) => {
    sockets.add(request.socket);
    json(request, response, body);
  });
  for (let at = 0; at < 20; at++) await remote.run(REQUEST, operation());
  // one is free again only on the event loop's next turn: a call that follows at once takes the other
  expect(sockets.size).toBeLessThanOrEqual(2);
});

test('errors come through with path and code', async () => {
  answers((_, response) =>
    response.end(
      '{"data":{"bills":null},"errors":[{"message":"m","path":["bills"],"extensions":{"code":"BACKEND_BUSY"}}]}',
    ),
  );
  const { data, errors } = await remote.run(REQUEST, operation());
  expect(data).toEqual({ bills: null });
  expect(errors?.map((error) => error.toJSON())).toEqual([
    { message: 'm', path: ['bills'], extensions: { code: 'BACKEND_BUSY' } },
  ]);
});

test('the gateway publishes the public halves, and nothing private', async () => {
  const sample = await sampleGateway(
    {},
    { principalKeys: keys, subgraphs: [sampleSubgraph('catalogue'), openRemote()] },
  );
  const text = await (await fetch(`${sample.url}/.well-known/ssm-principal-keys.json`)).text();
  expect(JSON.parse(text).keys).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: keys.signing.kid, alg: 'EdDSA', use: 'sig' },
  ]);
  answers((_, response) => response.end('<html>'));
  const authorization = `Bearer ${await sample.token('manager')}`;
  const { status, json: answer } = await sample.ask(
    { query: '{ bills { id } offerings { nodes { id } } }' },
    { authorization },
  );
  expect(status).toBe(200);
  expect(answer.data).toEqual({ bills: null, offerings: { nodes: [{ id: '1' }, { id: '2' }] } });
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['BACKEND_BAD_ANSWER']);
  await sample.stop();
});
