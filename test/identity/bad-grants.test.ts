// SSM-A-02 SSM-A-03 SSM-A-05: bad input to authorizations, each with its code, nothing changed, and an entry in the audit log.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { startWorld, type World } from '../support/gateway.ts';
import {
  BOREALIS,
  change,
  granted,
  LINE_01,
  LINE_02,
  type Mutation,
  service,
  site,
  usage,
} from './asking.ts';

const MANAGER = 'acme-manager';
const person = (actorId: string, kind: DemoActor['kind']): DemoActor => ({
  actorId,
  kind,
  displayName: actorId,
  customer: 'cust-acme',
  grants: kind === 'MANAGER' ? [{ functions: 'CONTRACT', scope: { kind: 'CUSTOMER' } }] : [],
});

let world: World;
let ask: World['ask'];
beforeAll(async () => {
  const actors = [
    person('second', 'MANAGER'),
    person('one', 'AUTHORIZED_USER'),
    person('two', 'AUTHORIZED_USER'),
    { ...person('child', 'AUTHORIZED_USER'), customer: 'cust-family' },
  ];
  world = await startWorld({ actors });
  ask = world.ask;
});
afterAll(() => world.stop());

const on = (...ids: string[]) => ({ kind: 'SERVICES', ids });
const good = { actorId: 'acme-config', functions: ['USAGE_VIEW'], scope: on(LINE_01) };

interface Entry {
  readonly requestId: string;
  readonly action: string;
  readonly outcome: string;
  readonly detail: string | null;
}

async function entriesOf(requestId: string): Promise<readonly Entry[]> {
  const { data, errors } = await ask(
    '{ auditTrail(first: 50) { nodes { requestId action outcome detail } } }',
    { as: MANAGER },
  );
  expect(errors).toEqual([]);
  const { auditTrail } = data as { auditTrail: { nodes: Entry[] } }; // by the schema
  return auditTrail.nodes.filter((each) => each.requestId === requestId);
}

/** All authorizations and authority of Acme, as its manager sees them. */
async function everything(): Promise<string> {
  const { text } = await ask(
    '{ authorizations(first: 200) { nodes { id version state functions } } authorities { id isInForce } }',
    { as: MANAGER },
  );
  return text;
}

const CASES: readonly (readonly [string, Mutation, object, string])[] = [
  ['a grant to oneself', 'grantAuthorization', { ...good, actorId: MANAGER }, 'TO_ONESELF actorId'],
  [
    'a grant in the past',
    'grantAuthorization',
    { ...good, validFor: { end: '2026-11-15T09:00:00Z' } },
    'PERIOD_IN_PAST validFor',
  ],
  [
    'a grant that began yesterday',
    'grantAuthorization',
    { ...good, validFor: { start: '2026-11-14T10:00:00Z' } },
    'PERIOD_IN_PAST validFor',
  ],
  [
    'a period that ends before it begins',
    'grantAuthorization',
    { ...good, validFor: { start: '2026-12-02T00:00:00Z', end: '2026-12-01T00:00:00Z' } },
    'PERIOD_EMPTY validFor',
  ],
  ['an empty scope', 'grantAuthorization', { ...good, scope: on() }, 'SCOPE_EMPTY scope'],
  [
    "another customer's service",
    'grantAuthorization',
    { ...good, scope: on(LINE_01, BOREALIS) },
    'SCOPE_UNKNOWN scope',
  ],
  [
    "a service that isn't there",
    'grantAuthorization',
    { ...good, scope: on(service('none')) },
    'SCOPE_UNKNOWN scope',
  ],
  [
    "another customer's site",
    'grantAuthorization',
    { ...good, scope: { kind: 'SITES', ids: [site('site-borealis-hq')] } },
    'SCOPE_UNKNOWN scope',
  ],
  [
    'an id of another type',
    'grantAuthorization',
    { ...good, scope: on(site('site-acme-hq')) },
    'SCOPE_UNKNOWN scope',
  ],
  [
    'every customer',
    'grantAuthorization',
    { ...good, scope: { kind: 'EVERY_CUSTOMER' } },
    'SCOPE_UNKNOWN scope',
  ],
  ['no function', 'grantAuthorization', { ...good, functions: [] }, 'NO_FUNCTION functions'],
  [
    'a function that the contract lacks',
    'grantAuthorization',
    { ...good, functions: ['SECURITY_ALARM_VIEW'] },
    'FUNCTION_NOT_IN_CONTRACT functions',
  ],
  [
    'a function that nobody knows',
    'grantAuthorization',
    { ...good, functions: ['toString'] },
    'FUNCTION_UNKNOWN functions',
  ],
  [
    "a manager's own function",
    'grantAuthorization',
    { ...good, functions: ['AUTHORIZATION_GRANT'] },
    'FUNCTION_RESERVED functions',
  ],
  [
    'a change function to an SSM user',
    'grantAuthorization',
    { ...good, actorId: 'acme-user', functions: ['AUTHORIZATION_GRANT'] },
    'CHANGE_FOR_SSM_USER functions',
  ],
  ['to nobody', 'grantAuthorization', { ...good, actorId: "nobody'; --" }, 'ACTOR_UNKNOWN actorId'],
  [
    "to another customer's actor",
    'grantAuthorization',
    { ...good, actorId: 'borealis-manager' },
    'ACTOR_UNKNOWN actorId',
  ],
  ['to provider staff', 'grantAuthorization', { ...good, actorId: 'marketing' }, 'ACTOR_UNKNOWN actorId'],
  ['to another manager', 'grantAuthorization', { ...good, actorId: 'second' }, 'ACTOR_NOT_GRANTABLE actorId'],
  [
    'hours that are none',
    'grantAuthorization',
    { ...good, daily: { from: '25:00', until: '09:00', zone: 'UTC' } },
    'CONDITION_INVALID daily',
  ],
  [
    'a zone that is none',
    'grantAuthorization',
    { ...good, daily: { from: '08:00', until: '09:00', zone: 'Europe/Atlantis' } },
    'CONDITION_INVALID daily',
  ],
  [
    'a limit below nothing',
    'grantAuthorization',
    { ...good, limit: { amount: '-1', currency: 'EUR', per: 'DAY' } },
    'CONDITION_INVALID limit',
  ],
  [
    'enabling for an authorized user',
    'enableUse',
    { actorId: 'one', functions: ['USAGE_VIEW'], serviceIds: [LINE_01] },
    'ONLY_FOR_SSM_USERS actorId',
  ],
  ['a revocation of nothing', 'revokeAuthorization', { id: service('none') }, 'AUTHORIZATION_UNKNOWN id'],
];

describe('SSM-A-02 SSM-A-09 bad input has a code, changes nothing, and is recorded', () => {
  test.each(CASES)('%s', async (_, name, input, fault) => {
    const before = await everything();
    const { faults, authorization, requestId } = await change(ask, MANAGER, name, input);
    expect({ faults, authorization }).toEqual({ faults: [fault], authorization: undefined });
    expect(await everything()).toBe(before);
    const code = fault.split(' ')[0];
    expect(await entriesOf(requestId)).toMatchObject([{ action: name, outcome: 'REFUSED', detail: code }]);
  });

  test("SSM-A-01 a function that another customer's contract has, and one's own lacks: nothing of the grant holds", async () => {
    const input = { actorId: 'child', functions: ['USAGE_VIEW', 'CALL_ANALYSIS_VIEW'] };
    const scope = on(service('svc-family-m-1'));
    const { faults, authorization } = await change(ask, 'family-manager', 'grantAuthorization', {
      ...input,
      scope,
    });
    expect({ faults, authorization }).toEqual({
      faults: ['FUNCTION_NOT_IN_CONTRACT functions'],
      authorization: undefined,
    });
    expect(await usage(ask, 'child', service('svc-family-m-1'))).toBe('FORBIDDEN');
    await granted(ask, MANAGER, { ...good, functions: ['CALL_ANALYSIS_VIEW'] });
    await granted(ask, 'family-manager', { ...input, functions: ['USAGE_VIEW'], scope });
    expect(await usage(ask, 'child', service('svc-family-m-1'))).toBe('DATA');
  });

  test('a name that leads to nobody is not kept in the log', async () => {
    await change(ask, MANAGER, 'grantAuthorization', { ...good, actorId: 'Marta.Lindqvist@example.org' });
    const { text } = await ask('{ auditTrail(first: 50) { nodes { objectId detail } } }', { as: MANAGER });
    expect(text).not.toContain('Lindqvist');
  });

  test("a manager's own authorization is not another manager's to touch", async () => {
    const { data } = await ask(
      '{ authorizations(filter: { actorId: "second" }) { nodes { id isWholeContract } } }',
      { as: MANAGER },
    );
    const [own] = (data as { authorizations: { nodes: { id: string; isWholeContract: boolean }[] } })
      .authorizations.nodes; // by the schema
    expect(own?.isWholeContract).toBe(true);
    expect((await change(ask, MANAGER, 'revokeAuthorization', { id: own?.id })).faults).toEqual([
      'NOT_YOURS id',
    ]);
    expect((await change(ask, 'second', 'revokeAuthorization', { id: own?.id })).faults).toEqual([
      'TO_ONESELF id',
    ]);
  });

  test('two managers change the same authorization at once: one does, the other is told of the conflict', async () => {
    const { id, version } = await granted(ask, MANAGER, good);
    const input = { id, version, functions: ['USAGE_VIEW'] };
    const [one, two] = await Promise.all([
      change(ask, MANAGER, 'changeAuthorization', { ...input, scope: on(LINE_01) }),
      change(ask, 'second', 'changeAuthorization', { ...input, scope: on(LINE_02) }),
    ]);
    expect([one.faults, two.faults].sort()).toEqual([[], ['CONFLICT version']].sort());
    const winner = one.authorization ?? two.authorization;
    const { data } = await ask('query($id: ID!) { authorization(id: $id) { version scopeIds } }', {
      as: MANAGER,
      variables: { id },
    });
    expect(data).toEqual({ authorization: { version: 2, scopeIds: winner?.scopeIds } });
  });
});

describe('SSM-A-05 authority to act as manager', () => {
  type Given = { authority: { id: string; isInForce: boolean } | null; userErrors: { code: string }[] };
  const give = async (as: string, actorId: string, validFor?: object) => {
    const { data, errors } = await ask(
      'mutation($input: GiveAuthorityInput!) { giveAuthority(input: $input) { authority { id isInForce } userErrors { code } } }',
      { as, variables: { input: { actorId, validFor: validFor ?? null } } },
    );
    const payload = (data as { giveAuthority: Given | null } | undefined)?.giveAuthority; // by the schema
    return {
      id: payload?.authority?.id,
      codes: [...errors, ...(payload?.userErrors ?? [])].map(({ code }) => code),
    };
  };
  const withdraw = async (as: string, id: string | undefined) => {
    const { data, errors } = await ask(
      'mutation($input: WithdrawAuthorityInput!) { withdrawAuthority(input: $input) { userErrors { code } } }',
      { as, variables: { input: { id } } },
    );
    const payload = (data as { withdrawAuthority: Given | null } | undefined)?.withdrawAuthority; // by the schema
    return [...errors, ...(payload?.userErrors ?? [])].map(({ code }) => code);
  };
  const grants = async (as: string) => (await change(ask, as, 'grantAuthorization', good)).faults;

  test('SSM-A-05 who has it acts as a manager does, and gives it on; a cycle is refused; withdrawn, all of it ends', async () => {
    expect(await grants('one')).toEqual(['FORBIDDEN']);
    const first = await give(MANAGER, 'one');
    expect(first.codes).toEqual([]);
    expect(await grants('one')).toEqual([]);
    expect((await give('one', 'two')).codes).toEqual([]);
    expect(await grants('two')).toEqual([]);
    expect((await give('two', 'one')).codes).toEqual(['AUTHORITY_CYCLE']);
    expect((await give('two', MANAGER)).codes).toEqual(['AUTHORITY_CYCLE']);
    expect((await give('two', 'second')).codes).toEqual(['ALREADY_MANAGER']);
    expect((await give('two', 'acme-user')).codes).toEqual(['AUTHORITY_FOR_SSM_USER']);
    expect((await give('two', 'two')).codes).toEqual(['TO_ONESELF']);
    expect((await give('two', 'borealis-manager')).codes).toEqual(['ACTOR_UNKNOWN']);
    expect(await withdraw('borealis-manager', first.id)).toEqual(['AUTHORITY_UNKNOWN']);
    expect(await withdraw('second', first.id)).toEqual([]);
    expect([await grants('one'), await grants('two')]).toEqual([['FORBIDDEN'], ['FORBIDDEN']]);
    await give(MANAGER, 'one');
    expect(await grants('two'), 'what ended with it stays ended').toEqual(['FORBIDDEN']);
    expect(await withdraw(MANAGER, first.id)).toEqual(['AUTHORITY_UNKNOWN']);
  });

  test('SSM-A-05 for a period', async () => {
    const past = { start: '2026-11-01T00:00:00Z', end: '2026-11-02T00:00:00Z' };
    expect((await give(MANAGER, 'two', past)).codes).toEqual(['PERIOD_IN_PAST']);
    expect((await give(MANAGER, 'two', { start: '2026-11-16T00:00:00Z' })).codes).toEqual([]);
    expect(await grants('two')).toEqual(['FORBIDDEN']);
    world.clock.advance(24 * 3_600_000);
    expect(await grants('two')).toEqual([]);
  });
});
