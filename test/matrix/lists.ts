// Every root field that gives many: what each actor gets of it, with and without a filter that names another customer's object.
import { encodeId } from '../../schema/id.ts';
import type { MatrixActor } from './actors.ts';
import type { Ask } from './by-id.ts';
import { IDENTITY_LISTS } from './identity-lists.ts';
import { table, verdict } from './verdicts.ts';

const id = (type: string, backEnd: string) => JSON.stringify(encodeId('home', type, backEnd));
const PERIOD = 'from: "2026-11-01T00:00:00Z", until: "2026-11-15T00:00:00Z"';
const NODES = '{ nodes { id } }';

export interface ListQuery {
  readonly title: string;
  readonly field: string;
  /** `%` is where the other customer's id goes; without it nobody is named. */
  readonly query: string;
  readonly below?: readonly string[];
  readonly names?: { readonly type: string; readonly other: string; readonly absent: string };
}

const plain = (field: string, query = `${field}(first: 200) ${NODES}`): ListQuery => ({
  title: field,
  field,
  query,
});

const CUSTOMER = { type: 'Customer', other: 'cust-borealis', absent: 'cust-x' };
const ACCOUNT = { type: 'BillingAccount', other: 'acc-borealis', absent: 'acc-x' };
const SERVICE = { type: 'Service', other: 'svc-borealis-m-01', absent: 'svc-x' };
const SITE = { type: 'Site', other: 'site-borealis-hq', absent: 'site-x' };

const naming = (
  field: string,
  filter: string,
  names: ListQuery['names'],
  query = `${field}(first: 200, filter: { ${filter}: % }) ${NODES}`,
): ListQuery => ({ title: `${field}, ${filter} of Borealis`, field, query, ...(names ? { names } : {}) });

const callsOf = (more: string) =>
  `callAnalysis(input: { from: "2026-11-02", until: "2026-11-09", ${more} }) { totals { received } }`;

export const LISTS: readonly ListQuery[] = [
  plain('customers'),
  plain('products'),
  plain('services'),
  plain('resources'),
  plain('objectives'),
  plain('slaViolations'),
  plain('billingAccounts'),
  plain('bills'),
  plain('balances'),
  plain('balanceActions'),
  plain(
    'balanceConfirmation',
    `balanceConfirmation(id: ${JSON.stringify(encodeId('gateway', 'BalanceConfirmation', 'none'))}) { number }`,
  ),
  plain(
    'billingOptions',
    `billingOptions(accountId: ${id('BillingAccount', 'acc-acme-mobile')}) { modes cycles { name } }`,
  ),
  plain('payments'),
  plain('paymentMethods'),
  plain('paymentConfirmations'),
  plain(
    'paymentConfirmation',
    `paymentConfirmation(id: ${JSON.stringify(encodeId('gateway', 'PaymentConfirmation', 'none'))}) { number }`,
  ),
  plain('usageRecords'),
  plain('availabilityBySite', `availabilityBySite(${PERIOD}) { percent }`),
  plain('availableResources', 'availableResources(first: 5) { nodes { value } }'),
  plain('serviceAvailability', 'serviceAvailability(place: "site-acme-hq") { result }'),
  plain('productOfferings', 'productOfferings(first: 3) { nodes { id } }'),
  plain('categories', 'categories(first: 3) { nodes { id } }'),
  plain('me', 'me { actorId }'),
  plain(
    'configuredPrice',
    `configuredPrice(input: { offeringId: ${id('ProductOffering', 'off-business-line')} }) { quantity }`,
  ),
  {
    ...plain('spendByNumber', `spendByNumber(input: { ${PERIOD} }) { numbers { charges } }`),
    below: ['numbers'],
  },
  {
    ...plain(
      'usageContrast',
      `usageContrast(input: { accountId: ${id('BillingAccount', 'acc-borealis')}, from: "2026-10-01T00:00:00Z", until: "2026-10-02T00:00:00Z" }) { differences { kind } }`,
    ),
    title: 'usageContrast, of an account of Borealis',
    below: ['differences'],
  },
  { ...plain('usageOverview', 'usageOverview { services { state } }'), below: ['services'] },
  // chosen or ordered by what only some may read: a list must not answer who has which name or number
  {
    ...plain('customers', 'customers(first: 200, filter: { search: "Acme" }) { nodes { id } }'),
    title: 'customers, by part of a name',
  },
  {
    ...plain('customers', 'customers(first: 200, sort: NAME) { nodes { id } }'),
    title: 'customers, ordered by name',
  },
  {
    ...plain(
      'spendByNumber',
      `spendByNumber(input: { ${PERIOD}, numbers: ["33639980005"] }) { numbers { charges } }`,
    ),
    title: 'spendByNumber, of one number',
    below: ['numbers'],
  },
  {
    ...plain('usageOverview', 'usageOverview(filter: { numbers: ["33639980005"] }) { services { state } }'),
    title: 'usageOverview, of one number',
    below: ['services'],
  },
  naming('products', 'customerId', CUSTOMER),
  naming('products', 'billingAccountId', ACCOUNT),
  naming('services', 'customerId', CUSTOMER),
  naming('services', 'siteId', SITE),
  naming('resources', 'siteId', SITE),
  naming('objectives', 'customerId', CUSTOMER),
  naming('objectives', 'siteId', SITE),
  naming(
    'objectives',
    'serviceIds',
    SERVICE,
    'objectives(first: 200, filter: { serviceIds: [%] }) { nodes { id } }',
  ),
  naming('slaViolations', 'customerId', CUSTOMER),
  naming(
    'slaViolations',
    'serviceIds',
    SERVICE,
    'slaViolations(first: 200, filter: { serviceIds: [%] }) { nodes { id } }',
  ),
  naming('bills', 'accountId', ACCOUNT),
  naming('payments', 'accountId', ACCOUNT),
  naming('balances', 'accountId', ACCOUNT),
  naming('usageRecords', 'serviceId', SERVICE),
  naming(
    'availabilityBySite',
    'customerId',
    CUSTOMER,
    `availabilityBySite(${PERIOD}, customerId: %) { percent }`,
  ),
  {
    ...naming(
      'spendByNumber',
      'customerId',
      CUSTOMER,
      `spendByNumber(input: { ${PERIOD}, customerId: % }) { numbers { charges } }`,
    ),
    below: ['numbers'],
  },
  ...(['customerId: %', 'serviceIds: [%]'] as const).map((filter) => ({
    ...naming(
      'usageOverview',
      filter,
      filter.startsWith('customer') ? CUSTOMER : SERVICE,
      `usageOverview(filter: { ${filter} }) { services { state } }`,
    ),
    title: `usageOverview, ${filter.replace(/:.*/, '')} of Borealis`,
    below: ['services'],
  })),
  plain('alerts', 'alerts { id }'),
  plain('callAnalysis', callsOf('')),
  naming('callAnalysis', 'customerId', CUSTOMER, callsOf('customerId: %')),
  naming('callAnalysis', 'siteId', SITE, callsOf('siteId: %')),
  naming('callAnalysis', 'serviceIds', SERVICE, callsOf('serviceIds: [%]')),
  ...IDENTITY_LISTS,
];

/** Naming the other customer's object, or one that isn't there. */
export function listQuery({ query, names }: ListQuery, which: 'other' | 'absent' = 'other'): string {
  return `{ ${names === undefined ? query : query.replace('%', id(names.type, names[which]))} }`;
}

export async function byList(ask: Ask, actors: readonly MatrixActor[]): Promise<string> {
  const rows: string[][] = [];
  for (const list of LISTS) {
    const row = [list.title];
    for (const { as } of actors) {
      const asked = await ask(listQuery(list), as);
      row.push(verdict(asked, [list.field, ...(list.below ?? [])]) ?? verdict(asked, [list.field]) ?? '?');
    }
    rows.push(row);
  }
  return table(['field', ...actors.map(({ name }) => name)], rows);
}
