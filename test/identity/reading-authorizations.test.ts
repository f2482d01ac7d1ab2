// SSM-A-01 SSM-A-08: who reads which authorizations, what mayI answers, and the contract that bounds all of it.
import { describe, expect, test, vi } from 'vitest';
import { BOREALIS, change, granted, LINE_01, LINE_02, mayI, service, usage } from './asking.ts';
import { authorizationWorld, MANAGER, on } from './authorization-world.ts';

const current = authorizationWorld();

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
    ((await current().ask(QUERY, { as, variables: { first: 200, ...variables } })).data as Page)
      .authorizations; // by the schema

  test('SSM-A-08 one sees its own and those that it gave; a manager all of its customer, and no other', async () => {
    const { ask, user, line, grant } = current();
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
    expect((await current().ask(QUERY, { as: 'partner' })).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  });

  test('pages and filters', async () => {
    const { ask, user, grant } = current();
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
    const { ask, user, grant } = current();
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
    const { ask, user, grant } = current();
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    const answers = await Promise.all(
      [LINE_02, BOREALIS, service('none')].map((id) => mayI(ask, user, 'USAGE_VIEW', id)),
    );
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]).toMatchObject({ allowed: false, code: 'NO_SUCH_SERVICE' });
    await grant({ functions: ['SERVICE_VIEW'], scope: on(LINE_02) });
    expect(await mayI(ask, user, 'USAGE_VIEW', LINE_02)).toMatchObject({ code: 'OUT_OF_SCOPE' });
  });

  test('says by what, or why not and who could mend it', async () => {
    const { ask, user, line, grant } = current();
    const why = async (fn: string, id?: string, as = user) => (await mayI(ask, as, fn, id)).reason;
    expect(await why('SELF_VIEW')).toBe('You may: it takes no authorization from you.');
    expect(await why('USAGE_VIEW')).toBe('Nobody has granted you this. A manager could grant it.');
    expect(await why('USAGE_VIEW', undefined, line)).toBe(
      'Nobody has granted you this. A manager could grant it, or an authorized user who may do it.',
    );
    expect(await why('AUDIT_VIEW')).toMatch(/A manager could give you authority to act as one\.$/);
    expect(await why('AUDIT_VIEW', undefined, line)).toBe("This is for your customer's managers alone.");
    expect(await mayI(ask, user, 'SECURITY_ALARM_VIEW')).toEqual({
      allowed: false,
      code: 'NOT_FOR_KIND',
      reason: "This is for the provider's staff alone.",
    });
    const validFor = { end: '2027-01-01T00:00:00.000Z' };
    const { id } = await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01), validFor });
    const may = `You may, by authorization ${id}, on the services that it names, until ${validFor.end}.`;
    expect([await why('USAGE_VIEW'), await why('USAGE_VIEW', LINE_01)]).toEqual([may, may]);
    await granted(ask, MANAGER, { id }, 'suspendAuthorization');
    expect(await why('USAGE_VIEW')).toBe(
      'Your authorization for this is suspended. A manager could resume it.',
    );
    await granted(ask, MANAGER, { id }, 'revokeAuthorization');
    expect(await why('USAGE_VIEW')).toMatch(/^This was granted to you, and taken back at 20\S+Z\. A manager/);
    expect(await why('USAGE_VIEW', LINE_01)).toBe(await why('USAGE_VIEW', service('none')));
  });

  test('agrees with the graph, for everybody on every line', async () => {
    const { ask } = current();
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
    const base = current().world.simulator.apis.find(({ api }) => api === 'TMF651')?.baseUrl;
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
    const { ask, user, grant } = current();
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
      reason: "Your customer's contract does not allow this to anybody; the provider could add it there.",
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

  test('SSM-A-01 without granting in it, nothing that was suspended is brought back, and everything can be taken back', async () => {
    const { ask, user, grant } = current();
    const before = (await (await fetch(agreement())).json()) as Row; // TM Forum's form, which mocks/ proves
    const { id } = await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    await granted(ask, MANAGER, { id }, 'suspendAuthorization');
    const without = before.characteristic.map((each) =>
      each.name === 'ssmFunctions' && Array.isArray(each.value)
        ? { ...each, value: each.value.filter((name) => name !== 'AUTHORIZATION_GRANT') }
        : each,
    );
    await put({ characteristic: without });
    await vi.waitFor(async () =>
      expect(await mayI(ask, MANAGER, 'AUTHORIZATION_GRANT')).toMatchObject({ allowed: false }),
    );
    expect((await change(ask, MANAGER, 'resumeAuthorization', { id })).faults).toEqual([
      'FUNCTION_NOT_IN_CONTRACT',
    ]);
    expect(await usage(ask, user, LINE_01)).toBe('FORBIDDEN');
    expect((await change(ask, MANAGER, 'revokeAuthorization', { id })).faults).toEqual([]);
    await put({ characteristic: before.characteristic });
    await vi.waitFor(async () =>
      expect(await mayI(ask, MANAGER, 'AUTHORIZATION_GRANT')).toMatchObject({ allowed: true }),
    );
  });

  test('SSM-A-01 an agreement that is no longer in force allows nothing', async () => {
    const { ask } = current();
    await put({ status: 'terminated' });
    await vi.waitFor(async () => expect(await usage(ask, MANAGER, LINE_01)).toBe('FORBIDDEN'));
    await put({ status: 'active' });
    await vi.waitFor(async () => expect(await usage(ask, MANAGER, LINE_01)).toBe('DATA'));
  });
});
