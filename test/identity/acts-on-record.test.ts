// SSM-A-09: what changes something is done with its entry in the audit log, or not at all; every mutation of identity.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DEMO_PASSWORD } from '../../gateway/demo.ts';
import type { DemoActor } from '../../mocks/actors.ts';
import type { Sender } from '../../schema/ports.ts';
import { verifyChain } from '../../subgraphs/store/audit-chain.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { granted, LINE_01 } from './asking.ts';
import { deviceOf, mutate, ownOf, send, signedIn } from './sign-in-world.ts';
import { storedRows, withoutRecord } from './stored-rows.ts';

const MANAGER = 'acme-manager';
const password = DEMO_PASSWORD;
const newPassword = 'an umbrella for the harbour';
const links: Parameters<Sender['send']>[0][] = [];
const numbered = (name: string, kind: DemoActor['kind']): DemoActor[] =>
  Array.from({ length: 30 }, (_, index) => ({
    actorId: `${name}-${index}`,
    kind,
    displayName: name,
    customer: 'cust-acme',
    grants: [],
  }));

let world: World;
let url = '';
beforeAll(async () => {
  world = await startWorld({
    actors: [...numbered('user', 'AUTHORIZED_USER'), ...numbered('line', 'SSM_USER')],
    surroundings: { sender: { send: async (link) => void links.push(link) } },
  });
  url = world.main.url;
});
afterAll(() => world.stop());

interface Act {
  /** Whose token; nobody's without it. */
  readonly token?: string;
  /** The arguments, as GraphQL text. */
  readonly args: string;
  /** The entry that it writes; its own name without it. */
  readonly action?: string;
}

interface People {
  readonly user: string;
  readonly line: string;
}

const input = (fields: object) =>
  `(input: { ${Object.entries(fields)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? JSON.stringify(value) : literal(value)}`)
    .join(', ')} })`;
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, each]) => `${name}: ${name === 'kind' ? each : literal(each)}`,
  );
  return `{ ${fields.join(', ')} }`;
}

const scope = { kind: 'SERVICES', ids: [LINE_01] };
const grant = ({ user }: People) =>
  granted(world.ask, MANAGER, { actorId: user, functions: ['USAGE_VIEW'], scope });
const manager = async () => ({ token: await world.token(MANAGER) });
const onGrant = (more: (grant: { id: string; version: number }) => object) => async (people: People) => {
  const made = await grant(people);
  return { ...(await manager()), args: input({ id: made.id, ...more(made) }) };
};
const session = async ({ user }: People) => {
  const tokens = await withPassword(user);
  return { token: tokens.accessToken, refreshToken: tokens.refreshToken };
};
/** The demonstration's password is theirs too. */
const withPassword = (actorId: string) => signedIn(url, actorId);

async function enrolling(people: People) {
  const { token } = await session(people);
  const { uri } = await mutate(url, 'enrolDynamicPassword', { token, input: { password } });
  return { token, device: deviceOf(uri ?? '') };
}
async function enrolled(people: People) {
  const { token, device } = await enrolling(people);
  await mutate(url, 'confirmDynamicPassword', { token, input: { code: device(world.clock.now()) } });
  world.clock.advance(60_000);
  return { ...(await challenged(people)), token, device };
}
const challenged = async ({ user: actorId }: People) => {
  const { challenge } = await mutate(url, 'signIn', { input: { actorId, password } });
  return { challengeId: challenge?.id ?? '' };
};
async function linkOf(actorId: string): Promise<string> {
  links.length = 0;
  await mutate(url, 'requestPasswordReset', { input: { actorId } });
  await vi.waitFor(() => expect(links).toHaveLength(1));
  return links[0]?.token ?? '';
}

/** How each mutation is made to change something. One that is added joins with a line here, or this test says so. */
const ACTS: Readonly<Record<string, (people: People) => Promise<Act>>> = {
  grantAuthorization: async ({ user }) => ({
    ...(await manager()),
    args: input({ actorId: user, functions: ['USAGE_VIEW'], scope }),
  }),
  changeAuthorization: onGrant(({ version }) => ({ version, functions: ['BILL_VIEW'], scope })),
  suspendAuthorization: onGrant(() => ({})),
  resumeAuthorization: async (people) => {
    const { id } = await grant(people);
    await granted(world.ask, MANAGER, { id }, 'suspendAuthorization');
    return { ...(await manager()), args: input({ id }) };
  },
  revokeAuthorization: onGrant(() => ({})),
  enableUse: async (people) => {
    await grant(people);
    const args = input({ actorId: people.line, functions: ['USAGE_VIEW'], serviceIds: [LINE_01] });
    return { token: await world.token(people.user), args };
  },
  giveAuthority: async ({ user }) => ({ ...(await manager()), args: input({ actorId: user }) }),
  withdrawAuthority: async ({ user }) => {
    const { data } = await world.ask(
      `mutation { giveAuthority${input({ actorId: user })} { authority { id } } }`,
      { as: MANAGER },
    );
    const { id } = (data as { giveAuthority: { authority: { id: string } } }).giveAuthority.authority;
    return { ...(await manager()), args: input({ id }) };
  },
  inviteActor: async () => ({
    ...(await manager()),
    // an enum among the values: as GraphQL writes it
    args: '(input: { kind: SSM_USER, name: "Newt", sendTo: "newt@example.com" })',
  }),
  renewInvitation: async () => {
    const { data } = await world.ask(
      'mutation { inviteActor(input: { kind: SSM_USER, name: "N", sendTo: "n@example.com" }) { actor { actorId } } }',
      { as: MANAGER },
    );
    const { actorId } = (data as { inviteActor: { actor: { actorId: string } } }).inviteActor.actor;
    return { ...(await manager()), args: input({ actorId, sendTo: 'n@example.com' }) };
  },
  deactivateActor: async ({ user }) => ({ ...(await manager()), args: input({ actorId: user }) }),
  reactivateActor: async ({ user }) => {
    const args = input({ actorId: user });
    await world.ask(`mutation { deactivateActor${args} { userErrors { code } } }`, { as: MANAGER });
    return { ...(await manager()), args };
  },
  removeActorDynamicPassword: async (people) => {
    await enrolled(people);
    return { ...(await manager()), args: input({ actorId: people.user }) };
  },
  erasePersonalData: async ({ user }) => ({ ...(await manager()), args: input({ actorId: user }) }),
  signIn: async ({ user }) => ({ args: input({ actorId: user, password }) }),
  answerChallenge: async (people) => {
    const { challengeId, device } = await enrolled(people);
    return { args: input({ challengeId, code: device(world.clock.now()) }), action: 'signIn' };
  },
  refresh: async (people) => ({ args: input({ refreshToken: (await session(people)).refreshToken }) }),
  signOut: async (people) => ({ token: (await session(people)).token, args: '' }),
  signOutEverywhere: async (people) => ({ token: (await session(people)).token, args: '' }),
  changePassword: async (people) => ({
    token: (await session(people)).token,
    args: input({ password, newPassword }),
  }),
  requestPasswordReset: async ({ user }) => ({ args: input({ actorId: user }) }),
  resetPassword: async ({ user }) => ({ args: input({ token: await linkOf(user), newPassword }) }),
  enrolDynamicPassword: async (people) => ({
    token: (await session(people)).token,
    args: input({ password }),
  }),
  confirmDynamicPassword: async (people) => {
    const { token, device } = await enrolling(people);
    return { token, args: input({ code: device(world.clock.now()) }) };
  },
  removeDynamicPassword: async (people) => {
    const { token, device } = await enrolled(people);
    return { token, args: input({ password, code: device(world.clock.now()) }) };
  },
};
/** It tells, and changes nothing. */
const NO_ACT = ['exportPersonalData'];

describe('SSM-A-09 an act and its entry', () => {
  test('every mutation of identity is among them', () => {
    const { subgraphs } = world.main.running.contract;
    const fields = [...(subgraphs.get('identity')?.fields.get('Mutation')?.keys() ?? [])];
    expect(fields.sort()).toEqual([...Object.keys(ACTS), ...NO_ACT].sort());
  });

  test.each(Object.keys(ACTS).map((name, index) => [name, index] as const))(
    '%s: without its entry nothing is changed, with it both are there',
    async (name, index) => {
      const own = ownOf(world.main);
      const people = { user: `user-${index}`, line: `line-${index}` };
      const { args, token, action = name } = (await ACTS[name]?.(people)) ?? expect.unreachable();
      const run = () =>
        send(
          url,
          `mutation { ${name}${args} { userErrors { code } } }`,
          token === undefined ? {} : { token },
        );
      await own.audit.flush();
      const rows = () => storedRows(own, world.namespace);
      const before = await rows();
      await withoutRecord(own, async () => {
        expect((await run()).code, 'it is not answered as done').toBe('INTERNAL_SERVER_ERROR');
        expect(await rows()).toEqual(before);
      });
      const { seq } = (await verifyChain(own.store)).head;
      expect(await run()).toMatchObject({ code: undefined, data: { [name]: { userErrors: [] } } });
      await vi.waitFor(async () => expect(await rows()).not.toEqual(before));
      const { auditEntry } = own.store.tables;
      const written = (await own.store.db.select().from(auditEntry)).filter((entry) => entry.seq > seq);
      expect(written.map((entry) => [entry.action, entry.outcome])).toContainEqual([action, 'DONE']);
      expect((await verifyChain(own.store)).faults).toEqual([]);
    },
  );
});
