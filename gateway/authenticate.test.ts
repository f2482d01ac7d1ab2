// Tokens of an issuer elsewhere, grants that can't be read, and the demo issuer's key.

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANONYMOUS } from '../schema/principal.ts';
import { type Authenticate, authenticator } from './authenticate.ts';
import { openDemoIssuer } from './demo-issuer.ts';
import { Refusal } from './errors.ts';
import { grants, NOW_MS } from './sample-gateway.ts';

const ISSUER = 'https://issuer.example/';

interface Issuer {
  readonly server: Server;
  readonly url: string;
  status: number;
  fetched: number;
  keys: JWK[];
}

async function issuerElsewhere(): Promise<Issuer> {
  const issuer = { status: 200, fetched: 0, keys: [] as JWK[] };
  const server = createServer((_, response) => {
    issuer.fetched += 1;
    response.writeHead(issuer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: issuer.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(issuer, { server, url: `http://127.0.0.1:${port}/jwks` });
}

async function keyFor(alg: string, kid: string) {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid, alg };
  const sign = (claims: object = {}) =>
    new SignJWT({ sub: 'manager', iss: ISSUER, aud: 'ssm-gateway', exp: NOW_MS / 1000 + 60, ...claims })
      .setProtectedHeader({ alg, kid, typ: 'JWT' })
      .sign(privateKey);
  return { jwk, sign };
}

let issuer: Issuer;
let nowMs: number;
const faults: string[] = [];
beforeEach(async () => {
  issuer = await issuerElsewhere();
  nowMs = NOW_MS;
  faults.length = 0;
});
afterEach(async () => {
  issuer.server.closeAllConnections();
  await new Promise((resolve) => issuer.server.close(resolve));
});

const authenticate = (over: Partial<Parameters<typeof authenticator>[0]> = {}): Authenticate =>
  authenticator({
    tokens: { kind: 'JWKS', url: issuer.url, issuer: ISSUER, audience: 'ssm-gateway', actorClaim: 'sub' },
    grants,
    now: () => nowMs,
    onFault: (reason) => faults.push(reason),
    ...over,
  });

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Refusal ? error.errors[0]?.extensions.code : error;
}

describe('an issuer elsewhere', () => {
  test.each(['EdDSA', 'ES256', 'RS256'])('%s', async (alg) => {
    const { jwk, sign } = await keyFor(alg, '1');
    issuer.keys = [jwk];
    const ask = authenticate();
    const token = await sign();
    expect((await ask(`Bearer ${token}`)).actorId).toBe('manager');
    expect((await ask(`bearer ${token}`)).actorId).toBe('manager');
    expect(issuer.fetched).toBe(1);
  });

  test.each(['PS256', 'ES384'])('%s is not on the list', async (alg) => {
    const { jwk, sign } = await keyFor(alg, '1');
    issuer.keys = [jwk];
    expect(await codeOf(authenticate()(`Bearer ${await sign()}`))).toBe('UNAUTHENTICATED');
  });

  test('keys rotate: a new one is found, a withdrawn one is forgotten within the minute', async () => {
    const [first, second] = [await keyFor('ES256', '1'), await keyFor('ES256', '2')];
    issuer.keys = [first.jwk];
    const ask = authenticate();
    const token = await first.sign({ exp: NOW_MS / 1000 + 3600 });
    expect((await ask(`Bearer ${token}`)).actorId).toBe('manager');
    issuer.keys = [second.jwk];
    const later = authenticate();
    expect((await later(`Bearer ${await second.sign()}`)).actorId).toBe('manager');
    nowMs += 61_000;
    expect(await codeOf(later(`Bearer ${token}`))).toBe('UNAUTHENTICATED');
  });

  test('a remembered token is still refused when it has expired', async () => {
    const { jwk, sign } = await keyFor('EdDSA', '1');
    issuer.keys = [jwk];
    const ask = authenticate();
    const token = `Bearer ${await sign({ exp: NOW_MS / 1000 + 5 })}`;
    await ask(token);
    nowMs += 34_000;
    await ask(token);
    nowMs += 2_000;
    expect(await codeOf(ask(token))).toBe('UNAUTHENTICATED');
  });

  test.each([500, 404])("status %i: the token may be good, so it isn't called bad", async (status) => {
    const { sign } = await keyFor('EdDSA', '1');
    issuer.status = status;
    expect(await codeOf(authenticate()(`Bearer ${await sign()}`))).toBe('AUTHORIZATION_UNAVAILABLE');
  });

  test('it is not there', async () => {
    const { sign } = await keyFor('EdDSA', '1');
    const tokens = {
      kind: 'JWKS',
      url: 'http://127.0.0.1:1/',
      issuer: ISSUER,
      audience: 'ssm-gateway',
      actorClaim: 'sub',
    } as const;
    expect(await codeOf(authenticate({ tokens })(`Bearer ${await sign()}`))).toBe(
      'AUTHORIZATION_UNAVAILABLE',
    );
    expect(faults).toHaveLength(1);
  });
});

test('no token needs no store: what is public is answered when grants cannot be read', async () => {
  const down = authenticate({ grants: { read: () => Promise.reject(new Error('down')) } });
  expect(await down(undefined)).toBe(ANONYMOUS);
  const { jwk, sign } = await keyFor('EdDSA', '1');
  issuer.keys = [jwk];
  expect(await codeOf(down(`Bearer ${await sign()}`))).toBe('AUTHORIZATION_UNAVAILABLE');
});

describe("the demo issuer's key", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssm-issuer-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is for its owner only, and stays', async () => {
    const first = await openDemoIssuer(folder, 'a');
    const second = await openDemoIssuer(folder, 'a');
    expect(second.publicKeys).toEqual(first.publicKeys);
    expect(first.publicKeys.keys[0]).not.toHaveProperty('d');
    expect((await stat(join(folder, 'demo-issuer.json'))).mode & 0o777).toBe(0o600);
  });

  test('is made once, by however many that start at once', async () => {
    const issuers = await Promise.all(
      Array.from({ length: 8 }, () => openDemoIssuer(join(folder, 'new'), 'a')),
    );
    expect(new Set(issuers.map(({ publicKeys }) => JSON.stringify(publicKeys))).size).toBe(1);
    expect(await readdir(join(folder, 'new'))).toEqual(['demo-issuer.json']);
  });
});
