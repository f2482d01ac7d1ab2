// SSM-A-09 SSM-A-11: who reads the audit trail, what is in it, and a person's data exported and erased.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { change, customer, granted, LINE_01, usage } from './asking.ts';

const MANAGER = 'acme-manager';
const person = (actorId: string, kind: DemoActor['kind'] = 'AUTHORIZED_USER'): DemoActor => ({
  actorId,
  kind,
  displayName: `Person behind ${actorId}`,
  customer: 'cust-acme',
  grants: kind === 'MANAGER' ? [{ functions: 'CONTRACT', scope: { kind: 'CUSTOMER' } }] : [],
});

let world: World;
let ask: World['ask'];
beforeAll(async () => {
  world = await startWorld({
    actors: [
      person('second', 'MANAGER'),
      ...['leaver', 'stayer', 'asker', 'reader'].map((id) => person(id)),
      person('line', 'SSM_USER'),
    ],
  });
  ask = world.ask;
});
afterAll(() => world.stop());

const on = { kind: 'SERVICES', ids: [LINE_01] };

interface Entry {
  readonly number: number;
  readonly actorId: string;
  readonly customerId: string | null;
  readonly action: string;
  readonly objectId: string | null;
  readonly outcome: string;
  readonly detail: string | null;
  readonly originId: string | null;
}

const TRAIL = `query($filter: AuditFilter, $first: Int, $after: String) {
  auditTrail(filter: $filter, first: $first, after: $after) {
    nodes { number at actorId customerId action objectId outcome detail times originId requestId }
    pageInfo { hasNextPage endCursor }
  }
}`;
interface Page {
  readonly nodes: readonly Entry[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const trail = async (as: string, variables: object = {}): Promise<Page> => {
  const { data, errors } = await ask(TRAIL, { as, variables: { first: 200, ...variables } });
  expect(errors).toEqual([]);
  return (data as { auditTrail: Page }).auditTrail; // by the schema
};

describe('SSM-A-09 the audit trail', () => {
  test('SSM-A-09 has each change: who, for whom, what, on what, from where, with what outcome', async () => {
    const { id } = await granted(ask, MANAGER, { actorId: 'stayer', functions: ['USAGE_VIEW'], scope: on });
    await granted(ask, MANAGER, { id }, 'revokeAuthorization');
    const { nodes } = await trail(MANAGER, { filter: { actorId: MANAGER } });
    expect(nodes.slice(0, 2)).toMatchObject([
      { action: 'revokeAuthorization', objectId: id, outcome: 'DONE', detail: '{"actorId":"stayer"}' },
      {
        action: 'grantAuthorization',
        objectId: id,
        outcome: 'DONE',
        customerId: customer('cust-acme'),
        originId: expect.any(String),
      },
    ]);
    expect(JSON.parse(nodes[1]?.detail ?? '')).toEqual({
      actorId: 'stayer',
      functions: ['USAGE_VIEW'],
      scope: on,
    });
  });

  test('SSM-A-09 has refusals too, also of who may not even ask', async () => {
    await change(ask, 'line', 'grantAuthorization', {
      actorId: 'stayer',
      functions: ['USAGE_VIEW'],
      scope: on,
    });
    const { nodes } = await trail(MANAGER, { filter: { actorId: 'line' } });
    expect(nodes).toMatchObject([{ outcome: 'REFUSED', detail: 'FORBIDDEN', action: 'grantAuthorization' }]);
  });

  test("SSM-A-09 a manager reads its own customer's alone, whatever the filter says", async () => {
    await granted(ask, MANAGER, { actorId: 'stayer', functions: ['BILL_VIEW'], scope: on });
    const own = customer('cust-acme');
    const { nodes } = await trail(MANAGER);
    expect(new Set(nodes.map(({ customerId }) => customerId))).toEqual(new Set([own]));
    expect((await trail('borealis-manager', { filter: { customerId: own } })).nodes).toEqual([]);
    expect((await ask(TRAIL, { as: 'acme-config' })).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await ask(TRAIL, {})).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  });

  test('SSM-A-09 provider staff reads all of it, and that is in it', async () => {
    const filter = { customerId: customer('cust-acme') };
    expect((await trail('customer-care', { filter })).nodes.length).toBeGreaterThan(0);
    const { nodes } = await trail('customer-care', { filter: { actorId: 'customer-care' } });
    const reads = nodes.filter(({ action }) => action === 'auditTrail');
    expect(reads.length).toBeGreaterThan(1);
    expect(reads.at(-1)).toMatchObject({ outcome: 'DONE', detail: JSON.stringify(filter) });
  });

  test('SSM-A-09 pages, and filters by action, outcome and time', async () => {
    for (const fn of ['BILL_VIEW', 'USAGE_VIEW', 'SERVICE_VIEW'])
      await granted(ask, MANAGER, { actorId: 'reader', functions: [fn], scope: on });
    const filter = { actions: ['grantAuthorization'], outcomes: ['DONE'], from: '2026-11-15T10:00:00Z' };
    const whole = await trail(MANAGER, { filter });
    const first = await trail(MANAGER, { filter, first: 2 });
    const rest = await trail(MANAGER, { filter, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes]).toEqual(whole.nodes);
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect((await trail(MANAGER, { filter: { ...filter, until: filter.from } })).nodes).toEqual([]);
    expect((await ask(TRAIL, { as: MANAGER, variables: { after: 'bm9uZQ' } })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT' },
    ]);
  });

  test("SSM-A-09 what staff reads of a customer is in that customer's trail", async () => {
    const query = 'query($id: ID!) { customer(id: $id) { state } }';
    await ask(query, { as: 'marketing', variables: { id: customer('cust-acme') } });
    const { nodes } = await trail(MANAGER, { filter: { actorId: 'marketing' } });
    expect(nodes).toMatchObject([
      { action: 'read', objectId: customer('cust-acme'), outcome: 'DONE', detail: 'identity' },
    ]);
    expect((await trail('borealis-manager', { filter: { actorId: 'marketing' } })).nodes).toEqual([]);
  });
});

describe("SSM-A-11 a person's data", () => {
  const run = async (as: string, name: 'exportPersonalData' | 'erasePersonalData', actorId?: string) => {
    const { data, errors } = await ask(
      `mutation($input: PersonalDataInput!) { ${name}(input: $input) { document userErrors { code } } }`,
      { as, variables: { input: actorId === undefined ? {} : { actorId } } },
    );
    // by the schema
    const payload = (
      data as Record<string, { document: string | null; userErrors: { code: string }[] } | null> | null
    )?.[name];
    return {
      document: payload?.document ?? null,
      codes: [...errors, ...(payload?.userErrors ?? [])].map(({ code }) => code),
    };
  };

  test('SSM-A-11 exported: one sees what is kept of it, and no secret', async () => {
    await granted(ask, MANAGER, { actorId: 'asker', functions: ['USAGE_VIEW'], scope: on });
    await ask('{ bills(first: 1) { nodes { id } } }', { as: 'asker' });
    const { document } = await run('asker', 'exportPersonalData');
    const told = JSON.parse(document ?? '');
    expect(told.profile).toMatchObject({ actorId: 'asker', displayName: 'Person behind asker' });
    expect(told.authorizations).toMatchObject([{ functions: ['USAGE_VIEW'], grantorId: MANAGER }]);
    expect(told).toMatchObject({ sessions: [], authorities: [] });
    expect(document).not.toMatch(/hash|secret/i);
  });

  test('SSM-A-11 erased: it is gone at once, what it enabled too, and the chain keeps references alone', async () => {
    const { id } = await granted(ask, MANAGER, { actorId: 'leaver', functions: ['USAGE_VIEW'], scope: on });
    const use = { actorId: 'line', functions: ['USAGE_VIEW'], serviceIds: [LINE_01] };
    await granted(ask, 'leaver', use, 'enableUse');
    expect(await usage(ask, 'line', LINE_01)).toBe('DATA');
    expect((await run('leaver', 'erasePersonalData')).codes).toEqual([]);
    expect(await usage(ask, 'leaver', LINE_01)).toBe('UNAUTHENTICATED');
    expect(await usage(ask, 'line', LINE_01)).toBe('FORBIDDEN');
    const { text } = await ask('{ authorizations(first: 200) { nodes { id state actorId } } }', {
      as: MANAGER,
    });
    expect(text).toContain(`{"id":"${id}","state":"ENDED","actorId":"leaver"}`);
    const everything = await run('customer-care', 'exportPersonalData', 'leaver');
    expect(everything.codes).toEqual(['ACTOR_UNKNOWN']);
    expect(JSON.stringify((await trail(MANAGER)).nodes)).not.toContain('Person behind');
    const again = await change(ask, MANAGER, 'grantAuthorization', {
      actorId: 'leaver',
      functions: ['USAGE_VIEW'],
      scope: on,
    });
    expect(again.faults).toEqual(['ACTOR_UNKNOWN actorId']);
  });

  test.each([
    ["by another of the customer's users", 'reader', 'stayer', ['ACTOR_UNKNOWN']],
    ["by another customer's manager", 'borealis-manager', 'stayer', ['ACTOR_UNKNOWN']],
    ['by staff without the function', 'marketing', 'stayer', ['ACTOR_UNKNOWN']],
    ['of nobody', MANAGER, 'nobody', ['ACTOR_UNKNOWN']],
    ['of another manager', MANAGER, 'second', ['NOT_YOURS']],
  ])('SSM-A-11 not %s', async (_, as, of, codes) => {
    for (const name of ['exportPersonalData', 'erasePersonalData'] as const)
      expect(await run(as, name, of)).toEqual({ document: null, codes });
    expect((await ask('{ me { actorId } }', { as: 'stayer' })).data).toEqual({ me: { actorId: 'stayer' } });
  });

  test('SSM-A-11 by the manager of its customer, and by staff whose function it is', async () => {
    expect((await run(MANAGER, 'exportPersonalData', 'stayer')).codes).toEqual([]);
    expect((await run('customer-care', 'exportPersonalData', 'stayer')).codes).toEqual([]);
    const { nodes } = await trail(MANAGER, {
      filter: { actions: ['exportPersonalData'], outcomes: ['DONE'] },
    });
    expect(nodes.map(({ actorId, objectId }) => [actorId, objectId])).toContainEqual([MANAGER, 'stayer']);
  });
});
