// SSM-A-03: the rules over the functions, as properties: no sequence of grants lets anyone beyond its customer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { belongs, FUNCTIONS, holds, may, type Position, reachOf, type SsmFunction } from './access.ts';
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
