// Every guarded field of every type, asked by everybody on an object of their own.
import {
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Contract } from '../../schema/data-sheet.ts';
import { encodeId } from '../../schema/id.ts';
import { rulesOf } from '../../subgraphs/guard.ts';
import type { MatrixActor } from './actors.ts';
import type { Ask } from './by-id.ts';
import { table, verdict } from './verdicts.ts';

const KEYS = { acme: 'acme-m-01', borealis: 'borealis-m-01', family: 'family-m-1', prepaid: 'prepaid-m-1' };
const NUMBERS = {
  acme: '33639980001',
  borealis: '33639981001',
  family: '33639982001',
  prepaid: '33639983001',
};
const ACCOUNTS = {
  acme: 'acc-acme-mobile',
  borealis: 'acc-borealis',
  family: 'acc-family',
  prepaid: 'acc-prepaid',
};
const PERIOD = 'from: "2026-11-01T00:00:00Z", until: "2026-11-15T00:00:00Z"';

type Owner = MatrixActor['owner'];
const id = (type: string, backEnd: string) => JSON.stringify(encodeId('home', type, backEnd));

interface Way {
  /** `%` stands for the fields that are asked. */
  readonly query: string;
  readonly path: readonly (string | number)[];
}

/** How to come to an object of each type. */
const WAYS: Readonly<Record<string, (owner: Owner) => Way>> = {
  Actor: () => ({ query: '{ me { % } }', path: ['me'] }),
  Authorization: () => ({ query: '{ me { authorizations { % } } }', path: ['me', 'authorizations', 0] }),
  Customer: (owner) => ({
    query: `{ customer(id: ${id('Customer', `cust-${owner}`)}) { % } }`,
    path: ['customer'],
  }),
  Agreement: (owner) => ({
    query: `{ customer(id: ${id('Customer', `cust-${owner}`)}) { agreements { % } } }`,
    path: ['customer', 'agreements', 0],
  }),
  Product: (owner) => ({
    query: `{ product(id: ${id('Product', `prd-${KEYS[owner]}`)}) { % } }`,
    path: ['product'],
  }),
  ProductRelation: (owner) => ({
    query: `{ product(id: ${id('Product', `prd-${KEYS[owner]}`)}) { relations { % } } }`,
    path: ['product', 'relations', 0],
  }),
  Charge: (owner) => ({
    query: `{ product(id: ${id('Product', `prd-${KEYS[owner]}`)}) { charges(first: 1) { nodes { % } } } }`,
    path: ['product', 'charges', 'nodes', 0],
  }),
  Service: (owner) => ({
    query: `{ service(id: ${id('Service', `svc-${KEYS[owner]}`)}) { % } }`,
    path: ['service'],
  }),
  ServiceUsage: (owner) => ({
    query: `{ usage(serviceId: ${id('Service', `svc-${KEYS[owner]}`)}) { % } }`,
    path: ['usage'],
  }),
  Resource: (owner) => ({
    query: `{ resource(id: ${id('Resource', `res-msisdn-${NUMBERS[owner]}`)}) { % } }`,
    path: ['resource'],
  }),
  ServiceLevelObjective: (owner) => ({
    query: `{ objective(id: ${id('ServiceLevelObjective', `slo-svc-${KEYS[owner]}-availability`)}) { % } }`,
    path: ['objective'],
  }),
  SiteAvailability: (owner) => ({
    query: `{ availabilityBySite(${PERIOD}, customerId: ${id('Customer', `cust-${owner}`)}) { % } }`,
    path: ['availabilityBySite', 0],
  }),
  BillingAccount: (owner) => ({
    query: `{ billingAccount(id: ${id('BillingAccount', ACCOUNTS[owner])}) { % } }`,
    path: ['billingAccount'],
  }),
  ChargesSoFar: (owner) => ({
    query: `{ billingAccount(id: ${id('BillingAccount', ACCOUNTS[owner])}) { chargesSoFar { % } } }`,
    path: ['billingAccount', 'chargesSoFar'],
  }),
  CustomerBill: (owner) => ({
    query: `{ bill(id: ${id('CustomerBill', `bill-${ACCOUNTS[owner]}-2026-10`)}) { % } }`,
    path: ['bill'],
  }),
  NumberSpend: (owner) => ({
    query: `{ spendByNumber(input: { from: "2026-10-01T00:00:00Z", until: "2026-11-15T00:00:00Z", customerId: ${id('Customer', `cust-${owner}`)} }) { numbers { % } } }`,
    path: ['spendByNumber', 'numbers', 0],
  }),
  UsageRecord: () => ({
    query: '{ usageRecords(first: 1) { nodes { % } } }',
    path: ['usageRecords', 'nodes', 0],
  }),
  RatedUsage: () => ({
    query: '{ usageRecords(first: 1) { nodes { charges { % } } } }',
    path: ['usageRecords', 'nodes', 0, 'charges', 0],
  }),
};

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** By type: its fields that take a function to read, in this or another subgraph. */
export function guardedFields(contract: Contract): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { fields } of contract.subgraphs.values()) {
    for (const [type, ofType] of fields) {
      // pages are asked through the field that returns them
      if (ROOTS.has(type) || type.endsWith('Connection') || type.endsWith('Edge')) continue;
      for (const field of ofType.values()) {
        const { holds, on } = rulesOf(field, contract);
        if (holds.length + on.length === 0) continue;
        found.set(type, (found.get(type) ?? new Set()).add(field.name));
      }
    }
  }
  return new Map([...found].sort().map(([type, names]) => [type, [...names].sort()]));
}

export const reachable = (type: string): boolean => WAYS[type] !== undefined;

function selection(schema: GraphQLSchema, type: string, name: string): string {
  const parent = schema.getType(type);
  const field = isObjectType(parent) ? parent.getFields()[name] : undefined;
  if (field === undefined) throw new Error(`${type}.${name} is not in the graph`);
  const mustHave = field.args.some((arg) => isNonNullType(arg.type));
  const named = getNamedType(field.type);
  const own = isListType(named) || !isCompositeType(named) ? '' : ' { __typename }';
  if (named.name.endsWith('Connection')) return `${name}(first: 1) { nodes { __typename } }`;
  return `${name}${mustHave ? `(${PERIOD})` : ''}${own}`;
}

export async function byField(
  ask: Ask,
  actors: readonly MatrixActor[],
  contract: Contract,
  schema: GraphQLSchema,
): Promise<string> {
  const sections: string[] = [];
  for (const [type, names] of guardedFields(contract)) {
    const way = WAYS[type];
    if (way === undefined) continue;
    const rows = names.map((name) => [name]);
    const fields = names.map((name) => selection(schema, type, name)).join(' ');
    for (const { as, owner } of actors) {
      const { query, path } = way(owner);
      const asked = await ask(query.replace('%', fields), as);
      for (const [index, name] of names.entries()) rows[index]?.push(verdict(asked, [...path, name]) ?? '·');
    }
    sections.push(`## ${type}\n\n${table(['field', ...actors.map(({ name }) => name)], rows)}`);
  }
  return sections.join('\n\n');
}
