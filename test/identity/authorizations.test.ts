// SSM-A-01 … A-06 live: a manager grants and takes back, an authorized user enables, a contract bounds all of it.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { encodeId } from '../../schema/id.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';
import {
  account,
  BOREALIS,
  change,
  granted,
  LINE_01,
  LINE_02,
  mayI,
  type ShownAuthorization,
  service,
  site,
  usage,
} from './asking.ts';

const person = (actorId: string, kind: DemoActor['kind'], customer = 'cust-acme'): DemoActor => ({
  actorId,
  kind,
  displayName: `Somebody called ${actorId}`,
  customer,
  grants: kind === 'MANAGER' ? [{ functions: 'CONTRACT', scope: { kind: 'CUSTOMER' } }] : [],
});

const NOW_MS = clockAt().now();
const inHours = (hours: number): string => new Date(NOW_MS + hours * 3_600_000).toISOString();

let world: World;
let ask: World['ask'];
let fresh = 0;
/** An actor of Acme that nobody has granted anything yet. */
let user: string;
let line: string;

const PEOPLE = Array.from({ length: 40 }, (_, index) => index);
beforeAll(async () => {
  world = await startWorld({
    actors: [
      person('acme-second', 'MANAGER'),
      person('borealis-user', 'AUTHORIZED_USER', 'cust-borealis'),
      ...PEOPLE.flatMap((index) => [
        person(`user-${index}`, 'AUTHORIZED_USER'),
        person(`line-${index}`, 'SSM_USER'),
      ]),
    ],
  });
  ask = world.ask;
});
afterAll(() => world.stop());
beforeEach(() => {
  fresh += 1;
  user = `user-${fresh}`;
  line = `line-${fresh}`;
});

const MANAGER = 'acme-manager';
const on = (...ids: string[]) => ({ kind: 'SERVICES', ids });
const grant = (input: object): Promise<ShownAuthorization> =>
  granted(ask, MANAGER, { actorId: user, ...input });

describe('SSM-A-02 a manager grants, changes and takes back', () => {
  test('SSM-A-02 named functions on a named service, and nothing else', async () => {
    expect(await usage(ask, user, LINE_01)).toBe('FORBIDDEN');
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    expect(await usage(ask, user, LINE_01)).toBe('DATA');
    expect(await usage(ask, user, LINE_02)).toBe('NULL');
    expect(await mayI(ask, user, 'BILL_VIEW')).toMatchObject({ allowed: false, code: 'NOT_GRANTED' });
  });

  test('SSM-A-02 on a site, on an account, on all that the customer has', async () => {
    const internet = service('svc-acme-bb-1');
    await grant({ functions: ['SERVICE_VIEW'], scope: { kind: 'SITES', ids: [site('site-acme-hq')] } });
    expect(await mayI(ask, user, 'SERVICE_VIEW', internet)).toMatchObject({ allowed: true });
    await grant({ functions: ['BILL_VIEW'], scope: { kind: 'ACCOUNTS', ids: [account('acc-acme-fixed')] } });
    const query = 'query($id: ID!) { bill(id: $id) { id } }';
    const bill = async (of: string) => {
      const id = encodeId('home', 'CustomerBill', `bill-acc-acme-${of}-2026-10`);
      return (await ask(query, { as: user, variables: { id } })).data;
    };
    expect([await bill('fixed'), await bill('mobile')]).toEqual([
      { bill: { id: expect.any(String) } },
      { bill: null },
    ]);
    await grant({ functions: ['USAGE_VIEW'], scope: { kind: 'CUSTOMER' } });
    expect(await usage(ask, user, LINE_02)).toBe('DATA');
  });

  test('SSM-A-02 for a period and in hours of the day, told by mayI in words', async () => {
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01), validFor: { start: inHours(2) } });
    expect(await mayI(ask, user, 'USAGE_VIEW')).toEqual({
      allowed: false,
      code: 'PENDING',
      reason: `You may from ${inHours(2)} on.`,
    });
    // it is 10:00 in UTC and 11:00 in Oslo
    const daily = { from: '08:00', until: '11:00', zone: 'Europe/Oslo' };
    await grant({ functions: ['SERVICE_VIEW'], scope: on(LINE_01), daily });
    expect(await mayI(ask, user, 'SERVICE_VIEW')).toEqual({
      allowed: false,
      code: 'OUTSIDE_HOURS',
      reason: 'You may from 08:00 to 11:00 (Europe/Oslo) only.',
    });
    await grant({ functions: ['SERVICE_VIEW'], scope: on(LINE_01), daily: { ...daily, until: '11:01' } });
    expect(await mayI(ask, user, 'SERVICE_VIEW')).toMatchObject({ allowed: true });
  });

  test('SSM-A-02 an amount limit is kept and shown', async () => {
    const limit = { amount: '150.50', currency: 'EUR', per: 'MONTH' };
    expect(await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01), limit })).toMatchObject({ limit });
  });

  test('SSM-A-02 changed, suspended, resumed and revoked: each holds from the next request on', async () => {
    const first = await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    expect(await usage(ask, user, LINE_01)).toBe('DATA');
    const said = { functions: ['USAGE_VIEW'], scope: on(LINE_02) };
    const changed = await granted(
      ask,
      'acme-second',
      { id: first.id, version: 1, ...said },
      'changeAuthorization',
    );
    expect(changed).toMatchObject({ version: 2, scopeIds: [LINE_02] });
    expect([await usage(ask, user, LINE_01), await usage(ask, user, LINE_02)]).toEqual(['NULL', 'DATA']);

    await granted(ask, MANAGER, { id: first.id }, 'suspendAuthorization');
    expect(await usage(ask, user, LINE_02)).toBe('FORBIDDEN');
    expect(await mayI(ask, user, 'USAGE_VIEW')).toMatchObject({ code: 'SUSPENDED' });
    await granted(ask, MANAGER, { id: first.id }, 'resumeAuthorization');
    expect(await usage(ask, user, LINE_02)).toBe('DATA');
    const revoked = await granted(ask, MANAGER, { id: first.id }, 'revokeAuthorization');
    expect(revoked).toMatchObject({ state: 'ENDED', version: 5 });
    expect(await usage(ask, user, LINE_02)).toBe('FORBIDDEN');
    const again = await change(ask, MANAGER, 'resumeAuthorization', { id: first.id });
    expect(again.faults).toEqual(['AUTHORIZATION_ENDED id']);
  });

  test('SSM-A-02 a change keeps the beginning that was', async () => {
    const first = await grant({
      functions: ['USAGE_VIEW'],
      scope: on(LINE_01),
      validFor: { start: inHours(0) },
    });
    world.clock.advance(2 * 3_600_000);
    const input = { id: first.id, version: 1, functions: ['USAGE_VIEW'], scope: on(LINE_01) };
    const same = { ...input, validFor: { start: first.validFor.start } };
    const changed = await change(ask, MANAGER, 'changeAuthorization', same);
    world.clock.advance(-2 * 3_600_000);
    expect(changed).toMatchObject({ faults: [], authorization: { validFor: first.validFor } });
  });
});

describe('SSM-A-03 SSM-A-04 an authorized user enables use, and passes nothing on', () => {
  const enable = (as: string, input: object) => change(ask, as, 'enableUse', { actorId: line, ...input });

  test('SSM-A-04 on services in its own scope, until its own authorization ends', async () => {
    const own = await grant({
      functions: ['USAGE_VIEW', 'SERVICE_VIEW'],
      scope: on(LINE_01),
      validFor: { end: inHours(48) },
    });
    const { authorization } = await enable(user, { functions: ['USAGE_VIEW'], serviceIds: [LINE_01] });
    expect(authorization).toMatchObject({
      actorId: line,
      grantorId: user,
      enabledUnder: own.id,
      validFor: { end: inHours(48) },
    });
    expect(await usage(ask, line, LINE_01)).toBe('DATA');
    await granted(ask, MANAGER, { id: own.id }, 'suspendAuthorization');
    expect(await usage(ask, line, LINE_01)).toBe('FORBIDDEN');
    await granted(ask, MANAGER, { id: own.id }, 'resumeAuthorization');
    expect(await usage(ask, line, LINE_01)).toBe('DATA');
    const less = { id: own.id, version: 3, functions: ['SERVICE_VIEW'], scope: on(LINE_01) };
    await granted(ask, MANAGER, less, 'changeAuthorization');
    expect(await usage(ask, line, LINE_01)).toBe('FORBIDDEN');
    await granted(ask, MANAGER, { id: own.id }, 'revokeAuthorization');
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    expect(await usage(ask, line, LINE_01), 'another grant brings nothing back').toBe('FORBIDDEN');
  });

  test.each([
    [
      'a function that it lacks',
      { functions: ['BILL_VIEW'], serviceIds: [LINE_01] },
      'FUNCTION_NOT_HELD functions',
    ],
    [
      'a service beyond it',
      { functions: ['USAGE_VIEW'], serviceIds: [LINE_01, LINE_02] },
      'SCOPE_NOT_HELD scope',
    ],
    [
      "another customer's service",
      { functions: ['USAGE_VIEW'], serviceIds: [LINE_01, BOREALIS] },
      'SCOPE_NOT_HELD scope',
    ],
    ['no such service', { functions: ['USAGE_VIEW'], serviceIds: [service('none')] }, 'SCOPE_NOT_HELD scope'],
    ['no service', { functions: ['USAGE_VIEW'], serviceIds: [] }, 'SCOPE_EMPTY scope'],
    [
      'a change function',
      { functions: ['AUTHORIZATION_ENABLE'], serviceIds: [LINE_01] },
      'CHANGE_FOR_SSM_USER functions',
    ],
  ])('SSM-A-03 not %s', async (_, input, fault) => {
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    expect((await enable(user, input)).faults).toEqual([fault]);
    expect(await usage(ask, line, LINE_01)).toBe('FORBIDDEN');
  });

  test('SSM-A-03 not for another authorized user, and it grants nothing at all', async () => {
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    const use = { functions: ['USAGE_VIEW'], serviceIds: [LINE_01] };
    const { faults } = await change(ask, user, 'enableUse', { actorId: 'acme-config', ...use });
    expect(faults).toEqual(['ONLY_FOR_SSM_USERS actorId']);
    const passing = { actorId: line, functions: ['USAGE_VIEW'], scope: on(LINE_01) };
    expect((await change(ask, user, 'grantAuthorization', passing)).faults).toEqual(['FORBIDDEN']);
  });

  test('SSM-A-04 it takes back what it enabled, not what a manager gave; what a manager suspended stays so', async () => {
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    const { authorization } = await enable(user, { functions: ['USAGE_VIEW'], serviceIds: [LINE_01] });
    const id = authorization?.id ?? '';
    const byManager = await granted(ask, MANAGER, {
      actorId: line,
      functions: ['USAGE_VIEW'],
      scope: on(LINE_02),
    });
    const touch = async (
      name: 'suspendAuthorization' | 'resumeAuthorization' | 'revokeAuthorization',
      what = id,
    ) => (await change(ask, user, name, { id: what })).faults;
    expect(await touch('revokeAuthorization', byManager.id)).toEqual(['AUTHORIZATION_UNKNOWN id']);
    expect(await touch('suspendAuthorization')).toEqual([]);
    expect(await touch('resumeAuthorization')).toEqual([]);
    await granted(ask, MANAGER, { id }, 'suspendAuthorization');
    expect(await touch('resumeAuthorization')).toEqual(['NOT_YOURS id']);
    expect(await touch('revokeAuthorization')).toEqual([]);
  });

  test('SSM-A-04 an SSM user changes nothing, whatever it was granted', async () => {
    await granted(ask, MANAGER, { actorId: line, functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    expect(await usage(ask, line, LINE_01)).toBe('DATA');
    for (const name of ['grantAuthorization', 'enableUse'] as const) {
      const input = { actorId: 'acme-user', functions: ['USAGE_VIEW'] };
      const where = name === 'enableUse' ? { serviceIds: [LINE_01] } : { scope: on(LINE_01) };
      expect((await change(ask, line, name, { ...input, ...where })).faults).toEqual(['FORBIDDEN']);
    }
    expect(await mayI(ask, line, 'AUTHORIZATION_GRANT')).toMatchObject({ code: 'NOT_FOR_KIND' });
  });
});

describe('reading authorizations', () => {
  const QUERY = `query($filter: AuthorizationFilter, $first: Int, $after: String) {
    authorizations(filter: $filter, first: $first, after: $after) { nodes { id actorId } pageInfo { hasNextPage endCursor } }
  }`;
  type Page = {
    authorizations: {
      nodes: { id: string; actorId: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  };
  const read = async (as: string, variables: object = {}) =>
    ((await ask(QUERY, { as, variables: { first: 200, ...variables } })).data as Page).authorizations; // by the schema

  test('SSM-A-08 one sees its own and those that it gave; a manager all of its customer, and no other', async () => {
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    await change(ask, user, 'enableUse', { actorId: line, functions: ['USAGE_VIEW'], serviceIds: [LINE_01] });
    expect((await read(user)).nodes.map(({ actorId }) => actorId)).toEqual([line, user]);
    expect((await read(line)).nodes.map(({ actorId }) => actorId)).toEqual([line]);
    const all = (await read(MANAGER)).nodes.map(({ actorId }) => actorId);
    expect(all).toContain('acme-config');
    expect(all).not.toContain('borealis-manager');
    expect((await read('borealis-manager')).nodes.map(({ actorId }) => actorId)).toEqual([
      'borealis-manager',
    ]);
    expect((await read('customer-care')).nodes.map(({ actorId }) => actorId)).toContain('family-manager');
    expect((await ask(QUERY, { as: 'partner' })).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  });

  test('pages and filters', async () => {
    for (const fn of ['USAGE_VIEW', 'BILL_VIEW', 'SERVICE_VIEW'])
      await grant({ functions: [fn], scope: on(LINE_01) });
    const filter = { actorId: user };
    const whole = await read(MANAGER, { filter });
    const one = await read(MANAGER, { filter, first: 2 });
    const two = await read(MANAGER, { filter, first: 2, after: one.pageInfo.endCursor });
    expect([...one.nodes, ...two.nodes]).toEqual(whole.nodes);
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
    expect((await read(MANAGER, { filter: { ...filter, function: 'BILL_VIEW' } })).nodes).toHaveLength(1);
    await granted(ask, MANAGER, { id: whole.nodes[0]?.id }, 'suspendAuthorization');
    expect((await read(MANAGER, { filter: { ...filter, states: ['SUSPENDED'] } })).nodes).toEqual([
      whole.nodes[0],
    ]);
    expect((await read(MANAGER, { filter: { ...filter, states: ['ACTIVE'] } })).nodes).toHaveLength(2);
  });

  test("SSM-A-08 another customer's authorization and one that isn't there are the same, byte for byte", async () => {
    const { id } = await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    const none = Buffer.from('gateway:Authorization:999999').toString('base64url');
    const query = 'query($id: ID!) { authorization(id: $id) { id } }';
    const [other, absent] = [
      await ask(query, { as: 'borealis-manager', variables: { id } }),
      await ask(query, { as: 'borealis-manager', variables: { id: none } }),
    ];
    expect(other.text).toBe(absent.text);
    for (const name of ['revokeAuthorization', 'suspendAuthorization', 'resumeAuthorization'] as const)
      expect((await change(ask, 'borealis-manager', name, { id })).faults).toEqual([
        'AUTHORIZATION_UNKNOWN id',
      ]);
    expect(await usage(ask, user, LINE_01)).toBe('DATA');
  });
});

describe('SSM-A-08 mayI', () => {
  test('tells of no service that one may not know of', async () => {
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    const answers = await Promise.all(
      [LINE_02, BOREALIS, service('none')].map((id) => mayI(ask, user, 'USAGE_VIEW', id)),
    );
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]).toMatchObject({ allowed: false, code: 'NO_SUCH_SERVICE' });
    await grant({ functions: ['SERVICE_VIEW'], scope: on(LINE_02) });
    expect(await mayI(ask, user, 'USAGE_VIEW', LINE_02)).toMatchObject({ code: 'OUT_OF_SCOPE' });
  });

  test('agrees with the graph, for everybody on every line', async () => {
    for (const as of [
      'acme-manager',
      'acme-config',
      'acme-check',
      'acme-billing',
      'acme-user',
      'soc-operator',
    ]) {
      for (const id of [LINE_01, LINE_02, BOREALIS]) {
        const { allowed } = await mayI(ask, as, 'USAGE_VIEW', id);
        expect([as, id, allowed]).toEqual([as, id, (await usage(ask, as, id)) === 'DATA']);
      }
    }
  });
});

describe('SSM-A-01 the contract', () => {
  const agreement = () => {
    const base = world.simulator.apis.find(({ api }) => api === 'TMF651')?.baseUrl;
    return `${base}/agreement/agr-acme`;
  };
  type Row = { characteristic: { name: string; value: unknown }[]; status: string };
  const put = (body: object) =>
    fetch(agreement(), {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('SSM-A-01 what it stops naming, nobody of that customer may do: the manager included, at once', async () => {
    const before = (await (await fetch(agreement())).json()) as Row; // TM Forum's form, which mocks/ proves
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    const without = before.characteristic.map((each) =>
      each.name === 'ssmFunctions' && Array.isArray(each.value)
        ? { ...each, value: each.value.filter((name) => name !== 'USAGE_VIEW') }
        : each,
    );
    await put({ characteristic: without });
    await vi.waitFor(async () => expect(await usage(ask, MANAGER, LINE_01)).toBe('FORBIDDEN'));
    expect(await usage(ask, user, LINE_01)).toBe('FORBIDDEN');
    expect(await mayI(ask, user, 'USAGE_VIEW', LINE_01)).toMatchObject({ allowed: false });
    expect(await mayI(ask, MANAGER, 'USAGE_VIEW')).toEqual({
      allowed: false,
      code: 'NOT_IN_CONTRACT',
      reason: "Your customer's contract does not allow this.",
    });
    const lacking = { actorId: user, functions: ['USAGE_VIEW'], scope: on(LINE_01) };
    expect((await change(ask, MANAGER, 'grantAuthorization', lacking)).faults).toEqual([
      'FUNCTION_NOT_IN_CONTRACT functions',
    ]);
    await put({ characteristic: before.characteristic });
    await vi.waitFor(async () => expect(await usage(ask, user, LINE_01)).toBe('DATA'));
    expect(await usage(ask, MANAGER, LINE_01)).toBe('DATA');
    expect(await usage(ask, 'borealis-manager', BOREALIS), 'another contract').toBe('DATA');
  });

  test('SSM-A-01 an agreement that is no longer in force allows nothing', async () => {
    await put({ status: 'terminated' });
    await vi.waitFor(async () => expect(await usage(ask, MANAGER, LINE_01)).toBe('FORBIDDEN'));
    await put({ status: 'active' });
    await vi.waitFor(async () => expect(await usage(ask, MANAGER, LINE_01)).toBe('DATA'));
  });
});
