// SSM-C-11: resolvers that read objects themselves ask back ends for what the whole operation reads of them, and no more.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** The attributes that each question of the API asked for. */
async function attributesAsked(
  api: string,
  query: string,
  as: string,
  ask = world.ask,
): Promise<readonly string[][]> {
  const before = world.simulator.requests().length;
  const { errors } = await ask(query, { as });
  expect(errors).toEqual([]);
  return world.simulator
    .requests()
    .slice(before)
    .filter((each) => each.api === api)
    .map(({ path }) =>
      (new URL(path, 'http://simulator').searchParams.get('fields') ?? '').split(',').sort(),
    );
}

const PERIOD = 'from: "2026-11-01T00:00:00Z", until: "2026-11-15T00:00:00Z"';
const bySite = (worst: string): string =>
  `{ availabilityBySite(${PERIOD}) { percent site { name } worst { ${worst} } } }`;

test('a list that is computed over asks for what is computed with, and for what other fields select', async () => {
  expect(await attributesAsked('TMF638', bySite('id'), 'acme-manager')).toEqual([
    ['id', 'place', 'relatedParty'],
  ]);
  // other fields of the same objects, in another subgraph: the same one question
  expect(await attributesAsked('TMF638', bySite('kind features { name }'), 'acme-manager')).toEqual([
    ['feature', 'id', 'place', 'relatedParty', 'serviceType'],
  ]);
});

test('what fragments select counts, included or not', async () => {
  const query = `query ($no: Boolean = false) { availabilityBySite(${PERIOD}) { worst { ...Shown @include(if: $no) } } }
    fragment Shown on Service { ... on Service { name } }`;
  expect(await attributesAsked('TMF638', query, 'acme-manager')).toEqual([
    ['id', 'name', 'place', 'relatedParty'],
  ]);
});

test('what a resolver reads of other objects is asked for by whoever asks for those first', async () => {
  const query = (more: string): string =>
    `{ usageOverview { services { service { name } } shared { name ${more} } } }`;
  expect(await attributesAsked('TMF638', query(''), 'acme-manager')).toEqual([
    ['id', 'name', 'place', 'relatedParty', 'serviceCharacteristic'],
  ]);
  expect(await attributesAsked('TMF638', query('sharers { isThisOne }'), 'acme-manager')).toEqual([
    ['id', 'name', 'place', 'relatedEntity', 'relatedParty', 'serviceCharacteristic', 'supportingResource'],
  ]);
});

test('a subgraph that runs alone, which is not told what is selected, asks for what any of its resolvers reads', async () => {
  const { url } = await world.subgraphs(['usage']);
  const apart = await world.another({ env: { SUBGRAPHS: `usage=${url}/usage` } });
  const query = '{ usageOverview { shared { name sharers { isThisOne used { amount } } } } }';
  const asked = await attributesAsked('TMF638', query, 'acme-manager', apart.ask);
  expect(asked).toEqual([
    expect.arrayContaining(['relatedEntity', 'serviceCharacteristic', 'supportingResource']),
  ]);
});

test('sums over thousands of charges ask for what is summed', async () => {
  const SUMMED = ['billingAccount', 'characteristic', 'date', 'id', 'isBilled', 'periodCoverage'];
  const AMOUNTS = ['taxExcludedAmount', 'taxIncludedAmount', 'type'];
  const account = encodeId('home', 'BillingAccount', 'acc-family');
  const forecast = `{ billingAccount(id: "${account}") { forecast { projected { amount } } } }`;
  expect(await attributesAsked('TMF678', forecast, 'family-manager')).toEqual([[...SUMMED, ...AMOUNTS]]);
});

test('differences between usage and bill ask for what they compare, and for what is selected of the charge', async () => {
  const bill = encodeId('home', 'CustomerBill', 'bill-acc-borealis-2026-10');
  const query = (more: string): string =>
    `{ usageContrast(input: { billId: "${bill}" }) { differences { charge { ${more} } } } }`;
  const COMPARED = ['bill', 'billingAccount', 'characteristic', 'date', 'id', 'periodCoverage'];
  const AMOUNTS = ['taxExcludedAmount', 'taxIncludedAmount', 'type'];
  const charges = async (more: string) =>
    (await attributesAsked('TMF678', query(more), 'borealis-manager')).filter((each) =>
      each.includes('characteristic'),
    );
  expect(await charges('id')).toEqual([[...COMPARED, ...AMOUNTS]]);
  expect(await charges('id name')).toEqual([[...COMPARED, ...AMOUNTS, 'name'].sort()]);
});
