// SSM-A-01 … A-06 live: a manager grants and takes back, an authorized user enables, a contract bounds all of it.
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import {
  account,
  BOREALIS,
  change,
  granted,
  LINE_01,
  LINE_02,
  mayI,
  service,
  site,
  usage,
} from './asking.ts';
import { authorizationWorld, inHours, MANAGER, on } from './authorization-world.ts';

const current = authorizationWorld();

describe('SSM-A-02 a manager grants, changes and takes back', () => {
  test('SSM-A-02 named functions on a named service, and nothing else', async () => {
    const { ask, user, grant } = current();
    expect(await usage(ask, user, LINE_01)).toBe('FORBIDDEN');
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    expect(await usage(ask, user, LINE_01)).toBe('DATA');
    expect(await usage(ask, user, LINE_02)).toBe('NULL');
    expect(await mayI(ask, user, 'BILL_VIEW')).toMatchObject({ allowed: false, code: 'NOT_GRANTED' });
  });

  test('SSM-A-02 on a site, on an account, on all that the customer has', async () => {
    const { ask, user, grant } = current();
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
    const { ask, user, grant } = current();
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01), validFor: { start: inHours(2) } });
    expect(await mayI(ask, user, 'USAGE_VIEW')).toEqual({
      allowed: false,
      code: 'PENDING',
      reason: `You may from ${inHours(2)} on: it was granted ahead.`,
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

  test('SSM-A-02 from a client whose clock is 40 seconds behind', async () => {
    const { ask, user, grant } = current();
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01), validFor: { start: inHours(-40 / 3600) } });
    expect(await usage(ask, user, LINE_01)).toBe('DATA');
  });

  test('SSM-A-06 me shows what is in force and what is to come', async () => {
    const { ask, user, grant } = current();
    const { id } = await grant({
      functions: ['USAGE_VIEW'],
      scope: on(LINE_01),
      validFor: { start: inHours(1) },
    });
    const { data } = await ask('{ me { authorizations { id state functions } } }', { as: user });
    expect(data).toEqual({ me: { authorizations: [{ id, state: 'PENDING', functions: ['USAGE_VIEW'] }] } });
  });

  test('SSM-A-02 an amount limit is kept and shown', async () => {
    const { grant } = current();
    const limit = { amount: '150.50', currency: 'EUR', per: 'MONTH' };
    expect(await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01), limit })).toMatchObject({ limit });
  });

  test('SSM-A-02 changed, suspended, resumed and revoked: each holds from the next request on', async () => {
    const { ask, user, grant } = current();
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
    const { world, ask, grant } = current();
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
  const enable = (as: string, input: object) => {
    const { ask, line } = current();
    return change(ask, as, 'enableUse', { actorId: line, ...input });
  };

  test('SSM-A-04 on services in its own scope, until its own authorization ends', async () => {
    const { ask, user, line, grant } = current();
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
    const { ask, user, line, grant } = current();
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    expect((await enable(user, input)).faults).toEqual([fault]);
    expect(await usage(ask, line, LINE_01)).toBe('FORBIDDEN');
  });

  test('SSM-A-03 not for another authorized user, and it grants nothing at all', async () => {
    const { ask, user, line, grant } = current();
    await grant({ functions: ['USAGE_VIEW'], scope: on(LINE_01) });
    const use = { functions: ['USAGE_VIEW'], serviceIds: [LINE_01] };
    const { faults } = await change(ask, user, 'enableUse', { actorId: 'acme-config', ...use });
    expect(faults).toEqual(['ONLY_FOR_SSM_USERS actorId']);
    const passing = { actorId: line, functions: ['USAGE_VIEW'], scope: on(LINE_01) };
    expect((await change(ask, user, 'grantAuthorization', passing)).faults).toEqual(['FORBIDDEN']);
  });

  test('SSM-A-04 it takes back what it enabled, not what a manager gave; what a manager suspended stays so', async () => {
    const { ask, user, line, grant } = current();
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
    const { ask, line } = current();
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
