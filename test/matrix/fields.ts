// Every guarded field of every type, asked by everybody on an object of their own.
import {
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type Contract, ROOTS } from '../../schema/data-sheet.ts';
import { encodeId } from '../../schema/id.ts';
import { rulesOf } from '../../subgraphs/guard.ts';
import type { MatrixActor } from './actors.ts';
import type { Ask } from './by-id.ts';
import { table, verdict } from './verdicts.ts';

interface Own {
  readonly customer: string;
  readonly key: string;
  readonly resource: string;
  readonly account: string;
  /** A service that stands somewhere, where the customer has one. */
  readonly sited: string;
}

const OWN: Readonly<Record<MatrixActor['owner'] | 'acme access', Own>> = {
  acme: {
    customer: 'cust-acme',
    key: 'acme-m-01',
    resource: 'res-msisdn-acme-m-01',
    account: 'acc-acme-mobile',
    sited: 'acme-bb-1',
  },
  'acme access': {
    customer: 'cust-acme',
    key: 'acme-bb-1',
    resource: 'res-ont-acme-bb-1',
    account: 'acc-acme-fixed',
    sited: 'acme-bb-1',
  },
  borealis: {
    customer: 'cust-borealis',
    key: 'borealis-m-01',
    resource: 'res-msisdn-borealis-m-01',
    account: 'acc-borealis',
    sited: 'borealis-bb-1',
  },
  family: {
    customer: 'cust-family',
    key: 'family-m-1',
    resource: 'res-msisdn-family-m-1',
    account: 'acc-family',
    sited: 'family-bb-1',
  },
  prepaid: {
    customer: 'cust-prepaid',
    key: 'prepaid-m-1',
    resource: 'res-msisdn-prepaid-m-1',
    account: 'acc-prepaid',
    sited: 'prepaid-m-1',
  },
};

const ownOf = ({ owner, holds }: MatrixActor): Own =>
  OWN[owner === 'acme' && holds === 'access' ? 'acme access' : owner];

const PERIOD = 'from: "2026-11-01T00:00:00Z", until: "2026-11-15T00:00:00Z"';

const CALLS = 'callAnalysis(input: { from: "2026-11-02", until: "2026-11-09" })';

/** Charges of a month, and the records of its first day: a month of a company's takes long. */
const CONTRASTED = 'from: "2026-10-01T00:00:00Z", until: "2026-10-02T00:00:00Z"';

const id = (type: string, backEnd: string) => JSON.stringify(encodeId('home', type, backEnd));

interface Way {
  /** `%` stands for the fields that are asked. */
  readonly query: string;
  readonly path: readonly (string | number)[];
}

/** How to come to an object of each type. */
const WAYS: Readonly<Record<string, (own: Own) => Way>> = {
  Actor: () => ({ query: '{ me { % } }', path: ['me'] }),
  Authorization: () => ({ query: '{ me { authorizations { % } } }', path: ['me', 'authorizations', 0] }),
  Customer: (own) => ({
    query: `{ customer(id: ${id('Customer', own.customer)}) { % } }`,
    path: ['customer'],
  }),
  Agreement: (own) => ({
    query: `{ customer(id: ${id('Customer', own.customer)}) { agreements { % } } }`,
    path: ['customer', 'agreements', 0],
  }),
  Product: (own) => ({
    query: `{ product(id: ${id('Product', `prd-${own.key}`)}) { % } }`,
    path: ['product'],
  }),
  ProductRelation: (own) => ({
    query: `{ product(id: ${id('Product', `prd-${own.key}`)}) { relations { % } } }`,
    path: ['product', 'relations', 0],
  }),
  Charge: (own) => ({
    query: `{ product(id: ${id('Product', `prd-${own.key}`)}) { charges(first: 1) { nodes { % } } } }`,
    path: ['product', 'charges', 'nodes', 0],
  }),
  Service: (own) => ({
    query: `{ service(id: ${id('Service', `svc-${own.key}`)}) { % } }`,
    path: ['service'],
  }),
  Site: (own) => ({
    query: `{ service(id: ${id('Service', `svc-${own.sited}`)}) { site { % } } }`,
    path: ['service', 'site'],
  }),
  ServiceUsage: (own) => ({
    query: `{ usage(serviceId: ${id('Service', `svc-${own.key}`)}) { % } }`,
    path: ['usage'],
  }),
  Allowance: (own) => ({
    query: `{ usage(serviceId: ${id('Service', `svc-${own.key}`)}) { allowances { % } } }`,
    path: ['usage', 'allowances', 0],
  }),
  AllowanceSharer: () => ({
    query: '{ usageOverview(filter: { isShared: true }) { shared { sharers { % } } } }',
    path: ['usageOverview', 'shared', 0, 'sharers', 0],
  }),
  Resource: (own) => ({
    query: `{ resource(id: ${id('Resource', own.resource)}) { % } }`,
    path: ['resource'],
  }),
  ServiceLevelObjective: (own) => ({
    query: `{ objective(id: ${id('ServiceLevelObjective', `slo-svc-${own.key}-availability`)}) { % } }`,
    path: ['objective'],
  }),
  SlaViolation: () => ({
    query: '{ slaViolations(first: 1) { nodes { % } } }',
    path: ['slaViolations', 'nodes', 0],
  }),
  SiteAvailability: (own) => ({
    query: `{ availabilityBySite(${PERIOD}, customerId: ${id('Customer', own.customer)}) { % } }`,
    path: ['availabilityBySite', 0],
  }),
  BillingAccount: (own) => ({
    query: `{ billingAccount(id: ${id('BillingAccount', own.account)}) { % } }`,
    path: ['billingAccount'],
  }),
  ChargesSoFar: (own) => ({
    query: `{ billingAccount(id: ${id('BillingAccount', own.account)}) { chargesSoFar { % } } }`,
    path: ['billingAccount', 'chargesSoFar'],
  }),
  CustomerBill: (own) => ({
    query: `{ bill(id: ${id('CustomerBill', `bill-${own.account}-2026-10`)}) { % } }`,
    path: ['bill'],
  }),
  BillingSettings: (own) => ({
    query: `{ billingAccount(id: ${id('BillingAccount', own.account)}) { billing { % } } }`,
    path: ['billingAccount', 'billing'],
  }),
  BillingChangePayload: (own) => ({
    query: `mutation { changeBilling(input: { accountId: ${id('BillingAccount', own.account)}, dryRun: true }) { % } }`,
    path: ['changeBilling'],
  }),
  Balance: () => ({ query: '{ balances(first: 1) { nodes { % } } }', path: ['balances', 'nodes', 0] }),
  BalanceAction: () => ({
    query: '{ balanceActions(first: 1) { nodes { % } } }',
    path: ['balanceActions', 'nodes', 0],
  }),
  BalanceConfirmation: () => ({
    query: `{ balanceConfirmation(id: ${JSON.stringify(encodeId('gateway', 'BalanceConfirmation', 'none'))}) { % } }`,
    path: ['balanceConfirmation'],
  }),
  Payment: (own) => ({
    query: `{ payment(id: ${id('Payment', `pay-bill-${own.account}-2026-09`)}) { % } }`,
    path: ['payment'],
  }),
  PaymentItem: (own) => ({
    query: `{ payment(id: ${id('Payment', `pay-bill-${own.account}-2026-09`)}) { items { % } } }`,
    path: ['payment', 'items', 0],
  }),
  PaymentMethod: (own) => ({
    query: `{ paymentMethod(id: ${id('PaymentMethod', `pm-${own.customer.replace('cust-', '')}-card`)}) { % } }`,
    path: ['paymentMethod'],
  }),
  PaymentConfirmation: () => ({
    query: '{ paymentConfirmations(first: 1) { nodes { % } } }',
    path: ['paymentConfirmations', 'nodes', 0],
  }),
  ConfirmedItem: () => ({
    query: '{ paymentConfirmations(first: 1) { nodes { items { % } } } }',
    path: ['paymentConfirmations', 'nodes', 0, 'items', 0],
  }),
  PaymentMethodPayload: () => ({
    query:
      'mutation { registerPaymentMethod(input: { token: "-", lastFourDigits: "1", expiresOn: "2030-01-01" }) { % } }',
    path: ['registerPaymentMethod'],
  }),
  BillGroup: (own) => ({
    query: `{ bill(id: ${id('CustomerBill', `bill-${own.account}-2026-10`)}) { summary { groups { % } } } }`,
    path: ['bill', 'summary', 'groups', 0],
  }),
  ServiceForecast: (own) => ({
    query: `{ billingAccount(id: ${id('BillingAccount', own.account)}) { forecast { services { % } } } }`,
    path: ['billingAccount', 'forecast', 'services', 0],
  }),
  UsageContrast: (own) => ({
    query: `{ usageContrast(input: { accountId: ${id('BillingAccount', own.account)}, ${CONTRASTED} }) { % } }`,
    path: ['usageContrast'],
  }),
  UsageDifference: (own) => ({
    query: `{ usageContrast(input: { accountId: ${id('BillingAccount', own.account)}, ${CONTRASTED} }) { differences { % } } }`,
    path: ['usageContrast', 'differences', 0],
  }),
  NumberSpend: (own) => ({
    query: `{ spendByNumber(input: { from: "2026-10-01T00:00:00Z", until: "2026-11-15T00:00:00Z", customerId: ${id('Customer', own.customer)} }) { numbers { % } } }`,
    path: ['spendByNumber', 'numbers', 0],
  }),
  Alert: () => ({ query: '{ alerts { % } }', path: ['alerts', 0] }),
  ServiceCalls: () => ({ query: `{ ${CALLS} { services { % } } }`, path: ['callAnalysis', 'services', 0] }),
  LineCalls: () => ({ query: `{ ${CALLS} { lines { % } } }`, path: ['callAnalysis', 'lines', 0] }),
  UsageRecord: () => ({
    query: '{ usageRecords(first: 1) { nodes { % } } }',
    path: ['usageRecords', 'nodes', 0],
  }),
  RatedUsage: () => ({
    query: '{ usageRecords(first: 1) { nodes { charges { % } } } }',
    path: ['usageRecords', 'nodes', 0, 'charges', 0],
  }),
};

/** By type: its fields that take a function to read, of whomever, in this or another subgraph. */
export function guardedFields(contract: Contract): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { fields } of contract.subgraphs.values()) {
    for (const [type, ofType] of fields) {
      // pages are asked through the field that returns them
      if (ROOTS.has(type) || type.endsWith('Connection') || type.endsWith('Edge')) continue;
      for (const field of ofType.values()) {
        const { holds, on } = rulesOf(field, contract);
        if (holds.length + on.length === 0 && field.label === undefined) continue;
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
    for (const actor of actors) {
      const { query, path } = way(ownOf(actor));
      const asked = await ask(query.replace('%', fields), actor.as);
      for (const [index, name] of names.entries()) rows[index]?.push(verdict(asked, [...path, name]) ?? '·');
    }
    sections.push(`## ${type}\n\n${table(['field', ...actors.map(({ name }) => name)], rows)}`);
  }
  return sections.join('\n\n');
}
