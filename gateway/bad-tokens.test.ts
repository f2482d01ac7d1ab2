// Bad tokens of every kind: each is 401 with its code and challenge; what is only nearly bad passes.
import { readFile } from 'node:fs/promises';
import { exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDemoIssuer } from './demo-issuer.ts';
import { NOW_MS, type SampleGateway, sampleGateway } from './sample-gateway.ts';

let sample: SampleGateway;
beforeAll(async () => {
  sample = await sampleGateway();
});
afterAll(() => sample.stop());

type Claims = Readonly<Record<string, unknown>>;
const NOW_S = NOW_MS / 1000;
const GOOD: Claims = { sub: 'manager', iss: 'urn:ssm-gateway:demo', aud: 'ssm-gateway', exp: NOW_S + 600 };
const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token signed with the demo issuer's own key, which only its claims or header make wrong. */
async function signed(claims: Claims, header: Record<string, unknown> = {}): Promise<string> {
  const jwk = JSON.parse(await readFile(`${sample.config.dataFolder}/demo-issuer.json`, 'utf8'));
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid, typ: 'at+jwt', ...header })
    .sign(await importJWK(jwk, 'EdDSA'));
}

const TOKENS: readonly [what: string, authorization: () => string | Promise<string>][] = [
  [
    'forged',
    async () => {
      const { privateKey } = await generateKeyPair('EdDSA');
      const token = await new SignJWT({ ...GOOD })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
        .sign(privateKey);
      return `Bearer ${token}`;
    },
  ],
  [
    'with another payload',
    async () => {
      const [head, , signature] = (await sample.token('nobody')).split('.');
      return `Bearer ${head}.${b64(GOOD)}.${signature}`;
    },
  ],
  ['expired', async () => `Bearer ${await signed({ ...GOOD, exp: NOW_S - 31 })}`],
  ['not yet valid', async () => `Bearer ${await signed({ ...GOOD, nbf: NOW_S + 31 })}`],
  ['without expiry', async () => `Bearer ${await signed({ ...GOOD, exp: undefined })}`],
  ['for another audience', async () => `Bearer ${await signed({ ...GOOD, aud: 'another' })}`],
  ['of another issuer', async () => `Bearer ${await signed({ ...GOOD, iss: 'https://elsewhere' })}`],
  ['of another type', async () => `Bearer ${await signed(GOOD, { typ: 'ssm-principal+jwt' })}`],
  ['without an actor', async () => `Bearer ${await signed({ ...GOOD, sub: undefined })}`],
  ['with a number for an actor', async () => `Bearer ${await signed({ ...GOOD, sub: 7 })}`],
  ['of an actor that nobody knows', async () => `Bearer ${await sample.token('stranger')}`],
  ['alg none', () => `Bearer ${new UnsecuredJWT({ ...GOOD }).encode()}`],
  [
    'alg HS256 with the public key as secret',
    async () => {
      const issuer = await openDemoIssuer(sample.config.dataFolder, 'ssm-gateway');
      const secret = new TextEncoder().encode(JSON.stringify(issuer.publicKeys.keys[0]));
      return `Bearer ${await new SignJWT({ ...GOOD }).setProtectedHeader({ alg: 'HS256' }).sign(secret)}`;
    },
  ],
  [
    'with a key of its own in the header',
    async () => {
      const { privateKey, publicKey } = await generateKeyPair('EdDSA');
      const header = { alg: 'EdDSA', typ: 'at+jwt', jwk: await exportJWK(publicKey) };
      return `Bearer ${await new SignJWT({ ...GOOD }).setProtectedHeader(header).sign(privateKey)}`;
    },
  ],
  ['with a critical extension', () => `Bearer ${b64({ alg: 'EdDSA', crit: ['x'], x: 1 })}.${b64(GOOD)}.AAAA`],
  ['no token at all', () => 'Bearer'],
  ['three dots', () => 'Bearer ...'],
  ['another scheme', () => 'Basic bWFuYWdlcjpwYXNz'],
  ['too long', () => `Bearer ${'a'.repeat(9000)}`],
];

describe('tokens', () => {
  test.each(TOKENS)('%s', async (_, authorization) => {
    const answer = await sample.ask(
      { query: '{ offerings { nodes { id } } }' },
      { authorization: await authorization() },
    );
    expect(answer.status).toBe(401);
    expect(answer.json.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(answer.json).not.toHaveProperty('data');
  });

  test.each([
    ['a good one', {}],
    ['expired within the tolerance', { exp: NOW_S - 29 }],
    ['valid within the tolerance', { nbf: NOW_S + 29 }],
  ])('%s passes', async (_, claims) => {
    const authorization = `Bearer ${await signed({ ...GOOD, ...claims })}`;
    const { status, json: answer } = await sample.ask({ query: '{ bills { id } }' }, { authorization });
    expect({ status, answer }).toEqual({ status: 200, answer: { data: { bills: [{ id: 'b1' }] } } });
  });

  test('no token is the anonymous principal: what is public is answered', async () => {
    const { status, json: answer } = await sample.ask({ query: '{ offering(id: 7) { name } }' });
    expect({ status, answer }).toEqual({
      status: 200,
      answer: { data: { offering: { name: 'Offering 7' } } },
    });
  });
});
