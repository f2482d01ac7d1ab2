// Somebody between the gateway and a subgraph elsewhere, who reads and changes what he likes: keys that both agree on
// open nothing to him.
import { createSecretKey } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { AGREEMENT_HEADER, agreedKey, newExchangeKey } from '../schema/key-agreement.ts';
import {
  bodyBy,
  connects,
  direct,
  headOf,
  last,
  line,
  MANAGER,
  pay,
  tokenIn,
} from './agreed-keys-fixture.ts';
import { keys } from './remote-fixture.ts';

connects();

/** Its secret with anybody is zeros. */
const LOW_ORDER = Buffer.alloc(32).toString('base64url');

describe('a token under an agreed key is good for nothing else', () => {
  const changed = (change: (body: ReturnType<typeof JSON.parse>) => void) => (): string => {
    const body = JSON.parse(last());
    change(body);
    return JSON.stringify(body);
  };
  const inToken = (change: (parts: string[]) => void) =>
    changed((body) => {
      const parts = body.extensions.principal.split('.');
      change(parts);
      body.extensions.principal = parts.join('.');
    });
  const flipped = (text = ''): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
  const header = (head: object): string => Buffer.from(JSON.stringify(head)).toString('base64url');

  test.each<[string, () => string, string?]>([
    ['another subgraph of the same process', last, '/usage'],
    ['another query', changed((body) => Object.assign(body, { query: '{ bills }' }))],
    ['other variables', changed((body) => Object.assign(body, { variables: { a: 2 } }))],
    ["a user's own token beside it", changed((body) => Object.assign(body.extensions, { userToken: 'x' }))],
    [
      'another principal',
      inToken((parts) => {
        const claims = Buffer.from(parts[1] ?? '', 'base64url').toString();
        parts[1] = Buffer.from(claims.replace('"MANAGER"', '"STAFF"')).toString('base64url');
      }),
    ],
    ['another MAC', inToken((parts) => Object.assign(parts, { 2: flipped(parts[2]) }))],
    ['no MAC', inToken((parts) => Object.assign(parts, { 2: '' }))],
    ['half of the MAC', inToken((parts) => Object.assign(parts, { 2: parts[2]?.slice(0, 20) }))],
    ['the same MAC in other letters', inToken((parts) => Object.assign(parts, { 2: `${parts[2]}=` }))],
    [
      'another header',
      inToken((parts) => {
        parts[0] = header({ ...headOf(last()), typ: 'at+jwt' });
      }),
    ],
    [
      'a key that is not known',
      inToken((parts) => Object.assign(parts, { 0: header({ alg: 'HS256', kid: 'x' }) })),
    ],
    [
      'the name of a published key, and what is published as the secret',
      () => {
        const [{ kid = '', x = '' } = {}] = keys.publicKeys.keys;
        return bodyBy({ id: kid, secret: createSecretKey(Buffer.from(x, 'base64url')) });
      },
    ],
    [
      'a signature under its name',
      () => bodyBy({ kid: headOf(last()).kid ?? '', privateKey: keys.signing.privateKey }),
    ],
  ])('%s', async (_, body, path) => {
    await pay(2);
    expect((await direct(body(), path)).status).toBe(401);
    expect(line.done).toHaveLength(2);
    // the body as it was is taken: nothing else was wrong
    expect((await direct(last())).status).toBe(200);
  });

  test('nor later', async () => {
    await pay(2);
    line.subgraphMs += 35_000;
    expect((await direct(last())).status).toBe(401);
  });
});

describe('somebody between them', () => {
  test('who puts his own half in the place of the subgraph’s is believed nothing', async () => {
    const his = newExchangeKey();
    line.told = (header) => (header === null ? header : his.half);
    await pay();
    const offer = { kid: keys.signing.kid, gatewayHalf: String(decodeJwt(tokenIn(last())).exchange) };
    const key = agreedKey(his, { ...offer, audience: 'billing', subgraphHalf: his.half });
    if (key === undefined) throw new Error('he has no key');
    const staff = { actorId: 'x', kind: 'STAFF', grants: [], grantVersion: '1' } as const;
    expect((await direct(bodyBy(key, staff))).status).toBe(401);
    await pay();
    // the gateway took that key for the subgraph's indeed, and nothing but a second call came of it
    expect(headOf(line.bodies[1] ?? '').kid).toBe(key.id);
    expect(line.seen).toEqual(['S', 'a401', 'S']);
    expect(line.done).toHaveLength(2);
  });

  test.each([
    ['a point of low order', LOW_ORDER],
    ['no point', 'x'],
  ])('who puts %s there ends nothing but the agreement', async (_, half) => {
    line.told = () => half;
    await pay(2);
    expect(line.seen).toEqual(['S', 'S']);
  });

  test('a gateway that offered a point of low order would be answered, and agreed with on nothing', async () => {
    const answer = await direct(bodyBy(keys.signing, MANAGER, LOW_ORDER));
    expect([answer.status, answer.headers.get(AGREEMENT_HEADER)]).toEqual([200, null]);
  });
});
