// SSM-A-11: what customers call their things names people: who crosses customers without PERSON_VIEW reads, searches and orders by none of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { FUNCTIONS } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';

const staff = (actorId: string, functions: readonly string[]): DemoActor => ({
  actorId,
  kind: 'STAFF',
  displayName: actorId,
  grants: [{ functions, scope: { kind: 'EVERY_CUSTOMER' } }],
});
const ALL = Object.keys(FUNCTIONS);
const SEES_PERSONS = staff('sees-persons', ALL);
const SEES_NONE = staff(
  'sees-none',
  ALL.filter((name) => name !== 'PERSON_VIEW'),
);

let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [SEES_PERSONS, SEES_NONE] });
  const base = world.simulator.apis.find(({ api }) => api === 'TMF638')?.baseUrl;
  await fetch(`${base}/service/svc-family-m-1`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'AAA of Claire', description: 'The one that Claire lost' }),
  });
});
afterAll(() => world.stop());

const ID = encodeId('home', 'Service', 'svc-family-m-1');
const LISTS = `{
  services(first: 200) { nodes { id name description } }
  products(first: 200) { nodes { name description services { name } } }
  objectives(first: 200) { nodes { name } }
}`;

describe('SSM-A-11 labels', () => {
  test('SSM-A-11 to who reads all customers without PERSON_VIEW they are null, and no error', async () => {
    const as = 'analytics';
    const listed = await world.ask(LISTS, { as });
    expect(listed.errors).toEqual([]);
    const { services, products, objectives } = listed.data as Record<string, { nodes: { name: unknown }[] }>; // by the schema
    expect(services?.nodes.length).toBeGreaterThan(40);
    expect(
      new Set([services, products, objectives].flatMap((each) => each?.nodes ?? []).map(({ name }) => name)),
    ).toEqual(new Set([null]));
    const one = await world.ask(`{ service(id: "${ID}") { kind name description } }`, { as });
    expect(one.data).toEqual({ service: { kind: 'MOBILE', name: null, description: null } });
    expect(listed.text + one.text).not.toContain('Claire');
  });

  test('SSM-A-11 no search tells one, and no order', async () => {
    const search = 'query($s: String) { services(filter: { search: $s }) { nodes { id } } }';
    for (const s of ['Claire', 'nothing is called so'])
      expect((await world.ask(search, { as: 'analytics', variables: { s } })).errors).toMatchObject([
        { code: 'FORBIDDEN' },
      ]);
    const first = async (as: string) =>
      (await world.ask('{ services(first: 1, sort: NAME) { nodes { id } } }', { as })).data;
    expect(await first('soc-operator')).toEqual({ services: { nodes: [{ id: ID }] } });
    expect(await first('analytics')).not.toEqual(await first('soc-operator'));
  });

  test('SSM-A-11 whoever may read names has them, and of the customer whoever was handed the thing', async () => {
    const name = async (as: string, id: string) =>
      (await world.ask(`{ service(id: "${id}") { name } }`, { as })).data;
    expect(await name('soc-operator', ID)).toEqual({ service: { name: 'AAA of Claire' } });
    expect(await name('family-manager', ID)).toEqual({ service: { name: 'AAA of Claire' } });
    // a user of one site, who was not granted PERSON_VIEW
    const access = encodeId('home', 'Service', 'svc-acme-bb-1');
    expect(await name('acme-check', access)).toEqual({ service: { name: expect.stringContaining('fibre') } });
  });
});

const SERVICE = encodeId('home', 'Service', 'svc-acme-m-01');
const OF_SERVICE = (fields: string) => `{ service(id: "${SERVICE}") { ${fields} } }`;
const LIST = (field: string, fields: string) => `{ ${field}(first: 100) { nodes { ${fields} } } }`;
const BILL = encodeId('home', 'CustomerBill', 'bill-acc-acme-mobile-2026-10');

/** By type and field of the contract: where it is read. */
const LABELS: Readonly<Record<string, string>> = {
  'Balance.name': LIST('balances', 'label: name'),
  'BillingAccount.name': LIST('billingAccounts', 'label: name'),
  'BillingAccount.description': LIST('billingAccounts', 'label: description'),
  'Charge.name': `{ bill(id: "${BILL}") { lines { nodes { label: name } } } }`,
  'Charge.description': `{ bill(id: "${BILL}") { lines { nodes { label: description } } } }`,
  'Product.name': LIST('products', 'label: name'),
  'Product.description': LIST('products', 'label: description'),
  'Service.name': LIST('services', 'label: name'),
  'Service.description': LIST('services', 'label: description'),
  'ServiceLevelObjective.name': LIST('objectives', 'label: name'),
  'SlaViolation.agreement': LIST('slaViolations', 'label: agreement'),
  'SlaViolation.comment': LIST('slaViolations', 'label: comment'),
  'Allowance.name': OF_SERVICE('usage { allowances { label: name } }'),
};

describe('SSM-A-11 each label', () => {
  test('SSM-A-11 of the contract is among them', () => {
    const { subgraphs } = world.main.running.contract;
    const labels = [...subgraphs.values()].flatMap(({ fields }) =>
      [...fields.values()].flatMap((ofType) =>
        [...ofType.values()].filter(({ label }) => label !== undefined),
      ),
    );
    expect(Object.keys(LABELS).sort()).toEqual(labels.map(({ parent, name }) => `${parent}.${name}`).sort());
  });

  test.each(Object.entries(LABELS))('SSM-A-11 %s is null to staff without PERSON_VIEW', async (_, query) => {
    const told = async (as: string) => {
      const { text, errors } = await world.ask(query, { as });
      expect(errors).toEqual([]);
      return [...text.matchAll(/"label":(null|"[^"]+")/g)].map(([, label]) => label);
    };
    const [seen, withheld] = [await told('sees-persons'), await told('sees-none')];
    expect(seen.some((label) => label !== 'null')).toBe(true);
    expect(withheld).toEqual(seen.map(() => 'null'));
  });
});
