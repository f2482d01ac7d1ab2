// A hundred thousand generated customers: there at once, found by id and relation, listed page by page.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
const SUBSCRIBERS = 100_000;
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => NOW, subscribers: SUBSCRIBERS });
});
afterAll(() => simulator.close());

interface Row {
  readonly id: string;
  readonly [name: string]: unknown;
}

async function list(api: string, path: string): Promise<{ rows: Row[]; total: number }> {
  const base = simulator.apis.find((each) => each.api === api)?.baseUrl;
  const answer = await fetch(`${base}/${path}`);
  const rows: Row[] = JSON.parse(await answer.text());
  return { rows, total: Number(answer.headers.get('x-total-count') ?? Number.NaN) };
}

const hundred = Array.from({ length: 100 }, (_, at) => String(1 + at * 1000).padStart(6, '0'));

it('counts and pages without filters', async () => {
  const { rows, total } = await list('TMF629', 'customer?offset=99999&limit=1000');
  expect(total).toBe(SUBSCRIBERS + 4);
  expect(rows.map(({ id }) => id)).toEqual([
    'cust-sub-099996',
    'cust-sub-099997',
    'cust-sub-099998',
    'cust-sub-099999',
    'cust-sub-100000',
  ]);
  const objectives = await list('TMF657', 'serviceLevelObjective?offset=150000&limit=2&fields=name');
  expect(objectives.rows).toHaveLength(2);
  const bills = await list('TMF678', 'customerBill?offset=599000&limit=3');
  expect([bills.rows.length, bills.total]).toEqual([3, 6 * SUBSCRIBERS + 24]);
});

it.each([
  ['TMF638', 'service?id=', (n: string) => `svc-sub-${n}-m-1`, 100],
  ['TMF637', 'product?realizingService.id=', (n: string) => `svc-sub-${n}-m-1`, 100],
  ['TMF637', 'product?relatedParty.id=', (n: string) => `cust-sub-${n}`, 100],
  ['TMF639', 'resource?limit=1000&relatedParty.id=', (n: string) => `cust-sub-${n}`, 200],
  ['TMF638', 'service?serviceCharacteristic.value=', (n: string) => `3370${n.padStart(7, '0')}`, 100],
  ['TMF666', 'billingAccount?relatedParty.id=', (n: string) => `cust-sub-${n}`, 100],
  ['TMF678', 'customerBill?limit=1000&billingAccount.id=', (n: string) => `acc-sub-${n}`, 600],
  [
    'TMF657',
    'serviceLevelObjective?limit=1000&serviceLevelObjectiveParameter.relatedEntity.id=',
    (n: string) => `svc-sub-${n}-m-1`,
    200,
  ],
  [
    'TMF628',
    'performanceMeasurement?limit=1000&tag.granularity=P1D&validFor.startDateTime.gte=2026-11-14&tag.serviceId=',
    (n: string) => `svc-sub-${n}-m-1`,
    200,
  ],
] as const)('finds a batch of a hundred: %s %s', async (api, path, idOf, expected) => {
  const { rows, total } = await list(api, path + hundred.map(idOf).join(','));
  expect([rows.length, total]).toEqual([expected, expected]);
});

it('scans where a filter names no customer, and counts', async () => {
  const { rows, total } = await list('TMF638', 'service?serviceType=broadband');
  expect([rows.length, total]).toEqual([4, 4]);
  const world = await list(
    'TMF638',
    'service?serviceCharacteristic.name=roaming&serviceCharacteristic.value=world&limit=10&offset=20000',
  );
  expect(world.rows).toHaveLength(10);
  expect(world.total).toBeGreaterThan(20_010);
});

it('does not count what moves and is many', async () => {
  const { rows, total } = await list(
    'TMF628',
    'performanceMeasurement?tag.granularity=P1D&validFor.startDateTime.gte=2026-11-15&limit=100',
  );
  expect(rows).toHaveLength(100);
  expect(total).toBeNaN();
});

it('gives the same row alone, in a batch and in the list', async () => {
  const [alone] = (await list('TMF638', 'service?id=svc-sub-050000-m-1')).rows;
  const { total } = await list('TMF638', 'service?limit=1');
  const [listed] = (await list('TMF638', `service?limit=1&offset=${total - SUBSCRIBERS + 49_999}`)).rows;
  const [related] = (await list('TMF638', 'service?relatedParty.id=cust-sub-050000')).rows;
  expect(listed).toEqual(alone);
  expect(related).toEqual(alone);
});

it('knows nobody beyond the last', async () => {
  expect(
    (await list('TMF638', 'service?id=svc-sub-100001-m-1,svc-sub-000000-m-1,svc-sub-0000001-m-1')).rows,
  ).toEqual([]);
});
