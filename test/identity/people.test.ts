// SSM-A-06 SSM-A-01: a manager adds its people as actors, deactivates them and lets them in again.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import type { Sender } from '../../schema/ports.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { granted, LINE_01, mayI, usage } from './asking.ts';
import { codesOf, deviceOf, ME, mutate, ownOf, send } from './sign-in-world.ts';

const MANAGER = 'acme-manager';
const GOOD = 'an umbrella for the harbour';
const links: Parameters<Sender['send']>[0][] = [];
const second: DemoActor = {
  actorId: 'second',
  kind: 'MANAGER',
  displayName: 'second',
  customer: 'cust-acme',
  grants: [{ functions: 'CONTRACT', scope: { kind: 'CUSTOMER' } }],
};

let world: World;
let url = '';
beforeAll(async () => {
  world = await startWorld({
    actors: [second],
    surroundings: { sender: { send: async (link) => void links.push(link) } },
  });
  url = world.main.url;
});
afterAll(() => world.stop());

const TYPES = {
  inviteActor: 'InviteActorInput',
  renewInvitation: 'RenewInvitationInput',
  deactivateActor: 'CustomerActorInput',
  reactivateActor: 'CustomerActorInput',
  removeActorDynamicPassword: 'CustomerActorInput',
} as const;

interface Shown {
  readonly actorId: string;
  readonly kind: string;
  readonly name: string;
  readonly state: string;
  readonly invitedBy: string | null;
}
interface Payload {
  readonly actor: Shown | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}
const run = async (as: string, name: keyof typeof TYPES, input: object) => {
  const { data, errors } = await world.ask(
    `mutation($input: ${TYPES[name]}!) { ${name}(input: $input) {
      actor { actorId kind name state invitedBy hasDynamicPassword } userErrors { code field } } }`,
    { as, variables: { input } },
  );
  const payload = (data as Record<string, Payload | null> | null | undefined)?.[name]; // by the schema
  const codes = [...errors, ...(payload?.userErrors ?? [])].map((each) =>
    'field' in each && each.field !== null ? `${each.code} ${each.field}` : each.code,
  );
  return { actor: payload?.actor ?? undefined, codes };
};
const NEW = { kind: 'AUTHORIZED_USER', name: 'Newt Comer', sendTo: 'newt@example.com' };
async function newcomer(over: object = {}): Promise<string> {
  const { actor, codes } = await run(MANAGER, 'inviteActor', { ...NEW, ...over });
  expect(codes).toEqual([]);
  return actor?.actorId ?? expect.unreachable();
}
const linkOf = async (actorId: string) =>
  vi.waitFor(() => links.filter((link) => link.actorId === actorId).at(-1) ?? expect.unreachable());
/** Follows the link, and is somebody who signs in. */
async function arrived(over: object = {}): Promise<string> {
  const actorId = await newcomer(over);
  const { token } = await linkOf(actorId);
  expect(codesOf(await mutate(url, 'resetPassword', { input: { token, newPassword: GOOD } }))).toEqual([]);
  return actorId;
}
const tokenOf = async (actorId: string) => {
  const { tokens } = await mutate(url, 'signIn', { input: { actorId, password: GOOD } });
  return tokens?.accessToken;
};
const people = async (as: string, args = '(first: 100)') => {
  const { data, errors } = await world.ask(
    `{ actors${args} { nodes { actorId kind name state invitedBy } pageInfo { hasNextPage endCursor } } }`,
    { as },
  );
  // by the schema
  const found = (data as { actors: { nodes: Shown[]; pageInfo: { endCursor: string | null } } | null } | null)
    ?.actors;
  return { nodes: found?.nodes ?? [], end: found?.pageInfo.endCursor, codes: errors.map(({ code }) => code) };
};
const on = { kind: 'SERVICES', ids: [LINE_01] };
const grant = (actorId: string) =>
  granted(world.ask, MANAGER, { actorId, functions: ['USAGE_VIEW'], scope: on });

describe('SSM-A-06 somebody new', () => {
  test('SSM-A-06 is invited by a link, may nothing, is granted something, and signs in', async () => {
    const actorId = await newcomer();
    const { token, ...link } = await linkOf(actorId);
    expect(link).toMatchObject({ kind: 'INVITATION', sendTo: NEW.sendTo });
    expect(await mayI(world.ask, actorId, 'USAGE_VIEW', LINE_01)).toMatchObject({ allowed: false });
    await grant(actorId);
    const set = { input: { token, newPassword: GOOD } };
    expect(codesOf(await mutate(url, 'resetPassword', set))).toEqual([]);
    expect(codesOf(await mutate(url, 'resetPassword', set)), 'good once').toEqual(['LINK_OVER']);
    const access = (await tokenOf(actorId)) ?? '';
    expect((await send(url, ME, { token: access })).data).toEqual({ me: { actorId } });
    expect(await usage(world.ask, actorId, LINE_01)).toBe('DATA');
    const { nodes } = await people(MANAGER);
    expect(nodes.find((each) => each.actorId === actorId)).toEqual({
      actorId,
      kind: 'AUTHORIZED_USER',
      name: NEW.name,
      state: 'ACTIVE',
      invitedBy: MANAGER,
    });
  });

  test('SSM-A-06 the link ends after seven days; another one is sent on request, to who is invited only', async () => {
    const actorId = await newcomer();
    const { token } = await linkOf(actorId);
    links.length = 0;
    world.clock.advance(7 * 24 * 3_600_000);
    const late = await mutate(url, 'resetPassword', { input: { token, newPassword: GOOD } });
    expect(codesOf(late)).toEqual(['LINK_OVER']);
    const again = { actorId, sendTo: 'newt@example.org' };
    expect((await run(MANAGER, 'renewInvitation', again)).codes).toEqual([]);
    expect(await linkOf(actorId)).toMatchObject({ kind: 'INVITATION', sendTo: 'newt@example.org' });
    expect((await run(MANAGER, 'renewInvitation', { ...again, sendTo: '' })).codes).toEqual([
      'ADDRESS_INVALID sendTo',
    ]);
    const there = await arrived();
    expect((await run(MANAGER, 'renewInvitation', { ...again, actorId: there })).codes).toEqual([
      'ACTOR_ACTIVE actorId',
    ]);
  });

  test.each([
    ['without a name', { name: '  ' }, ['NAME_INVALID name']],
    ['with a name that is a book', { name: 'x'.repeat(201) }, ['NAME_INVALID name']],
    ['without an address', { sendTo: null }, ['ADDRESS_INVALID sendTo']],
    ['with an id of its own choice', { actorId: 'borealis-manager' }, ['ACTOR_ID_NOT_CHOSEN actorId']],
    ['as a manager', { kind: 'MANAGER' }, ['BAD_USER_INPUT']],
    ['as staff', { kind: 'STAFF' }, ['BAD_USER_INPUT']],
  ])('SSM-A-06 not %s', async (_, over, codes) => {
    const before = await people(MANAGER);
    expect((await run(MANAGER, 'inviteActor', { ...NEW, ...over })).codes).toEqual(codes);
    expect(await people(MANAGER)).toEqual(before);
  });

  test.each(['acme-config', 'acme-user', 'customer-care', 'partner', 'analytics', 'prepaid-customer'])(
    'SSM-A-01 not by %s',
    async (as) => {
      for (const name of ['inviteActor', 'deactivateActor'] as const) {
        const input = name === 'inviteActor' ? NEW : { actorId: 'acme-check' };
        expect((await run(as, name, input)).codes).toEqual(['FORBIDDEN']);
      }
      expect(await people(as)).toMatchObject({ nodes: [], codes: ['FORBIDDEN'] });
      expect(await mayI(world.ask, 'acme-check', 'SELF_VIEW')).toMatchObject({ allowed: true });
    },
  );

  test('SSM-A-06 nothing personal of it is in the audit log', async () => {
    const actorId = await newcomer({ name: 'Quillon Redactable', sendTo: 'quillon@example.com' });
    const { store } = ownOf(world.main);
    const entries = JSON.stringify(await store.db.select().from(store.tables.auditEntry));
    expect(entries).toContain(`"action":"inviteActor","objectId":"${actorId}"`);
    expect(entries).not.toMatch(/quillon/i);
    expect(JSON.stringify(await store.db.select().from(store.tables.actor))).not.toContain('quillon@');
  });
});

describe('SSM-A-01 somebody who leaves', () => {
  test('SSM-A-01 deactivated: its session, its grants and what it enabled end at once, and come back with it', async () => {
    const actorId = await arrived();
    const token = (await tokenOf(actorId)) ?? '';
    await grant(actorId);
    const line = await newcomer({ kind: 'SSM_USER' });
    const use = { actorId: line, functions: ['USAGE_VIEW'], serviceIds: [LINE_01] };
    await granted(world.ask, actorId, use, 'enableUse');
    expect(await usage(world.ask, line, LINE_01)).toBe('DATA');
    expect(await run(MANAGER, 'deactivateActor', { actorId })).toMatchObject({
      actor: { state: 'INACTIVE' },
    });
    expect((await send(url, ME, { token })).code).toBe('UNAUTHENTICATED');
    expect(await tokenOf(actorId)).toBeUndefined();
    expect(await usage(world.ask, actorId, LINE_01)).toBe('UNAUTHENTICATED');
    expect(await usage(world.ask, line, LINE_01)).toBe('FORBIDDEN');
    expect((await run(MANAGER, 'deactivateActor', { actorId })).codes).toEqual(['ACTOR_INACTIVE actorId']);
    links.length = 0;
    await mutate(url, 'requestPasswordReset', { input: { actorId } });
    expect(await run(MANAGER, 'reactivateActor', { actorId })).toMatchObject({ actor: { state: 'ACTIVE' } });
    expect(links, 'no link goes to who is deactivated').toEqual([]);
    expect((await send(url, ME, { token })).code, 'the old session stays over').toBe('UNAUTHENTICATED');
    expect(await tokenOf(actorId)).toBeDefined();
    expect(await usage(world.ask, line, LINE_01)).toBe('DATA');
    expect((await run(MANAGER, 'reactivateActor', { actorId })).codes).toEqual(['ACTOR_ACTIVE actorId']);
  });

  test('SSM-A-05 authority that it gave counts for nothing while it is deactivated', async () => {
    const [giver, receiver] = [await arrived(), await arrived()];
    const give = (as: string, actorId: string) =>
      world.ask(`mutation { giveAuthority(input: { actorId: "${actorId}" }) { userErrors { code } } }`, {
        as,
      });
    await give(MANAGER, giver);
    await give(giver, receiver);
    const acts = async () => (await people(receiver)).codes;
    expect(await acts()).toEqual([]);
    await run(MANAGER, 'deactivateActor', { actorId: giver });
    expect(await acts()).toEqual(['FORBIDDEN']);
    await run(MANAGER, 'reactivateActor', { actorId: giver });
    expect(await acts()).toEqual([]);
  });

  test.each([
    ['itself', MANAGER, ['TO_ONESELF actorId']],
    ['another manager', 'second', ['NOT_YOURS actorId']],
    ["another customer's", 'borealis-manager', ['ACTOR_UNKNOWN actorId']],
    ['staff', 'customer-care', ['ACTOR_UNKNOWN actorId']],
    ['nobody', 'nobody-at-all', ['ACTOR_UNKNOWN actorId']],
  ])('SSM-A-01 a manager deactivates not %s', async (_, actorId, codes) => {
    for (const name of ['deactivateActor', 'reactivateActor', 'removeActorDynamicPassword'] as const)
      expect((await run(MANAGER, name, { actorId })).codes).toEqual(codes);
  });

  test('SSM-A-07 who has lost device and recovery codes is let in by its manager, with its password', async () => {
    const actorId = await arrived();
    const token = (await tokenOf(actorId)) ?? '';
    const { uri } = await mutate(url, 'enrolDynamicPassword', { token, input: { password: GOOD } });
    const code = deviceOf(uri ?? '')(world.clock.now());
    await mutate(url, 'confirmDynamicPassword', { token, input: { code } });
    expect(await tokenOf(actorId)).toBeUndefined();
    expect((await run(MANAGER, 'removeActorDynamicPassword', { actorId })).codes).toEqual([]);
    expect((await send(url, ME, { token })).code).toBe('UNAUTHENTICATED');
    expect(await tokenOf(actorId)).toBeDefined();
    expect((await run(MANAGER, 'removeActorDynamicPassword', { actorId })).codes).toEqual([
      'NO_DYNAMIC_PASSWORD actorId',
    ]);
  });
});

test('SSM-A-01 the list pages and filters, and has nobody of another customer', async () => {
  const whole = (await people(MANAGER)).nodes;
  const first = await people(MANAGER, '(first: 2)');
  const rest = await people(MANAGER, `(first: 100, after: "${first.end}")`);
  expect([...first.nodes, ...rest.nodes]).toEqual(whole);
  expect(whole.map(({ actorId }) => actorId)).toContain('acme-config');
  expect((await people('borealis-manager')).nodes.map(({ actorId }) => actorId)).toEqual([
    'borealis-manager',
  ]);
  const invited = await people(MANAGER, '(first: 100, filter: { states: [INVITED], kinds: [SSM_USER] })');
  expect(invited.nodes).toEqual(
    whole.filter(({ state, kind }) => state === 'INVITED' && kind === 'SSM_USER'),
  );
  expect((await people(MANAGER, '(filter: { states: [] })')).nodes).toEqual([]);
  expect((await people(MANAGER, '(after: "bm9uZQ")')).codes).toEqual(['BAD_USER_INPUT']);
});

test('SSM-A-06 an actor of a customer without its customer has no profile, and so no function', async () => {
  const { store } = ownOf(world.main);
  await store.db.insert(store.tables.actor).values({ actorId: 'lost', kind: 'MANAGER' });
  expect(await usage(world.ask, 'lost', LINE_01)).toBe('UNAUTHENTICATED');
  expect(await usage(world.ask, 'not-even-a-row', LINE_01)).toBe('UNAUTHENTICATED');
});

test('what a user has changed survives another start of the demonstration', async () => {
  expect((await run(MANAGER, 'deactivateActor', { actorId: 'acme-check' })).codes).toEqual([]);
  const { data } = await world.ask('{ authorizations(filter: { actorId: "acme-user" }) { nodes { id } } }', {
    as: MANAGER,
  });
  const [seeded] = (data as { authorizations: { nodes: { id: string }[] } }).authorizations.nodes;
  await granted(world.ask, MANAGER, { id: seeded?.id }, 'revokeAuthorization');
  expect(await usage(world.ask, 'acme-user', LINE_01)).toBe('FORBIDDEN');
  // on a server the second start finds the tables of the first
  await world.another();
  expect(await usage(world.ask, 'acme-user', LINE_01)).toBe('FORBIDDEN');
  expect(await mayI(world.ask, MANAGER, 'BILL_VIEW')).toMatchObject({ allowed: true });
  expect((await people(MANAGER)).nodes.find((each) => each.actorId === 'acme-check')).toMatchObject({
    state: 'INACTIVE',
  });
});
