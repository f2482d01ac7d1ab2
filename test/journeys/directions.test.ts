// SSM-B-05: one graph over separate systems: from anything to anything that hangs together, in one query.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { readableJson } from '../support/readable-json.ts';

const id = (type: string, backEnd: string) => encodeId('home', type, backEnd);
const APART_MS = 15 * 60 * 1000;

const WAYS = [
  {
    way: 'bill to account to products to services to objectives and usage',
    as: 'acme-manager',
    calls: 9,
    because:
      'bill (678), account (666), offering-less products (637), services (638), objectives (657), measurements (628), usage (677): one each, whatever the number of rows; lines (678) and what they are for (637) besides',
    query: `query ($id: ID!) { bill(id: $id) { number
      lines(first: 3) { nodes { name product { name } } }
      account { name products(first: 50) { nodes { name services { name
        objectives { indicator status } usage { freshness allowances { kind usedPercent } } } } } } } }`,
    variables: { id: id('CustomerBill', 'bill-acc-acme-fixed-2026-10') },
  },
  {
    way: 'service to product to account to bill',
    as: 'acme-manager',
    calls: 4,
    because: 'service (638), product (637), account (666), its bills (678)',
    query: `query ($id: ID!) { service(id: $id) { name products { name
      billingAccount { name bills(first: 2) { nodes { number amountDue { amount } } } } } } }`,
    variables: { id: id('Service', 'svc-acme-m-01') },
  },
  {
    way: 'product to offering to specification and prices',
    as: 'acme-config',
    calls: 4,
    because: 'product (637); offering, specification and prices are three resources of 620',
    query: `query ($id: ID!) { product(id: $id) { name configuration { name value }
      offering { name specification { name } prices { name kind amount { amount } } } } }`,
    variables: { id: id('Product', 'prd-acme-m-05') },
  },
  {
    way: 'resource to service to site and back to its resources',
    as: 'acme-manager',
    calls: 3,
    because: 'resource (639), its service (638), and the other resource that the service names (639)',
    query: `query ($id: ID!) { resource(id: $id) { category
      services { name site { name } resources { category } } } }`,
    variables: { id: id('Resource', 'res-msisdn-acme-m-01') },
  },
  {
    way: 'usage record to service, rated charge and product',
    as: 'acme-billing',
    calls: 3,
    because: 'records (635) know whose they are; products (637) and services (638) by id, once each',
    query: `query ($id: ID!) { usageRecords(first: 5, filter: { serviceId: $id }) { nodes { at kind
      service { name } charges { taxIncluded { amount } product { name } } } } }`,
    variables: { id: id('Service', 'svc-acme-m-30') },
  },
  {
    way: 'customer to everything, for provider staff',
    as: 'soc-operator',
    calls: 6,
    because:
      'customer (629), agreements (651), the products that they name and a page of products (637 twice), services (638), objectives (657)',
    query: `query ($id: ID!) { customer(id: $id) { segment agreements { name products { id } }
      products(first: 3) { nodes { name } } services(first: 3) { nodes { name objectives { indicator target } } } } }`,
    variables: { id: id('Customer', 'cust-family') },
  },
] as const;

describe('SSM-B-05 from cold caches', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test.each(WAYS)('$way', async ({ way, as, calls, because, query, variables }) => {
    const asked = await world.ask(query, { as, variables });
    world.clock.advance(APART_MS);
    const { status, errors, data } = asked;
    const name = way.replaceAll(/[^a-z]+/g, '-');
    const text = `${readableJson({ status, errors, data })}\n\n${asked.calls.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`answers/directions/${name}.txt`);
    expect(errors).toEqual([]);
    expect(asked.calls, `${because}\n${asked.calls.join('\n')}`).toHaveLength(calls);
  });
});
