// The principal's token: what comes back is what was signed, and anything else about it is a refusal.
import { createSecretKey } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { agreedKey, newExchangeKey } from './key-agreement.ts';
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

const [gateway, subgraph] = [newExchangeKey(), newExchangeKey()];
const terms = { audience: 'billing', kid: '2', gatewayHalf: gateway.half, subgraphHalf: subgraph.half };
const agreed = agreedKey(gateway, terms);
const agreedThere = agreedKey(subgraph, terms);
if (agreed === undefined || agreedThere === undefined) throw new Error('no agreement');

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
const verifying = () => ({
  audience: 'billing',
  requestHash: HASH,
  keys,
  agreed: (id: string) => (id === agreedThere.id ? agreedThere : undefined),
  nowMs: NOW_MS,
});

describe('an agreement', () => {
  test('is the same on both sides, and another in every of its terms', () => {
    expect([agreedThere.id, agreedThere.secret.export()]).toEqual([agreed.id, agreed.secret.export()]);
    const others = [
      { ...terms, audience: 'usage' },
      { ...terms, kid: '1' },
      { ...terms, subgraphHalf: newExchangeKey().half },
    ].map((each) => agreedKey(gateway, each));
    const all = [agreed, ...others];
    expect(new Set(all.map((key) => key?.id)).size).toBe(4);
    expect(new Set(all.map((key) => key?.secret.export().toString('hex'))).size).toBe(4);
  });

  test('is nothing to who knows all but the private halves', () => {
    const stranger = { half: subgraph.half, privateKey: newExchangeKey().privateKey };
    expect(agreedKey(stranger, terms)?.secret.export()).not.toEqual(agreed.secret.export());
  });

  test.each([
    ['no point', 'x'],
    ['of another length', `${subgraph.half}AA`],
    // of order 1, 2, 4 and 8, and p where it stands for 0 (RFC 7748, section 6.1)
    ...[
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      `ec${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
    ].map((hex) => [`the point ${hex.slice(0, 4)}…`, Buffer.from(hex, 'hex').toString('base64url')]),
  ])('there is none with %s', (_, subgraphHalf = '') => {
    expect(agreedKey(gateway, { ...terms, subgraphHalf })).toBeUndefined();
  });

  test('is offered by a signature only: under a key that was agreed on, nobody vouches for a half', async () => {
    const offering = { ...signing(), exchange: gateway.half };
    expect(await verifyPrincipal(signPrincipal(PRINCIPAL, offering), verifying())).toMatchObject({
      offer: { half: gateway.half, kid: '2', atMs: NOW_MS },
    });
    const under = await verifyPrincipal(signPrincipal(PRINCIPAL, { ...offering, key: agreed }), verifying());
    expect(under).toEqual({ kind: 'TRUSTED', principal: PRINCIPAL, requestId: 'r-1' });
  });

  test('of which nothing is known is told apart from a wrong signature', async () => {
    const token = signPrincipal(PRINCIPAL, { ...signing(), key: agreed });
    expect(await verifyPrincipal(token, { ...verifying(), agreed: () => undefined })).toEqual({
      kind: 'REFUSED',
      reason: 'the key was never agreed on here, or has ended',
    });
    expect(await verifyPrincipal(`${token.slice(0, -2)}AA`, verifying())).toEqual({
      kind: 'REFUSED',
      reason: 'the signature is wrong',
    });
  });
});

describe('a token', () => {
  test.each([PRINCIPAL, BOUNDED, ANONYMOUS])('brings $actorId whole', async (principal) => {
    for (const key of [current, agreed]) {
      const token = signPrincipal(principal, { ...signing(), key });
      expect(await verifyPrincipal(token, verifying())).toEqual({
        kind: 'TRUSTED',
        principal,
        requestId: 'r-1',
      });
    }
  });

  test('is good under every published key, so that keys can rotate', async () => {
    const token = await signPrincipal(PRINCIPAL, { ...signing(), key: old });
    expect((await verifyPrincipal(token, verifying())).kind).toBe('TRUSTED');
  });

  test.each(['signed', 'under an agreed key'])('lives half a minute, %s', async (how) => {
    const token = signPrincipal(PRINCIPAL, { ...signing(), key: how === 'signed' ? current : agreed });
    const at = async (ms: number) =>
      (await verifyPrincipal(token, { ...verifying(), nowMs: NOW_MS + ms })).kind;
    expect([await at(34_000), await at(35_000), await at(-5_000), await at(-6_000)]).toEqual([
      'TRUSTED',
      'REFUSED',
      'TRUSTED',
      'REFUSED',
    ]);
  });
});

describe.each(['EdDSA', 'HS256'])('refused, by %s', (alg) => {
  const header = { alg, kid: alg === 'EdDSA' ? '2' : agreed.id, typ: 'ssm-principal+jwt' };
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
    new SignJWT({ ...claims, ...over })
      .setProtectedHeader({ ...header, ...head })
      .sign(alg === 'EdDSA' ? current.privateKey : agreed.secret);

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
    ['of the future', () => sign({ iat: NOW_MS / 1000 + 60, exp: NOW_MS / 1000 + 90 })],
    ['that has ended before its time', () => sign({ exp: NOW_MS / 1000 - 5 })],
    ['without the time at which it was made', () => sign({ iat: undefined })],
    ['without a request', () => sign({ jti: undefined })],
    ['under a key that is not known', () => sign({}, { kid: '3' })],
    ['under a key of the other kind', () => sign({}, { kid: alg === 'EdDSA' ? agreed.id : '2' })],
    [
      'signed by another key',
      async () => {
        const { privateKey } = await generateKeyPair('EdDSA');
        const key = alg === 'EdDSA' ? privateKey : createSecretKey(Buffer.alloc(32));
        return new SignJWT(claims).setProtectedHeader(header).sign(key);
      },
    ],
    ['unsigned', () => new UnsecuredJWT(claims).encode()],
    ['no token', () => ''],
    ['garbage', () => 'a.b.c'],
  ])('%s', async (_, token) => {
    expect(await verifyPrincipal(await token(), verifying())).toMatchObject({
      kind: 'REFUSED',
      reason: expect.any(String),
    });
  });
});
