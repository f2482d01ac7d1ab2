// For each API, a query that needs it, and the field that is its own.
import { encodeId } from '../../schema/id.ts';

const id = (type: string, backEnd: string) => JSON.stringify(encodeId('home', type, backEnd));
const SERVICE = `service(id: ${id('Service', 'svc-acme-bb-1')})`;
const CUSTOMER = `customer(id: ${id('Customer', 'cust-acme')})`;

export interface ApiQuery {
  readonly api: string;
  readonly query: string;
  readonly path: readonly string[];
}

export const API_QUERIES: readonly ApiQuery[] = [
  { api: 'TMF620', query: 'productOfferings(first: 1) { nodes { id } }', path: ['productOfferings'] },
  { api: 'TMF635', query: 'usageRecords(first: 1) { nodes { id } }', path: ['usageRecords'] },
  { api: 'TMF637', query: 'products(first: 1) { nodes { id } }', path: ['products'] },
  { api: 'TMF638', query: 'services(first: 1) { nodes { id } }', path: ['services'] },
  { api: 'TMF639', query: 'resources(first: 1) { nodes { id } }', path: ['resources'] },
  {
    api: 'TMF645',
    query: 'serviceAvailability(place: "site-acme-hq") { result }',
    path: ['serviceAvailability'],
  },
  { api: 'TMF651', query: `${CUSTOMER} { segment agreements { name } }`, path: ['customer', 'agreements'] },
  { api: 'TMF657', query: `${SERVICE} { name objectives { indicator } }`, path: ['service', 'objectives'] },
  { api: 'TMF666', query: 'billingAccounts(first: 1) { nodes { id } }', path: ['billingAccounts'] },
  { api: 'TMF678', query: 'bills(first: 1) { nodes { id } }', path: ['bills'] },
  // the last ones are kept for all: a question of theirs that hangs keeps waiting whoever comes after
  { api: 'TMF629', query: `${CUSTOMER} { segment }`, path: ['customer'] },
  { api: 'TMF677', query: `${SERVICE} { name usage { asOf } }`, path: ['service', 'usage'] },
  {
    api: 'TMF628',
    query: `${SERVICE} { name measurements(from: "2026-11-01T00:00:00Z", until: "2026-11-03T00:00:00Z") { value } }`,
    path: ['service', 'measurements'],
  },
];

/** Beside the field that fails: one of no back end, and one of another. */
export const beside = (api: string): string =>
  `me { actorId } ${api === 'TMF638' ? 'others: products(first: 1) { nodes { id } }' : 'others: services(first: 1) { nodes { id } }'}`;
