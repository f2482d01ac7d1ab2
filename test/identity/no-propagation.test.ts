// SSM-A-01 A-03 A-04 A-05: random sequences of actions against the store and a model of their own: rights never differ, never grow.
import fc from 'fast-check';
import type { GraphQLResolveInfo } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FUNCTIONS, functionRule, may, type Position, type SsmFunction } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { asTopicBus, localBus } from '../../subgraphs/cache/local-bus.ts';
import type { Resolver, SubgraphContext } from '../../subgraphs/context.ts';
import { giveAuthority, withdrawAuthority } from '../../subgraphs/identity/authorization/authority.ts';
import {
  changeAuthorization,
  enableUse,
  grantAuthorization,
} from '../../subgraphs/identity/authorization/give.ts';
import {
  resumeAuthorization,
  revokeAuthorization,
  suspendAuthorization,
} from '../../subgraphs/identity/authorization/state.ts';
import { bounded } from '../../subgraphs/identity/contract-bound.ts';
import { backEndId, type Item } from '../../subgraphs/item.ts';
import { saveActors } from '../../subgraphs/store/actors.ts';
import { readPrincipal } from '../../subgraphs/store/grants.ts';
import { openStore, type Store } from '../../subgraphs/store/store.ts';
import { type Facts, Model, type Person, type Where, type Wish } from './model.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
const HOUR = 3_600_000;
const FULL: readonly SsmFunction[] = [
  'USAGE_VIEW',
  'BILL_VIEW',
  'AUTHORIZATION_GRANT',
  'AUTHORIZATION_ENABLE',
  'AUTHORITY_GIVE',
];
/** Of which rights are compared: two that may be handed on, and two that may not. */
const WATCHED: readonly SsmFunction[] = ['USAGE_VIEW', 'BILL_VIEW', 'AUTHORIZATION_GRANT', 'AUTHORITY_GIVE'];

const PEOPLE: readonly Person[] = [
  { id: 'm1', kind: 'MANAGER', customer: 'c' },
  { id: 'm2', kind: 'MANAGER', customer: 'c' },
  { id: 'a1', kind: 'AUTHORIZED_USER', customer: 'c' },
  { id: 'a2', kind: 'AUTHORIZED_USER', customer: 'c' },
  { id: 'u1', kind: 'SSM_USER', customer: 'c' },
  { id: 'u2', kind: 'SSM_USER', customer: 'c' },
  { id: 'mx', kind: 'MANAGER', customer: 'x' },
  { id: 'ux', kind: 'SSM_USER', customer: 'x' },
];
const names = Object.keys(FUNCTIONS) as SsmFunction[]; // the keys of a constant
const facts: Facts = {
  people: PEOPLE,
  siteOf: { s1: 'north', s2: 'north', s3: 'south', x1: 'east' },
  customerOf: { s1: 'c', s2: 'c', s3: 'c', x1: 'x' },
  changing: new Set(names.filter((name) => functionRule(name).level === 'CHANGE')),
  handedOn: new Set(names.filter((name) => functionRule(name).reserved === undefined)),
};

const id = (type: string, own: string) => encodeId('home', type, own);
const customer = (own: string) => id('Customer', own);
const positionOf = (service: string): Position => {
  const owner = facts.customerOf[service];
  return {
    customers: owner === undefined ? [] : [customer(owner)],
    accounts: [],
    services: [id('Service', service)],
    sites: [id('Site', facts.siteOf[service] ?? '')],
  };
};

let store: Store;
beforeAll(async () => {
  store = await openStore({ inMemory: true });
}, 60_000);
afterAll(() => store.close());

/** Back ends that know where each service stands, and a contract that changes when it's told to. */
function surroundings(contract: () => ReadonlySet<SsmFunction>) {
  const own = {
    store,
    bus: asTopicBus(localBus()),
    audit: { append: async () => {}, record: () => {}, flush: async () => {} },
    contracts: { read: async () => contract(), changed: async () => {} },
  };
  return {
    systems: { own },
    serves: () => true,
    sheet: () => ({ owner: undefined }),
    position: async (item: Item) => positionOf(backEndId(item)),
    by: async (_type: string, _by: string, provider: string, site: string) =>
      Object.entries(facts.siteOf)
        .filter(([, at]) => at === site)
        .map(([service]) => ({ __typename: 'Service', provider, raw: { id: service } })),
  };
}

interface Payload {
  readonly authorization?: { readonly raw: { readonly id: string; readonly version: number } } | null;
  readonly authority?: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** The resolvers themselves over a store of their own, with the guard's question asked before. */
class System {
  readonly authorizations: { id: string; version: number }[] = [];
  readonly authorities: string[] = [];
  contract: ReadonlySet<SsmFunction>;
  now = NOW;
  constructor(contract: ReadonlySet<SsmFunction>) {
    this.contract = contract;
  }

  async principal(actorId: string) {
    const found = await readPrincipal(store, actorId, this.now);
    if (found === undefined) throw new Error(`no ${actorId}`);
    return found.customerId === customer('c') ? bounded(found, this.contract) : found;
  }

  async run(resolver: Resolver, by: string, input: object): Promise<Payload> {
    const principal = await this.principal(by);
    const contract = () => (principal.customerId === customer('c') ? this.contract : new Set(FULL));
    const context = {
      operation: { principal, nowMs: this.now, requestId: 'r' },
      objects: surroundings(contract),
      // as much of the context as these resolvers read
    } as unknown as SubgraphContext;
    const root = { __typename: 'Mutation', provider: '', raw: {} };
    // every resolver of these gives a payload
    return (await resolver(root, { input }, context, {} as GraphQLResolveInfo)) as Payload;
  }
}

const period = fc.record(
  { from: fc.constantFrom(-2, 0, 3), until: fc.constantFrom(-1, 2, 5, 9) },
  { requiredKeys: [] },
);
const where: fc.Arbitrary<Where> = fc.oneof(
  fc.constant('ALL' as const),
  fc.record({ services: fc.uniqueArray(fc.constantFrom('s1', 's2', 's3', 'x1', 'none'), { maxLength: 2 }) }),
  fc.record({ site: fc.constantFrom('north', 'south', 'east') }),
);
const functions = fc.uniqueArray(
  fc.constantFrom<SsmFunction>('USAGE_VIEW', 'BILL_VIEW', 'AUTHORIZATION_ENABLE'),
  {
    maxLength: 2,
  },
);
const who = fc.constantFrom('m1', 'm1', 'm2', 'a1', 'a1', 'a2', 'u1', 'mx');
const whom = fc.constantFrom('a1', 'a1', 'a2', 'u1', 'u1', 'u2', 'm2', 'ux', 'nobody');
const wish = fc.record({ functions, where, period });
const which = fc.nat({ max: 5 });

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('grant' as const), who, whom, wish }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('enable' as const), who, whom, wish }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), who, which, wish }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('suspend' as const, 'resume' as const, 'revoke' as const),
      who,
      which,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('empower' as const), who, whom, period }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), who, which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('contract' as const),
      lacks: fc.subarray([...FULL], { maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 4 }) }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

const inputScope = (at: Where) =>
  at === 'ALL'
    ? { kind: 'CUSTOMER' }
    : 'site' in at
      ? { kind: 'SITES', ids: [id('Site', at.site)] }
      : { kind: 'SERVICES', ids: at.services.map((service) => id('Service', service)) };

interface Period {
  readonly from?: number;
  readonly until?: number;
}
const instants = ({ from, until }: Period, now: number): Period => ({
  ...(from === undefined ? {} : { from: now + from * HOUR }),
  ...(until === undefined ? {} : { until: now + until * HOUR }),
});
const inputPeriod = ({ from, until }: Period) => ({
  start: from === undefined ? null : new Date(from).toISOString(),
  end: until === undefined ? null : new Date(until).toISOString(),
});

/** What goes on inside the other customer is none of the model's. */
const isAbroad = (each: Command): boolean => 'whom' in each && each.who === 'mx' && each.whom === 'ux';

/** Does it in both; gives what each made of it. */
async function step(
  system: System,
  model: Model,
  each: Command,
): Promise<{ readonly real: boolean; readonly said: boolean }> {
  const both = async (real: Promise<Payload>, said: boolean) => {
    const { authorization, authority, userErrors } = await real;
    return {
      real: userErrors.length === 0 && Boolean(authorization ?? authority),
      said,
      authorization,
      authority,
    };
  };
  const wished = (): Wish => {
    if (!('wish' in each)) throw new Error('no wish');
    const { functions, where } = each.wish;
    return { functions, where, ...instants(each.wish.period, system.now) };
  };
  switch (each.kind) {
    case 'contract': {
      system.contract = new Set(FULL.filter((name) => !each.lacks.includes(name)));
      model.contract = system.contract;
      return { real: true, said: true };
    }
    case 'wait': {
      system.now += each.hours * HOUR;
      model.now = system.now;
      return { real: true, said: true };
    }
    case 'grant':
    case 'enable': {
      const asked = wished();
      const scope =
        each.kind === 'grant'
          ? asked.where
          : typeof asked.where === 'object' && 'services' in asked.where
            ? asked.where
            : { services: [] };
      const ask = { ...asked, where: scope };
      const input = { actorId: each.whom, functions: ask.functions, validFor: inputPeriod(ask) };
      const place = inputScope(scope);
      const done = await both(
        each.kind === 'grant'
          ? system.run(grantAuthorization, each.who, { ...input, scope: place })
          : system.run(enableUse, each.who, { ...input, serviceIds: 'ids' in place ? place.ids : [] }),
        model[each.kind](each.who, each.whom, ask),
      );
      if (done.authorization) system.authorizations.push({ ...done.authorization.raw });
      return done;
    }
    case 'change': {
      const asked = wished();
      const known = system.authorizations[each.which];
      const input = {
        id: known?.id ?? 'none',
        version: known?.version ?? 1,
        functions: asked.functions,
        scope: inputScope(asked.where),
        validFor: inputPeriod(asked),
      };
      const done = await both(
        system.run(changeAuthorization, each.who, input),
        model.change(each.who, each.which, asked),
      );
      if (known !== undefined && done.authorization) known.version = done.authorization.raw.version;
      return done;
    }
    case 'suspend':
    case 'resume':
    case 'revoke': {
      const known = system.authorizations[each.which];
      const resolver = {
        suspend: suspendAuthorization,
        resume: resumeAuthorization,
        revoke: revokeAuthorization,
      }[each.kind];
      const done = await both(
        system.run(resolver, each.who, { id: known?.id ?? 'none' }),
        model[each.kind](each.who, each.which),
      );
      if (known !== undefined && done.authorization) known.version = done.authorization.raw.version;
      return done;
    }
    case 'empower': {
      const asked = instants(each.period, system.now);
      const done = await both(
        system.run(giveAuthority, each.who, { actorId: each.whom, validFor: inputPeriod(asked) }),
        model.empower(each.who, each.whom, asked),
      );
      if (done.authority) system.authorities.push(done.authority.id);
      return done;
    }
    case 'withdraw': {
      const known = system.authorities[each.which] ?? 'none';
      return both(
        system.run(withdrawAuthority, each.who, { id: known }),
        model.withdraw(each.who, each.which),
      );
    }
  }
}

async function rights(system: System): Promise<ReadonlyMap<string, boolean>> {
  const found = new Map<string, boolean>();
  for (const { id: actorId } of PEOPLE.filter(({ customer: of }) => of === 'c')) {
    const principal = await system.principal(actorId);
    for (const name of WATCHED) {
      for (const service of Object.keys(facts.customerOf))
        found.set(`${actorId} ${name} ${service}`, may(principal, name, positionOf(service), system.now));
    }
  }
  return found;
}

async function emptied(): Promise<void> {
  const { authorization, authority } = store.tables;
  await store.db.delete(authority);
  await store.db.update(authorization).set({ parentId: null });
  await store.db.delete(authorization);
  await saveActors(
    store,
    PEOPLE.map(({ id: actorId, kind, customer: of }) => ({
      actorId,
      kind,
      customerId: customer(of),
      grants: [],
      ...(kind === 'MANAGER' ? { wholeContract: true } : {}),
    })),
  );
}

beforeEach(emptied);

describe('SSM-A-01 SSM-A-03 SSM-A-04 SSM-A-05 whatever anybody does', () => {
  test('the store and the model agree on every action and every right, and no right is beyond the contract', {
    timeout: 300_000,
  }, async () => {
    let done = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 24 }), async (commands) => {
        await emptied();
        const system = new System(new Set(FULL));
        const model = new Model(facts, 'c', system.contract, NOW);
        for (const each of commands.filter((one) => !isAbroad(one))) {
          const { real, said } = await step(system, model, each);
          expect(real, JSON.stringify(each)).toBe(said);
          if (real) done += 1;
          else refused += 1;
        }
        for (const [right, held] of await rights(system)) {
          const [actorId = '', name = '', service = ''] = right.split(' ');
          expect(held, right).toBe(model.may(actorId, name, service));
          if (held) expect(system.contract.has(name as SsmFunction), right).toBe(true);
        }
      }),
      {
        numRuns: 80,
        seed: 20_261_115,
      },
    );
    // of both there was enough for the comparison to mean something
    expect(done).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});
