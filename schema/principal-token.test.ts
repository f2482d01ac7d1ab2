// The principal's token: what comes back is what was signed, and anything else about it is a refusal.
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { ANONYMOUS, type Principal } from './principal.ts';
import {
  queryHash,
  requestHash,
  type SigningKey,
  signPrincipal,
  verifyPrincipal,
} from './principal-token.ts';

const NOW_MS = Date.parse('2026-11-15T10:00:00Z');
const QUERY = '{ bills { id } }';
const HASH = requestHash(queryHash(QUERY), '{}');
const PRINCIPAL: Principal = {
  actorId: 'acme-billing',
  kind: 'AUTHORIZED_USER',
  customerId: 'abc',
  displayName: 'Billing 🧾',
  grants: [
    { functions: ['BILL_VIEW'], scope: { kind: 'ACCOUNTS', ids: ['a', 'b'] }, until: '2027-01-01T00:00:00Z' },
    { functions: ['USAGE_VIEW'], scope: { kind: 'CUSTOMER' }, from: '2026-01-01T00:00:00Z' },
  ],
  grantVersion: '7',
};

/** With all that bounds a grant, and authority to act as manager: what were lost on the way would widen it. */
const BOUNDED: Principal = {
  ...PRINCIPAL,
  actorId: 'acme-deputy',
  grants: [
    {
      id: '12',
      functions: ['USAGE_VIEW'],
      scope: { kind: 'SERVICES', ids: ['s'] },
      within: [{ kind: 'SITES', ids: ['north'] }],
      daily: [{ from: '08:00', until: '16:00', zone: 'Europe/Oslo' }],
      limits: [{ amount: '10.50', currency: 'EUR', per: 'MONTH' }],
    },
  ],
  authority: [{ until: '2026-12-01T00:00:00Z' }],
};

let old: SigningKey;
let current: SigningKey;
let keys: ReturnType<typeof createLocalJWKSet>;

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  return { key: { kid, privateKey }, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' } };
}

beforeAll(async () => {
  const [first, second] = [await newKey('1'), await newKey('2')];
  [old, current] = [first.key, second.key];
  keys = createLocalJWKSet({ keys: [first.jwk, second.jwk] });
});

const signing = () => ({
  audience: 'billing',
  requestId: 'r-1',
  requestHash: HASH,
  key: current,
  nowMs: NOW_MS,
});
const verifying = () => ({ audience: 'billing', requestHash: HASH, keys, nowMs: NOW_MS });

describe('a token', () => {
  test.each([PRINCIPAL, BOUNDED, ANONYMOUS])('brings $actorId whole', async (principal) => {
    const token = await signPrincipal(principal, signing());
    expect(await verifyPrincipal(token, verifying())).toEqual({
      kind: 'TRUSTED',
      principal,
      requestId: 'r-1',
    });
  });

  test('is good under every published key, so that keys can rotate', async () => {
    const token = await signPrincipal(PRINCIPAL, { ...signing(), key: old });
    expect((await verifyPrincipal(token, verifying())).kind).toBe('TRUSTED');
  });

  test('lives half a minute', async () => {
    const token = await signPrincipal(PRINCIPAL, signing());
    const at = async (ms: number) =>
      (await verifyPrincipal(token, { ...verifying(), nowMs: NOW_MS + ms })).kind;
    expect([await at(29_000), await at(36_000), await at(-60_000)]).toEqual([
      'TRUSTED',
      'REFUSED',
      'REFUSED',
    ]);
  });
});

describe('refused', () => {
  const header = { alg: 'EdDSA', kid: '2', typ: 'ssm-principal+jwt' };
  const claims = {
    iss: 'ssm-gateway',
    aud: 'billing',
    jti: 'r',
    iat: NOW_MS / 1000,
    exp: NOW_MS / 1000 + 30,
    requestHash: HASH,
    principal: PRINCIPAL,
  };
  const sign = (over: object, head: object = {}) =>
    new SignJWT({ ...claims, ...over }).setProtectedHeader({ ...header, ...head }).sign(current.privateKey);

  test('the table below differs from a good token by one thing each', async () => {
    expect((await verifyPrincipal(await sign({}), verifying())).kind).toBe('TRUSTED');
  });

  test.each<[string, () => string | Promise<string>]>([
    ['for another subgraph', () => sign({ aud: 'catalogue' })],
    ['for another query', () => sign({ requestHash: requestHash(queryHash('{ other }'), '{}') })],
    ['for other variables', () => sign({ requestHash: requestHash(queryHash(QUERY), '{"id":"other"}') })],
    [
      "for a user's own token beside it",
      () => sign({ requestHash: requestHash(queryHash(QUERY), '{}', 'eyJ.user.token') }),
    ],
    ['of another issuer', () => sign({ iss: 'elsewhere' })],
    ['an access token', () => sign({}, { typ: 'at+jwt' })],
    ['that outlives the bound', () => sign({ iat: NOW_MS / 1000 - 60, exp: NOW_MS / 1000 + 3600 })],
    ['without an expiry', () => sign({ exp: undefined })],
    ['without a principal', () => sign({ principal: undefined })],
    ['with a kind that there is not', () => sign({ principal: { ...PRINCIPAL, kind: 'ROOT' } })],
    [
      'with a function that there is not',
      () =>
        sign({ principal: { ...PRINCIPAL, grants: [{ functions: ['FLY'], scope: { kind: 'CUSTOMER' } }] } }),
    ],
    ['under a key that is not published', () => sign({}, { kid: '3' })],
    [
      'signed by another key',
      async () => {
        const { privateKey } = await generateKeyPair('EdDSA');
        return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
      },
    ],
    ['unsigned', () => new UnsecuredJWT(claims).encode()],
    ['no token', () => ''],
    ['garbage', () => 'a.b.c'],
  ])('%s', async (_, token) => {
    expect(await verifyPrincipal(await token(), verifying())).toEqual({
      kind: 'REFUSED',
      reason: expect.any(String),
    });
  });
});
