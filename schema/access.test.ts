// SSM-A-03: the rules over the functions, as properties: no sequence of grants lets anyone beyond its customer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actsAsManager,
  belongs,
  FUNCTIONS,
  grantReaches,
  grantsFor,
  holds,
  may,
  overlap,
  type Position,
  reachOf,
  type SsmFunction,
} from './access.ts';
import { ACTOR_KINDS, ANONYMOUS, type Grant, type Principal } from './principal.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
const NAMES = Object.keys(FUNCTIONS) as SsmFunction[]; // the keys of a constant

const fn = fc.constantFrom(...NAMES);
const customer = fc.constantFrom('cust-a', 'cust-b', 'cust-c');
const some = (prefix: string) =>
  fc.uniqueArray(fc.constantFrom(...['1', '2', '3'].map((each) => prefix + each)));
const instant = fc.constantFrom('2026-11-01T00:00:00Z', '2026-11-15T10:00:00Z', '2026-12-01T00:00:00Z');

const narrow = fc.oneof(
  fc.constant({ kind: 'CUSTOMER' } as const),
  fc.record({ kind: fc.constant('SERVICES' as const), ids: some('svc') }),
  fc.record({ kind: fc.constant('SITES' as const), ids: some('site') }),
  fc.record({ kind: fc.constant('ACCOUNTS' as const), ids: some('acc') }),
);
const scope = fc.oneof(narrow, fc.constant({ kind: 'EVERY_CUSTOMER' } as const));

const grant: fc.Arbitrary<Grant> = fc.record(
  { functions: fc.array(fn), scope, from: instant, until: instant },
  { requiredKeys: ['functions', 'scope'] },
);
const principal: fc.Arbitrary<Principal> = fc.record(
  {
    actorId: fc.constant('actor'),
    kind: fc.constantFrom(...ACTOR_KINDS),
    customerId: customer,
    grants: fc.array(grant),
    grantVersion: fc.constant('1'),
  },
  { requiredKeys: ['actorId', 'kind', 'grants', 'grantVersion'] },
);
const position: fc.Arbitrary<Position> = fc.record({
  customers: fc.uniqueArray(customer),
  accounts: some('acc'),
  services: some('svc'),
  sites: some('site'),
});

const isStaff = ({ kind }: Principal) => kind === 'STAFF' || kind === 'ANALYTICS';
const holdsAnyway = ({ kind }: Principal, name: SsmFunction) =>
  (FUNCTIONS[name].heldBy as readonly string[]).includes(kind);
/** About no object of anybody's. */
const ofEverybody = (name: SsmFunction): boolean =>
  (FUNCTIONS[name].heldBy as readonly string[]).includes('ANONYMOUS');
const property = (check: (who: Principal, name: SsmFunction, where: Position) => void) =>
  fc.assert(
    fc.property(principal, fn, position, (who, name, where) => check(who, name, where)),
    { numRuns: 2000 },
  );

describe('SSM-A-03 SSM-A-08 may', () => {
  it('SSM-A-08 never reaches beyond the customer, but for staff and analytics', () => {
    property((who, name, where) => {
      if (isStaff(who) || name === 'PUBLIC') return;
      if (may(who, name, where, NOW)) {
        // what is held without a grant is bounded by belongs, which the next property is about
        if (!holdsAnyway(who, name)) expect(where.customers).toContain(who.customerId);
      }
    });
  });

  it('SSM-A-08 a principal with a customer has nothing of another, whatever its kind and grants', () => {
    property((who, name, where) => {
      if (who.customerId === undefined || ofEverybody(name) || where.customers.includes(who.customerId))
        return;
      if (isStaff(who)) return;
      expect(belongs(who, where)).toBe(false);
      expect(may(who, name, where, NOW)).toBe(false);
    });
  });

  it('SSM-A-08 EVERY_CUSTOMER counts for staff and analytics only', () => {
    fc.assert(
      fc.property(principal, fn, position, (who, name, where) => {
        const all: Grant = { functions: [name], scope: { kind: 'EVERY_CUSTOMER' } };
        const granted = may({ ...who, grants: [...who.grants, all] }, name, where, NOW);
        if (holdsAnyway(who, name)) return;
        expect(granted).toBe(isStaff(who) || may(who, name, where, NOW));
      }),
    );
  });

  it('SSM-A-03 gives nothing that no grant names', () => {
    property((who, name, where) => {
      const named = who.grants.some(({ functions }) => functions.includes(name));
      if (!named && !holdsAnyway(who, name)) expect(may(who, name, where, NOW)).toBe(false);
    });
  });

  it('SSM-A-03 a grant more takes nothing away; a grant less adds nothing', () => {
    fc.assert(
      fc.property(principal, grant, fn, position, (who, more, name, where) => {
        const richer = { ...who, grants: [...who.grants, more] };
        // `belongs` asks whether there is such a grant at all
        if (more.scope.kind === 'EVERY_CUSTOMER') return;
        if (may(who, name, where, NOW)) expect(may(richer, name, where, NOW)).toBe(true);
        if (may(richer, name, where, NOW) && !may(who, name, where, NOW))
          expect(more.functions).toContain(name);
      }),
    );
  });

  it('SSM-A-03 a grant out of its period is none: from is inclusive, until exclusive', () => {
    const at = (period: Pick<Grant, 'from' | 'until'>) =>
      holds(
        {
          ...ANONYMOUS,
          kind: 'AUTHORIZED_USER',
          customerId: 'cust-a',
          grants: [{ functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' }, ...period }],
        },
        'BILL_VIEW',
        NOW,
      );
    expect(at({})).toBe(true);
    expect(at({ from: '2026-11-15T10:00:00Z' })).toBe(true);
    expect(at({ from: '2026-11-15T10:00:01Z' })).toBe(false);
    expect(at({ until: '2026-11-15T10:00:00Z' })).toBe(false);
    expect(at({ until: '2026-11-15T10:00:01Z' })).toBe(true);
    expect(at({ from: '2026-11-15T12:00:00+03:00', until: '2026-11-15T12:30:00+02:00' })).toBe(true);
    expect(at({ until: 'not a date' })).toBe(false);
    expect(at({ from: 'not a date' })).toBe(false);
  });

  it('SSM-A-03 may is never more than holds', () => {
    property((who, name, where) => {
      if (may(who, name, where, NOW)) expect(holds(who, name, NOW)).toBe(true);
    });
  });

  it('SSM-A-06 nobody in particular holds what is public, and nothing else', () => {
    const held = NAMES.filter((name) => holds(ANONYMOUS, name, NOW));
    expect(held).toEqual(['PUBLIC', 'SIGN_IN']);
    expect(
      may(ANONYMOUS, 'SERVICE_VIEW', { customers: [], accounts: [], services: [], sites: [] }, NOW),
    ).toBe(false);
  });

  it('SSM-A-04 every function is one of use or of change', () => {
    for (const name of NAMES) expect(['USE', 'CHANGE']).toContain(FUNCTIONS[name].level);
  });
});

describe('SSM-A-08 reachOf', () => {
  it('SSM-A-08 leaves out nothing that may be seen: services outside it are never permitted', () => {
    property((who, name, where) => {
      const { services, sites, accounts, everyCustomer, customerId } = reachOf(who, name, NOW);
      if (holdsAnyway(who, name) || !may(who, name, where, NOW)) return;
      if (!everyCustomer) expect(where.customers).toContain(customerId);
      if (services !== undefined) expect(where.services.some((id) => services.includes(id))).toBe(true);
      if (sites !== undefined) expect(where.sites.some((id) => sites.includes(id))).toBe(true);
      if (accounts !== undefined) expect(where.accounts.some((id) => accounts.includes(id))).toBe(true);
    });
  });

  it('SSM-A-08 is whole only where all that it names is permitted', () => {
    property((who, name, where) => {
      const { whole, everyCustomer, customerId, services, sites, accounts } = reachOf(who, name, NOW);
      if (!whole || holdsAnyway(who, name)) return;
      if (everyCustomer && !isStaff(who)) return;
      const inside = everyCustomer || (customerId !== undefined && where.customers.includes(customerId));
      const named =
        (services === undefined || where.services.some((id) => services.includes(id))) &&
        (sites === undefined || where.sites.some((id) => sites.includes(id))) &&
        (accounts === undefined || where.accounts.some((id) => accounts.includes(id)));
      if (inside && named) expect(may(who, name, where, NOW)).toBe(true);
    });
  });
});

describe('SSM-A-04 an SSM user, whatever stands in the store', () => {
  const NOBODYS: Position = { customers: ['cust-a'], accounts: [], services: [], sites: [] };
  const changing = NAMES.filter((name) => FUNCTIONS[name].level === 'CHANGE');
  const grants: Grant[] = [{ functions: changing, scope: { kind: 'CUSTOMER' } }];
  const user = { actorId: 'u', customerId: 'cust-a', grants, grantVersion: '1' };

  it.each(changing)('SSM-A-04 holds no %s by a grant, and an authorized user does', (name) => {
    const [line, other] = [
      { ...user, kind: 'SSM_USER' as const },
      { ...user, kind: 'AUTHORIZED_USER' as const },
    ];
    expect([
      holds(line, name, NOW),
      may(line, name, NOBODYS, NOW),
      grantsFor(line, name, NOBODYS, NOW),
    ]).toEqual([false, false, []]);
    expect([holds(other, name, NOW), may(other, name, NOBODYS, NOW)]).toEqual([true, true]);
    expect(grantsFor(other, name, NOBODYS, NOW)).toHaveLength(FUNCTIONS[name].level === 'CHANGE' ? 1 : 0);
  });

  it('SSM-A-05 acts as manager by no authority; an authorized user does, inside its period', () => {
    const authority = [{ from: '2026-11-01T00:00:00Z', until: '2026-12-01T00:00:00Z' }];
    const acts = (kind: Principal['kind'], atMs = NOW) => actsAsManager({ ...user, kind, authority }, atMs);
    expect([acts('SSM_USER'), acts('AUTHORIZED_USER'), acts('MANAGER')]).toEqual([false, true, true]);
    expect(acts('AUTHORIZED_USER', Date.parse('2026-12-01T00:00:00Z'))).toBe(false);
  });
});

describe('SSM-A-02 the way from one scope through another', () => {
  const grant: Grant = {
    functions: ['USAGE_VIEW'],
    scope: { kind: 'SERVICES', ids: ['s1', 's2'] },
    within: [{ kind: 'SITES', ids: ['here'] }],
  };
  const at = (service: string, site: string): Position => ({
    customers: ['cust-a'],
    accounts: [],
    services: [service],
    sites: [site],
  });

  it('SSM-A-03 both must reach the object', () => {
    expect(grantReaches(grant, at('s1', 'here'))).toBe(true);
    expect(grantReaches(grant, at('s1', 'elsewhere'))).toBe(false);
    expect(grantReaches(grant, at('s3', 'here'))).toBe(false);
  });

  it('SSM-A-08 a count of what one scope names is not told where another one bounds it', () => {
    const who: Principal = {
      actorId: 'u',
      kind: 'SSM_USER',
      customerId: 'cust-a',
      grants: [grant],
      grantVersion: '1',
    };
    expect(reachOf(who, 'USAGE_VIEW', NOW).whole).toBe(false);
    const { within: _within, ...alone } = grant;
    expect(reachOf({ ...who, grants: [alone] }, 'USAGE_VIEW', NOW).whole).toBe(true);
  });

  it('SSM-A-02 periods that only touch have no time in common', () => {
    const [a, b] = ['2026-11-01T00:00:00Z', '2026-11-15T00:00:00Z'];
    expect(overlap({ until: b }, { from: b })).toBeUndefined();
    expect(overlap({ from: a }, { until: b })).toEqual({ from: a, until: b });
  });

  it('SSM-A-08 who is of no customer, and may cross none, owns nothing', () => {
    const nobody: Principal = { actorId: 'u', kind: 'PARTNER', grants: [], grantVersion: '1' };
    expect(belongs(nobody, at('s1', 'here'))).toBe(false);
  });
});
