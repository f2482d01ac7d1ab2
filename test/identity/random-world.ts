// The world of random actions: few people, few services, back ends that know where each stands, and the resolvers over a store.
import type { GraphQLResolveInfo } from 'graphql';
import { FUNCTIONS, functionRule, type Position, type SsmFunction } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { asTopicBus, localBus } from '../../subgraphs/cache/local-bus.ts';
import type { Resolver, SubgraphContext } from '../../subgraphs/context.ts';
import { backEndId, type Item } from '../../subgraphs/item.ts';
import { bounded } from '../../subgraphs/store/contract-bound.ts';
import { readPrincipal } from '../../subgraphs/store/grants.ts';
import type { Store } from '../../subgraphs/store/store.ts';
import type { Facts, Person } from './model.ts';

export const NOW = Date.parse('2026-11-15T10:00:00Z');
export const HOUR = 3_600_000;
export const FULL: readonly SsmFunction[] = [
  'USAGE_VIEW',
  'BILL_VIEW',
  'AUTHORIZATION_GRANT',
  'AUTHORIZATION_ENABLE',
  'AUTHORITY_GIVE',
];
export const PEOPLE: readonly Person[] = [
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
export const facts: Facts = {
  people: PEOPLE,
  siteOf: { s1: 'north', s2: 'north', s3: 'south', x1: 'east' },
  customerOf: { s1: 'c', s2: 'c', s3: 'c', x1: 'x' },
  changing: new Set(names.filter((name) => functionRule(name).level === 'CHANGE')),
  handedOn: new Set(names.filter((name) => functionRule(name).reserved === undefined)),
};

export const id = (type: string, own: string) => encodeId('home', type, own);
export const customer = (own: string) => id('Customer', own);
export const positionOf = (service: string): Position => {
  const owner = facts.customerOf[service];
  return {
    customers: owner === undefined ? [] : [customer(owner)],
    accounts: [],
    services: [id('Service', service)],
    sites: [id('Site', facts.siteOf[service] ?? '')],
  };
};
/** Back ends that know where each service stands, and a contract that changes when it's told to. */
function surroundings(store: Store, contract: () => ReadonlySet<SsmFunction>) {
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

export interface Payload {
  readonly authorization?: { readonly raw: { readonly id: string; readonly version: number } } | null;
  readonly authority?: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** The resolvers themselves over a store of their own, with the guard's question asked before. */
export class System {
  readonly authorizations: { id: string; version: number }[] = [];
  readonly authorities: string[] = [];
  contract: ReadonlySet<SsmFunction>;
  now = NOW;
  readonly store: Store;
  constructor(store: Store, contract: ReadonlySet<SsmFunction>) {
    this.store = store;
    this.contract = contract;
  }

  async principal(actorId: string) {
    const found = await readPrincipal(this.store, actorId, this.now);
    if (found === undefined) throw new Error(`no ${actorId}`);
    return found.customerId === customer('c') ? bounded(found, this.contract) : found;
  }

  async run(resolver: Resolver, by: string, input: object): Promise<Payload> {
    const principal = await this.principal(by);
    const contract = () => (principal.customerId === customer('c') ? this.contract : new Set(FULL));
    const context = {
      operation: { principal, nowMs: this.now, requestId: 'r' },
      objects: surroundings(this.store, contract),
      // as much of the context as these resolvers read
    } as unknown as SubgraphContext;
    const root = { __typename: 'Mutation', provider: '', raw: {} };
    // every resolver of these gives a payload
    return (await resolver(root, { input }, context, {} as GraphQLResolveInfo)) as Payload;
  }
}
