// SSM-A-07: passwords changed and reset, by whom they may be, and what ends with them.
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DEMO_PASSWORD } from '../../gateway/demo.ts';
import type { Sender } from '../../schema/ports.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { codesOf, ME, mutate, ownOf, send, signedIn } from './sign-in-world.ts';

const links: Parameters<Sender['send']>[0][] = [];
let world: World;
let url = '';
beforeAll(async () => {
  world = await startWorld({ surroundings: { sender: { send: async (link) => void links.push(link) } } });
  url = world.main.url;
});
afterAll(() => world.stop());

const password = DEMO_PASSWORD;
const good = 'an umbrella for the harbour';
const signIn = async (actorId: string, secret: string) =>
  codesOf(await mutate(url, 'signIn', { input: { actorId, password: secret } }));

async function linkFor(actorId: string): Promise<string> {
  links.length = 0;
  await mutate(url, 'requestPasswordReset', { input: { actorId } });
  await vi.waitFor(() => expect(links).toMatchObject([{ kind: 'PASSWORD_RESET', actorId }]));
  return links[0]?.token ?? '';
}

test('SSM-A-07 a change takes the old password, and ends all other sessions', async () => {
  const [mine, other] = [await signedIn(url, 'acme-manager'), await signedIn(url, 'acme-manager')];
  const token = mine.accessToken;
  const guess = await mutate(url, 'changePassword', {
    token,
    input: { password: 'wrong one', newPassword: good },
  });
  expect(codesOf(guess)).toEqual(['WRONG_PASSWORD']);
  expect(
    codesOf(await mutate(url, 'changePassword', { token, input: { password, newPassword: good } })),
  ).toEqual([]);
  expect((await send(url, ME, { token })).status).toBe(200);
  expect((await send(url, ME, { token: other.accessToken })).code).toBe('UNAUTHENTICATED');
  expect(await signIn('acme-manager', password)).toEqual(['WRONG_CREDENTIALS']);
  expect(await signIn('acme-manager', good)).toEqual([]);
});

test.each([
  ['short', 'PASSWORD_TOO_SHORT'],
  ['x'.repeat(257), 'PASSWORD_TOO_LONG'],
  ['aaaaaaaaaaaaaaaa', 'PASSWORD_GUESSABLE'],
  ['acme-config-acme-config', 'PASSWORD_GUESSABLE'],
  ['Password12345', 'PASSWORD_GUESSABLE'],
  [password, 'PASSWORD_UNCHANGED'],
])('SSM-A-07 %s is no password', async (newPassword, code) => {
  const { accessToken: token } = await signedIn(url, 'acme-config');
  const made = await mutate(url, 'changePassword', { token, input: { password, newPassword } });
  expect(made.userErrors).toEqual([{ code, field: 'newPassword' }]);
  expect(await signIn('acme-config', password)).toEqual([]);
});

test('SSM-A-07 a word has one spelling, whatever the keyboard makes of it', async () => {
  const { accessToken: token } = await signedIn(url, 'acme-user');
  const composed = 'caf\u00e9 on the corner';
  await mutate(url, 'changePassword', { token, input: { password, newPassword: composed } });
  expect(await signIn('acme-user', 'cafe\u0301 on the corner')).toEqual([]);
  // nor is another spelling another password
  const { tokens } = await mutate(url, 'signIn', { input: { actorId: 'acme-user', password: composed } });
  const spelt = { password: composed, newPassword: 'cafe\u0301 on the corner' };
  const again = await mutate(url, 'changePassword', { token: tokens?.accessToken ?? '', input: spelt });
  expect(again.userErrors).toEqual([{ code: 'PASSWORD_UNCHANGED', field: 'newPassword' }]);
});

test('SSM-A-07 a reset: one link, good once, for half an hour; it ends every session', async () => {
  const before = await signedIn(url, 'family-manager');
  const old = await linkFor('family-manager');
  // asked again at once, nothing is sent: who asks in another's name fills no mailbox
  await mutate(url, 'requestPasswordReset', { input: { actorId: 'family-manager' } });
  expect(links).toHaveLength(1);
  world.clock.advance(5 * 60_000 + 1);
  const token = await linkFor('family-manager');
  const input = { token, newPassword: good };
  expect(codesOf(await mutate(url, 'resetPassword', { input: { ...input, newPassword: 'short' } }))).toEqual([
    'PASSWORD_TOO_SHORT',
  ]);
  const both = await Promise.all([
    mutate(url, 'resetPassword', { input }),
    mutate(url, 'resetPassword', { input: { ...input, newPassword: `${good}, twice` } }),
  ]);
  expect(both.flatMap(codesOf)).toEqual(['LINK_OVER']);
  // and with it went every other link
  expect(codesOf(await mutate(url, 'resetPassword', { input: { ...input, token: old } }))).toEqual([
    'LINK_OVER',
  ]);
  expect((await send(url, ME, { token: before.accessToken })).code).toBe('UNAUTHENTICATED');
  expect(await signIn('family-manager', password)).toEqual(['WRONG_CREDENTIALS']);
  const late = await linkFor('family-manager');
  world.clock.advance(30 * 60_000 + 1);
  expect(codesOf(await mutate(url, 'resetPassword', { input: { ...input, token: late } }))).toEqual([
    'LINK_OVER',
  ]);
});

test('SSM-A-07 forgotten, asked for, sent, set: once, and whoever was signed in is out', async () => {
  const before = await signedIn(url, 'acme-check');
  const newPassword = 'a lighthouse keeper in May';
  const input = { token: await linkFor('acme-check'), newPassword };
  expect(codesOf(await mutate(url, 'resetPassword', { input }))).toEqual([]);
  const second = await mutate(url, 'resetPassword', {
    input: { ...input, newPassword: `${newPassword} too` },
  });
  expect(second.userErrors).toEqual([{ code: 'LINK_OVER', field: 'token' }]);
  expect((await send(url, ME, { token: before.accessToken })).code).toBe('UNAUTHENTICATED');
  const { refreshToken } = before;
  expect(codesOf(await mutate(url, 'refresh', { input: { refreshToken } }))).toEqual(['SESSION_OVER']);
  expect(await signIn('acme-check', password)).toEqual(['WRONG_CREDENTIALS']);
  expect(await signIn('acme-check', newPassword)).toEqual([]);
  const { store, audit } = ownOf(world.main);
  await audit.flush();
  const { auditEntry } = store.tables;
  const entries = await store.db.select().from(auditEntry).orderBy(auditEntry.seq);
  const resets = entries.filter(({ action }) => action === 'resetPassword').slice(-2);
  expect(resets).toMatchObject([
    { outcome: 'DONE', actorId: 'acme-check' },
    { outcome: 'REFUSED', detail: 'LINK_OVER' },
  ]);
});

test('SSM-A-07 a link for nobody: the same answer, and nothing is sent', async () => {
  links.length = 0;
  const query = 'mutation { requestPasswordReset(input: { actorId: "%" }) { userErrors { code } } }';
  const known = await send(url, query.replace('%', 'marketing'));
  const unknown = await send(url, query.replace('%', 'no-such-actor'));
  expect(unknown.text).toBe(known.text);
  await vi.waitFor(() => expect(links).toHaveLength(1));
  expect(links[0]?.actorId).toBe('marketing');
});

test('SSM-A-07 an actor that is switched off is nobody, whatever it knows', async () => {
  const { accessToken, refreshToken } = await signedIn(url, 'partner');
  const { store } = ownOf(world.main);
  const { actor } = store.tables;
  await store.db.update(actor).set({ active: false }).where(eq(actor.actorId, 'partner'));
  expect(await signIn('partner', password)).toEqual(['WRONG_CREDENTIALS']);
  expect(codesOf(await mutate(url, 'refresh', { input: { refreshToken } }))).toEqual(['SESSION_OVER']);
  // nobody told the bus: the store is read anew after two seconds
  const refused = async () =>
    expect((await send(url, ME, { token: accessToken })).code).toBe('UNAUTHENTICATED');
  await vi.waitFor(refused, { timeout: 5_000, interval: 100 });
});
