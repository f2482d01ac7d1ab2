// SSM-A-07: the dynamic password from its enrolment to its removal, and codes that are good once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../../gateway/demo.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { codesOf, deviceOf, ME, mutate, type Payload, send, signedIn } from './sign-in-world.ts';

let world: World;
let url = '';
beforeAll(async () => {
  world = await startWorld({ env: { TRUSTED_PROXIES: '1' } });
  url = world.main.url;
});
afterAll(() => world.stop());

const password = DEMO_PASSWORD;
const now = () => world.clock.now();
const challenged = async (actorId: string): Promise<string> => {
  const made = await mutate(url, 'signIn', { input: { actorId, password } });
  expect(made.tokens).toBeNull();
  return made.challenge?.id ?? '';
};
const answer = (challengeId: string, code: string): Promise<Payload> =>
  mutate(url, 'answerChallenge', { input: { challengeId, code } });

/** Ready to sign in with both: the step in which it was confirmed is used up, so a minute passes. */
async function enrolled(actorId: string) {
  const { accessToken: token } = await signedIn(url, actorId);
  const { uri } = await mutate(url, 'enrolDynamicPassword', { token, input: { password } });
  const device = deviceOf(uri ?? '');
  const { recoveryCodes } = await mutate(url, 'confirmDynamicPassword', {
    token,
    input: { code: device(now()) },
  });
  world.clock.advance(60_000);
  return { device, token, uri: uri ?? '', recoveryCodes: recoveryCodes ?? [] };
}

test('SSM-A-07 enrolment: in force only after a code of the device was shown, recovery codes shown once', async () => {
  const { accessToken: token } = await signedIn(url, 'acme-config');
  const begun = await mutate(url, 'enrolDynamicPassword', { token, input: { password } });
  expect(begun.uri).toMatch(
    /^otpauth:\/\/totp\/ssm-gateway:acme-config\?issuer=ssm-gateway&secret=[A-Z2-7]{32}&/,
  );
  expect((await signedIn(url, 'acme-config')).accessToken).toBeDefined();
  const device = deviceOf(begun.uri ?? '');
  const off = await mutate(url, 'confirmDynamicPassword', { token, input: { code: '000000' } });
  expect(codesOf(off)).toEqual(['WRONG_CODE']);
  const done = await mutate(url, 'confirmDynamicPassword', { token, input: { code: device(now()) } });
  expect(done.recoveryCodes).toHaveLength(10);
  expect(new Set(done.recoveryCodes)).toHaveProperty('size', 10);
  expect(
    codesOf(await mutate(url, 'confirmDynamicPassword', { token, input: { code: device(now()) } })),
  ).toEqual(['NOT_ENROLLED']);
  expect(codesOf(await mutate(url, 'enrolDynamicPassword', { token, input: { password } }))).toEqual([
    'ALREADY_ENROLLED',
  ]);
  expect(await challenged('acme-config')).not.toBe('');
});

test('SSM-A-07 both are asked for; a code is good once, also for two who send it at once', async () => {
  const { device } = await enrolled('acme-manager');
  const [one, two] = [await challenged('acme-manager'), await challenged('acme-manager')];
  const both = await Promise.all([answer(one, device(now())), answer(two, device(now()))]);
  expect(both.filter(({ tokens }) => tokens !== null)).toHaveLength(1);
  expect(both.flatMap(codesOf)).toEqual(['WRONG_CODE']);
  const token = both.find(({ tokens }) => tokens !== null)?.tokens?.accessToken ?? '';
  expect((await send(url, ME, { token })).data).toEqual({ me: { actorId: 'acme-manager' } });
  // nor is a code of a step before the one that was used
  expect(codesOf(await answer(await challenged('acme-manager'), device(now() - 30_000)))).toEqual([
    'WRONG_CODE',
  ]);
});

test.each([
  // a step is 30 seconds, and one either way is taken: how far off that is depends on when in the step it is asked
  ['on time', 0, 0, []],
  ['one step behind', 0, -30_000, []],
  ['one step ahead', 0, 30_000, []],
  ['40 seconds behind, early in a step', 0, -40_000, ['CODE_LATE']],
  ['40 seconds behind, late in a step', 20_000, -40_000, []],
  ['40 seconds ahead, early in a step', 0, 40_000, []],
  ['40 seconds ahead, late in a step', 25_000, 40_000, ['WRONG_CODE']],
  ['two steps ahead', 0, 60_000, ['WRONG_CODE']],
  ['100 seconds behind', 0, -100_000, ['CODE_LATE']],
  ['100 seconds ahead', 0, 100_000, ['WRONG_CODE']],
  ['an hour behind', 0, -3_600_000, ['WRONG_CODE']],
])('SSM-A-07 the clock of the device %s', async (_, intoStepMs, offMs, codes) => {
  const actorId = 'family-manager';
  const device = clocks.get(actorId) ?? (await enrolled(actorId)).device;
  clocks.set(actorId, device);
  world.clock.advance(10 * 60_000 - (now() % 30_000) + intoStepMs);
  const made = await answer(await challenged(actorId), device(now() + offMs));
  expect(codesOf(made)).toEqual(codes);
  expect(made.tokens === null).toBe(codes.length > 0);
});
const clocks = new Map<string, (atMs: number) => string>();

test('SSM-A-10 who knows the password and guesses codes locks the victim out of codes, not of its recovery codes', async () => {
  const { device, recoveryCodes } = await enrolled('soc-operator');
  const as = { actorId: 'soc-operator', password };
  // a guesser from many addresses
  for (let guess = 0; guess < 8; guess += 1) {
    const from = `198.51.100.${guess}`;
    const { challenge } = await mutate(url, 'signIn', { input: as, from });
    await mutate(url, 'answerChallenge', {
      input: { challengeId: challenge?.id ?? '', code: '000000' },
      from,
    });
  }
  const from = '203.0.113.9';
  const tryWith = async (code: string) => {
    const { challenge } = await mutate(url, 'signIn', { input: as, from });
    return mutate(url, 'answerChallenge', { input: { challengeId: challenge?.id ?? '', code }, from });
  };
  expect(codesOf(await tryWith(device(now())))).toEqual(['TOO_MANY_ATTEMPTS']);
  expect(codesOf(await tryWith('AAAA-BBBB-CCCC-DDDD'))).toEqual(['WRONG_CODE']);
  expect((await tryWith(recoveryCodes[0] ?? '')).tokens).not.toBeNull();
});

test('SSM-A-07 a recovery code stands in for the device, once; spelling does not matter', async () => {
  const { recoveryCodes } = await enrolled('borealis-manager');
  const [first = '', second = ''] = recoveryCodes;
  expect((await answer(await challenged('borealis-manager'), first)).tokens).not.toBeNull();
  expect(codesOf(await answer(await challenged('borealis-manager'), first))).toEqual(['WRONG_CODE']);
  const loose = second.toLowerCase().replaceAll('-', ' ');
  expect((await answer(await challenged('borealis-manager'), loose)).tokens).not.toBeNull();
  // one actor's is nothing to another
  const other = recoveryCodes[2] ?? '';
  await enrolled('prepaid-customer');
  expect(codesOf(await answer(await challenged('prepaid-customer'), other))).toEqual(['WRONG_CODE']);
});

test('SSM-A-07 a challenge ends: after five answers, after five minutes, after the right answer', async () => {
  const { device } = await enrolled('acme-billing');
  const tried = await challenged('acme-billing');
  for (let count = 0; count < 5; count += 1) {
    await answer(tried, '000000');
    world.clock.advance(40_000);
  }
  expect(codesOf(await answer(tried, device(now())))).toEqual(['CHALLENGE_OVER']);
  world.clock.advance(3_600_000);
  const old = await challenged('acme-billing');
  world.clock.advance(5 * 60_000 + 1);
  expect(codesOf(await answer(old, device(now())))).toEqual(['CHALLENGE_OVER']);
  const good = await challenged('acme-billing');
  expect((await answer(good, device(now()))).tokens).not.toBeNull();
  world.clock.advance(60_000);
  expect(codesOf(await answer(good, device(now())))).toEqual(['CHALLENGE_OVER']);
  expect(codesOf(await answer('nonsense', device(now())))).toEqual(['CHALLENGE_OVER']);
});

test('SSM-A-10 who guesses codes over many challenges and addresses is slowed for long; not where the actor is known', async () => {
  const home = '203.0.113.50';
  const { device } = await enrolled('acme-check');
  const known = await mutate(url, 'signIn', { input: { actorId: 'acme-check', password }, from: home });
  await mutate(url, 'answerChallenge', {
    input: { challengeId: known.challenge?.id ?? '', code: device(now()) },
    from: home,
  });
  let slowest = 0;
  for (let count = 0; count < 20; count += 1) {
    const from = `192.0.2.${count}`;
    const made = await mutate(url, 'signIn', { input: { actorId: 'acme-check', password }, from });
    const input = { challengeId: made.challenge?.id ?? '', code: '000000' };
    const judged = made.challenge === null ? made : await mutate(url, 'answerChallenge', { input, from });
    slowest = Math.max(slowest, judged.retryAfter ?? 0);
    world.clock.advance(30_000);
  }
  expect(slowest).toBeGreaterThan(30);
  const again = await mutate(url, 'signIn', { input: { actorId: 'acme-check', password }, from: home });
  const input = { challengeId: again.challenge?.id ?? '', code: device(now()) };
  expect((await mutate(url, 'answerChallenge', { input, from: home })).tokens).not.toBeNull();
});

test('SSM-A-07 removal takes password and code; then the password alone signs in again', async () => {
  const { device, token } = await enrolled('acme-user');
  const wrong = { password: 'not the password', code: device(now()) };
  world.clock.advance(1_000);
  const session = await answer(await challenged('acme-user'), device(now()));
  const fresh = session.tokens?.accessToken ?? token;
  world.clock.advance(60_000);
  expect(codesOf(await mutate(url, 'removeDynamicPassword', { token: fresh, input: wrong }))).toEqual([
    'WRONG_PASSWORD',
  ]);
  const bad = { password, code: '000000' };
  expect(codesOf(await mutate(url, 'removeDynamicPassword', { token: fresh, input: bad }))).toEqual([
    'WRONG_CODE',
  ]);
  const good = { password, code: device(now()) };
  expect(codesOf(await mutate(url, 'removeDynamicPassword', { token: fresh, input: good }))).toEqual([]);
  expect((await signedIn(url, 'acme-user')).accessToken).toBeDefined();
});
