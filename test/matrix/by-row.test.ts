// SSM-A-08: what is asked of every row and not once for all: functions held on some objects only, parties in other roles, what hangs on nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { HALF_LEDGER } from './actors.ts';

/** Reads the configuration of all lines, and persons of none; or persons of one. */
const configures = (actorId: string, grants: DemoActor['grants']): DemoActor => ({
  actorId,
  kind: 'AUTHORIZED_USER',
  displayName: 'Configures lines',
  customer: 'cust-acme',
  grants: [{ functions: ['SERVICE_VIEW', 'CONFIGURATION_VIEW'], scope: { kind: 'CUSTOMER' } }, ...grants],
});
const BLIND = configures('blind', []);
const ONE_EYED = configures('one-eyed', [
  { functions: ['PERSON_VIEW'], scope: { kind: 'SERVICES', ids: ['svc-acme-m-01'] } },
]);
const CLERK: DemoActor = {
  actorId: 'clerk',
  kind: 'STAFF',
  displayName: 'Clerk',
  grants: [{ functions: ['PRODUCT_VIEW', 'ACCOUNT_VIEW'], scope: { kind: 'EVERY_CUSTOMER' } }],
};

let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [HALF_LEDGER, BLIND, ONE_EYED, CLERK] });
});
afterAll(() => world.stop());

const id = (type: string, backEnd: string) => JSON.stringify(encodeId('home', type, backEnd));

async function patch(api: string, path: string, body: object): Promise<void> {
  const base = world.simulator.apis.find((each) => each.api === api)?.baseUrl;
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${base}/${path}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
  expect(status).toBe(200);
}

const given = async (query: string, as: string) => {
  const { data, errors } = await world.ask(query, { as });
  expect(errors).toEqual([]);
  return data;
};

test('SSM-A-08 rows chosen by what one may read of some: of those alone, and no count tells of the others', async () => {
  const billedTo = (account: string) =>
    `{ products(first: 1, filter: { billingAccountId: ${id('BillingAccount', account)} }) { totalCount nodes { __typename } } }`;
  expect(await given(billedTo('acc-acme-fixed'), 'acme-half-ledger')).toEqual({
    products: { totalCount: null, nodes: [{ __typename: 'Product' }] },
  });
  expect(await given(billedTo('acc-acme-mobile'), 'acme-half-ledger')).toEqual({
    products: { totalCount: null, nodes: [] },
  });
});

test('SSM-A-08 a parameter whose name a field guards is guarded in the list of parameters, object by object', async () => {
  const query = `{ one: service(id: ${id('Service', 'svc-acme-m-01')}) { configuration { name } }
    two: service(id: ${id('Service', 'svc-acme-m-02')}) { configuration { name } } }`;
  const told = async (as: string) => {
    const data = (await given(query, as)) as Record<string, { configuration: { name: string }[] }>; // by the schema
    return Object.values(data).map(({ configuration }) => configuration.map(({ name }) => name));
  };
  const [all] = await told('acme-manager');
  const rest = all?.filter((name) => name !== 'number');
  expect(rest?.length).toBe((all?.length ?? 0) - 1);
  expect(await told('acme-manager')).toEqual([all, all]);
  expect(await told('one-eyed')).toEqual([all, rest]);
  expect(await told('blind')).toEqual([rest, rest]);
});

test('SSM-A-08 another customer that stands beside in another role owns nothing of it', async () => {
  const owner = (customer: string, role: string) => ({ id: customer, role, '@referredType': 'Customer' });
  const line = 'svc-acme-m-03';
  await patch('TMF638', `service/${line}`, {
    relatedParty: [owner('cust-acme', 'customer'), owner('cust-borealis', 'reseller')],
  });
  const one = `{ service(id: ${id('Service', line)}) { kind } }`;
  expect(await given(one, 'acme-manager')).toEqual({ service: { kind: 'MOBILE' } });
  expect(await given(one, 'borealis-manager')).toEqual({ service: null });
  const all = await given('{ services(first: 200) { nodes { id } } }', 'borealis-manager');
  expect(JSON.stringify(all)).not.toContain(id('Service', line));
});

test('SSM-A-08 a reference to what is not there leads nowhere, also for who may see every customer', async () => {
  await patch('TMF637', 'product/prd-acme-m-03', { billingAccount: { id: 'acc-gone' } });
  const query = `{ product(id: ${id('Product', 'prd-acme-m-03')}) { billingAccount { id } } }`;
  for (const as of ['clerk', 'acme-manager'])
    expect(await given(query, as)).toEqual({ product: { billingAccount: null } });
});
