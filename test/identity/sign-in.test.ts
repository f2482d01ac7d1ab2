// SSM-A-07: signing in by password, tokens that rotate, sessions that end, over HTTP.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../../gateway/demo.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { codesOf, ME, mutate, send, signedIn } from './sign-in-world.ts';

let world: World;
let url = '';
beforeAll(async () => {
  world = await startWorld({ env: { TRUSTED_PROXIES: '1' } });
  url = world.main.url;
});
afterAll(() => world.stop());

const wrong = (actorId: string, from = '198.51.100.1') =>
  mutate(url, 'signIn', { input: { actorId, password: 'not the password' }, from });

describe('SSM-A-07 signing in', () => {
  test('gives tokens that say who asks; they are good for minutes, and then refreshed', async () => {
    const tokens = await signedIn(url, 'acme-manager');
    expect((await send(url, ME, { token: tokens.accessToken })).data).toEqual({
      me: { actorId: 'acme-manager' },
    });
    world.clock.advance(6 * 60_000);
    expect((await send(url, ME, { token: tokens.accessToken })).code).toBe('UNAUTHENTICATED');
    const next = await mutate(url, 'refresh', { input: { refreshToken: tokens.refreshToken } });
    expect((await send(url, ME, { token: next.tokens?.accessToken ?? '' })).status).toBe(200);
  });

  test('an unknown actor and a wrong password give the same answer', async () => {
    const input = (actorId: string) => ({ input: { actorId, password: 'not the password' } });
    const query =
      'mutation S($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } challenge { id } retryAfter userErrors { code message field } } }';
    const [known, unknown] = await Promise.all(
      ['family-manager', 'nobody-at-all'].map((id) =>
        send(url, query, { variables: input(id), from: '198.51.100.2' }),
      ),
    );
    expect(known?.text).toBe(unknown?.text);
    expect(known?.text).toContain('WRONG_CREDENTIALS');
  });

  test('and takes the same time for both', async () => {
    const timed = async (actorId: string, index: number) => {
      const startedMs = performance.now();
      await wrong(actorId, `198.51.${100 + (index % 50)}.${index % 250}`);
      return performance.now() - startedMs;
    };
    const median = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
    const known: number[] = [];
    const unknown: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      world.clock.advance(60_000);
      known.push(await timed('borealis-manager', index));
      unknown.push(await timed('somebody-else', index + 100));
    }
    // without the hash it would be a tenth
    expect(median(unknown)).toBeGreaterThan(median(known) * 0.5);
    expect(median(unknown)).toBeLessThan(median(known) * 2);
    world.clock.advance(2 * 3_600_000);
  });

  test.each([
    ['', ''],
    ['acme-manager', ''],
    ['acme-manager', 'x'.repeat(100_000)],
    ['x'.repeat(100_000), DEMO_PASSWORD],
    ["acme-manager' OR '1'='1", DEMO_PASSWORD],
    ['\u0000', '\u0000'],
  ])('nonsense is no credential: %#', async (actorId, password) => {
    expect(
      codesOf(await mutate(url, 'signIn', { input: { actorId, password }, from: '198.51.100.3' })),
    ).toEqual(['WRONG_CREDENTIALS']);
    world.clock.advance(60_000);
  });
});

describe('SSM-A-07 refresh tokens', () => {
  test('rotate; one that is used again ends the session, also of who came by the new one', async () => {
    const first = await signedIn(url, 'acme-manager');
    const other = await signedIn(url, 'acme-manager');
    const second = (await mutate(url, 'refresh', { input: { refreshToken: first.refreshToken } })).tokens;
    expect(second?.refreshToken).not.toBe(first.refreshToken);
    expect((await send(url, ME, { token: second?.accessToken ?? '' })).status).toBe(200);
    const again = await mutate(url, 'refresh', { input: { refreshToken: first.refreshToken } });
    expect(codesOf(again)).toEqual(['SESSION_OVER']);
    // at once, whatever time the access token still had
    expect((await send(url, ME, { token: second?.accessToken ?? '' })).code).toBe('UNAUTHENTICATED');
    expect((await send(url, ME, { token: first.accessToken })).code).toBe('UNAUTHENTICATED');
    const late = await mutate(url, 'refresh', { input: { refreshToken: second?.refreshToken ?? '' } });
    expect(codesOf(late)).toEqual(['SESSION_OVER']);
    // another session of the same actor is not touched
    expect((await send(url, ME, { token: other.accessToken })).status).toBe(200);
  });

  test('of ten uses at once one is served, and the session is over', async () => {
    const { refreshToken, accessToken } = await signedIn(url, 'acme-manager');
    const all = await Promise.all(
      Array.from({ length: 10 }, () => mutate(url, 'refresh', { input: { refreshToken } })),
    );
    expect(all.filter(({ tokens }) => tokens !== null)).toHaveLength(1);
    expect((await send(url, ME, { token: accessToken })).code).toBe('UNAUTHENTICATED');
  });

  test('expire, and an access token is none', async () => {
    const { refreshToken, accessToken } = await signedIn(url, 'acme-manager');
    expect(codesOf(await mutate(url, 'refresh', { input: { refreshToken: accessToken } }))).toEqual([
      'SESSION_OVER',
    ]);
    expect((await send(url, ME, { token: refreshToken })).code).toBe('UNAUTHENTICATED');
    world.clock.advance(15 * 24 * 3_600_000);
    expect(codesOf(await mutate(url, 'refresh', { input: { refreshToken } }))).toEqual(['SESSION_OVER']);
  });
});

describe('SSM-A-07 signing out', () => {
  test('ends this session at once; everywhere, all of them', async () => {
    const [one, two, three] = [
      await signedIn(url, 'acme-billing'),
      await signedIn(url, 'acme-billing'),
      await signedIn(url, 'acme-manager'),
    ];
    await send(url, ME, { token: one.accessToken });
    expect(codesOf(await mutate(url, 'signOut', { token: one.accessToken }))).toEqual([]);
    expect((await send(url, ME, { token: one.accessToken })).code).toBe('UNAUTHENTICATED');
    expect(codesOf(await mutate(url, 'refresh', { input: { refreshToken: one.refreshToken } }))).toEqual([
      'SESSION_OVER',
    ]);
    expect((await send(url, ME, { token: two.accessToken })).status).toBe(200);
    await mutate(url, 'signOutEverywhere', { token: two.accessToken });
    expect((await send(url, ME, { token: two.accessToken })).code).toBe('UNAUTHENTICATED');
    expect((await send(url, ME, { token: three.accessToken })).status).toBe(200);
  });

  test('needs a session of ours', async () => {
    expect(codesOf(await mutate(url, 'signOut', { token: await world.token('acme-user') }))).toEqual([
      'NO_SESSION',
    ]);
    await expect(mutate(url, 'signOut')).rejects.toThrow('FORBIDDEN');
  });

  test('a twenty-first session ends the oldest', async () => {
    const all = [];
    for (let count = 0; count < 21; count += 1) {
      all.push(await signedIn(url, 'acme-check'));
      world.clock.advance(1_000);
    }
    const statuses = await Promise.all(
      all.map(async ({ accessToken }) => (await send(url, ME, { token: accessToken })).status),
    );
    expect(statuses).toEqual([401, ...Array.from({ length: 20 }, () => 200)]);
  });
});

describe('SSM-A-10 a guesser is slowed down', () => {
  test('after five attempts for ever longer; the right password counts as little as a wrong one meanwhile', async () => {
    const from = '203.0.113.1';
    const waits: (number | null)[] = [];
    for (let count = 0; count < 6; count += 1) waits.push((await wrong('marketing', from)).retryAfter);
    expect(waits).toEqual([null, null, null, null, null, null]);
    const input = { actorId: 'marketing', password: DEMO_PASSWORD };
    expect(await mutate(url, 'signIn', { input, from })).toMatchObject({
      tokens: null,
      retryAfter: 2,
      userErrors: [{ code: 'TOO_MANY_ATTEMPTS' }],
    });
    world.clock.advance(2_000);
    await wrong('marketing', from);
    expect((await wrong('marketing', from)).retryAfter).toBe(4);
    world.clock.advance(4_000);
    expect((await mutate(url, 'signIn', { input, from })).tokens).not.toBeNull();
    // and all is forgotten
    expect(codesOf(await wrong('marketing', from))).toEqual(['WRONG_CREDENTIALS']);
  });

  test('many attempts at once are no way around', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => wrong('soc-operator', '203.0.113.2')));
    expect(all.filter((each) => codesOf(each).includes('WRONG_CREDENTIALS')).length).toBeLessThanOrEqual(6);
    world.clock.advance(3_600_000);
  });

  test('a crowd of addresses locks nobody out: not where the actor has been before, and elsewhere for seconds', async () => {
    const home = '203.0.113.77';
    await signedIn(url, 'prepaid-customer', home);
    for (let count = 0; count < 40; count += 1) await wrong('prepaid-customer', `192.0.2.${count}`);
    expect((await signedIn(url, 'prepaid-customer', home)).accessToken).toBeDefined();
    for (let count = 0; count < 40; count += 1) await wrong('prepaid-customer', `192.0.2.${100 + count}`);
    const elsewhere = {
      input: { actorId: 'prepaid-customer', password: DEMO_PASSWORD },
      from: '192.0.2.250',
    };
    const made = await mutate(url, 'signIn', elsewhere);
    expect(made.retryAfter ?? 0).toBeLessThanOrEqual(30);
    world.clock.advance(30_000);
    expect((await mutate(url, 'signIn', elsewhere)).tokens).not.toBeNull();
  });

  test('an actor that does not exist is slowed down just the same', async () => {
    const from = '203.0.113.5';
    for (let count = 0; count < 6; count += 1) await wrong('never-heard-of', from);
    expect((await wrong('never-heard-of', from)).retryAfter).toBe(2);
  });
});
