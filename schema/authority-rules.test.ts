// Authority to act as manager: which chains count, and what is refused.
import { describe, expect, test } from 'vitest';
import { CONTRACT_FUNCTIONS } from './access.ts';
import { type Authority, authorityFaults, authorityOf, reachedFrom } from './authority-rules.ts';
import { type Asking, type Existing, touchFaults } from './authorization-rules.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
const MANAGERS = new Set(['m']);
const gave = (giverId: string, actorId: string, more: Partial<Authority> = {}): Authority => ({
  giverId,
  actorId,
  ...more,
});
const manager = {
  actorId: 'm',
  kind: 'MANAGER' as const,
  customerId: 'c',
  grants: [{ functions: CONTRACT_FUNCTIONS, scope: { kind: 'CUSTOMER' as const } }],
  grantVersion: '1',
};
const asking: Asking = { by: manager, contract: new Set(CONTRACT_FUNCTIONS), nowMs: NOW };

describe('SSM-A-05 chains of authority', () => {
  test('SSM-A-05 count from a manager on, while every link of them does', () => {
    const chain = [gave('m', 'a', { until: '2026-12-01T00:00:00.000Z' }), gave('a', 'b')];
    expect(authorityOf('b', chain, MANAGERS)).toEqual([{ until: '2026-12-01T00:00:00.000Z' }]);
    expect(authorityOf('b', chain, new Set())).toEqual([]);
    expect(authorityOf('b', [gave('a', 'b')], MANAGERS)).toEqual([]);
    expect(
      authorityOf('b', [chain[0] ?? gave('m', 'a'), gave('a', 'b', { isDormant: true })], MANAGERS),
    ).toEqual([]);
  });

  test('SSM-A-05 a circle that came about all the same ends', () => {
    const circle = [gave('a', 'b'), gave('b', 'a')];
    expect(authorityOf('a', circle, MANAGERS)).toEqual([]);
    expect([...reachedFrom('a', circle)].sort()).toEqual(['a', 'b']);
  });

  test.each([
    ['back to whom it came from', 'a', 'AUTHORIZED_USER', [gave('a', 'm')], 'AUTHORITY_CYCLE'],
    ['to a manager', 'n', 'MANAGER', [], 'ALREADY_MANAGER'],
    ['to an SSM user', 'u', 'SSM_USER', [], 'AUTHORITY_FOR_SSM_USER'],
    ['to a partner', 'p', 'PARTNER', [], 'ACTOR_NOT_GRANTABLE'],
    ['to itself', 'm', 'MANAGER', [], 'TO_ONESELF'],
  ] as const)('SSM-A-05 not %s', (_, actorId, kind, given, code) => {
    const faults = authorityFaults(asking, { actorId, kind, customerId: 'c' }, {}, given);
    expect(faults.map((each) => each.code)).toEqual([code]);
  });

  test('SSM-A-05 not to somebody of another customer, who is as unknown as nobody', () => {
    const other = { actorId: 'o', kind: 'AUTHORIZED_USER' as const, customerId: 'd' };
    expect(authorityFaults(asking, other, {}, [])).toEqual(authorityFaults(asking, undefined, {}, []));
  });
});

describe('SSM-A-02 touching what is there', () => {
  const there: Existing = {
    actorId: 'u',
    customerId: 'c',
    grantorId: 'a',
    enabled: true,
    wholeContract: false,
    revoked: false,
  };
  const user = { ...manager, actorId: 'a', kind: 'AUTHORIZED_USER' as const, grants: [] };
  const holder = { actorId: 'u', kind: 'SSM_USER' as const, customerId: 'c' };
  const codes = (by: Asking['by'], over: Partial<Existing>, touch: 'RESUME' | 'REVOKE' = 'RESUME') =>
    touchFaults({ ...asking, by }, { ...there, ...over }, holder, touch).map(({ code }) => code);

  test.each([
    ['its own', user, {}, []],
    ['what a manager has suspended', user, { suspendedBy: 'm' }, ['NOT_YOURS']],
    ['what it has suspended itself', user, { suspendedBy: 'a' }, []],
    ["another's", { ...user, actorId: 'x' }, {}, ['AUTHORIZATION_UNKNOWN']],
    ["a manager's, which is the contract", manager, { wholeContract: true }, ['NOT_YOURS']],
    ['what was revoked', manager, { revoked: true }, ['AUTHORIZATION_ENDED']],
    ["another customer's", manager, { customerId: 'd' }, ['AUTHORIZATION_UNKNOWN']],
    ['one’s own', manager, { actorId: 'm' }, ['TO_ONESELF']],
  ])('SSM-A-02 resuming %s', (_, by, over, expected) => {
    expect(codes(by, over)).toEqual(expected);
  });

  test('SSM-A-02 who enabled it revokes it, also while a manager has it suspended', () => {
    expect(codes(user, { suspendedBy: 'm' }, 'REVOKE')).toEqual([]);
  });
});
