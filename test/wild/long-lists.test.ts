// Lists that are long for the pages that come, or never end: walked whole, or said not to be, in a bounded number of calls.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALL_SEEING } from '../support/all-seeing.ts';
import { actedOperations } from '../support/client-operations.ts';
import { type Asked, type Instance, startWorld, type World } from '../support/gateway.ts';
import { compare } from './compare.ts';
import { startWildWorld, type WildWorld } from './wild-world.ts';

/** Questions and pages of one operation at most: subgraphs/counted-client.ts. */
const MAX_QUESTIONS = 250;

const operations = new Map((await actedOperations()).map((each) => [each.name, each]));
function operation(name: string) {
  const found = operations.get(name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
}

let wild: WildWorld;
beforeAll(async () => {
  wild = await startWildWorld();
});
afterAll(() => wild.stop());

describe('SSM-A-08 pages of five rows', () => {
  test.each([
    'DashboardObjectives',
    'DashboardAvailabilityBySite',
    'DashboardUsageByLine',
    'DashboardSpendByNumber',
    'PortalCustomerOverview',
  ])('SSM-A-08 %s is whole', { timeout: 60_000 }, async (name) => {
    await wild.under({ '*': ['limit-capped'] }, { maxPage: 5 });
    const { right, given } = await wild.ask(operation(name));
    expect(compare(right.data, given.data, given.errors)).toEqual({ faults: [], missing: [] });
    expect(given.errors).toEqual([]);
    expect(given.calls.length).toBeGreaterThan(right.calls.length);
    expect(given.calls.length).toBeLessThanOrEqual(MAX_QUESTIONS);
  });
});

describe('SSM-A-08 rows without end', () => {
  test.each([
    'DashboardObjectives',
    'DashboardAvailabilityBySite',
    'DashboardUsageByLine',
    'PortalCustomerOverview',
  ])('SSM-A-08 %s says so, in calls that are counted', { timeout: 60_000 }, async (name) => {
    await wild.under({ '*': ['rows-endless'] });
    const { right, given } = await wild.ask(operation(name));
    expect(compare(right.data, given.data, given.errors).faults).toEqual([]);
    expect(new Set(given.errors.map(({ code }) => code))).toEqual(new Set(['OPERATION_TOO_COSTLY']));
    expect(given.calls.length).toBeLessThanOrEqual(MAX_QUESTIONS);
  });
});

describe('SSM-A-08 more services than are looked at', () => {
  let world: World;
  let gateway: Instance;
  beforeAll(async () => {
    world = await startWorld({ simulator: { subscribers: 600 }, env: { OPERATION_TIMEOUT_MS: '60000' } });
    gateway = world.main;
  });
  afterAll(() => world.stop());

  const period = 'from: "2026-11-14T00:00:00Z", until: "2026-11-15T00:00:00Z"';
  const incomplete = (asked: Asked) => {
    expect(asked.errors, gateway.log.join()).toEqual([]);
    return asked.data;
  };

  test('SSM-C-03 objectives: said, and not counted', { timeout: 60_000 }, async () => {
    const asked = await gateway.ask(
      '{ objectives(first: 1) { isComplete totalCount nodes { indicator } } }',
      {
        as: 'soc-operator',
      },
    );
    expect(incomplete(asked)).toMatchObject({ objectives: { isComplete: false, totalCount: null } });
  });

  test('SSM-C-03 availability by site: said of each', { timeout: 60_000 }, async () => {
    const asked = await gateway.ask(`{ availabilityBySite(${period}) { isComplete } }`, {
      as: 'soc-operator',
    });
    const { availabilityBySite: rows } = incomplete(asked) as { availabilityBySite: object[] }; // as asked
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toEqual({ isComplete: false });
  });

  test('SSM-C-03 one customer of many: whole', { timeout: 60_000 }, async () => {
    const asked = await gateway.ask('{ objectives(first: 1) { isComplete totalCount } }', {
      as: 'acme-manager',
    });
    expect(incomplete(asked)).toMatchObject({
      objectives: { isComplete: true, totalCount: expect.any(Number) },
    });
  });
});

describe('SSM-A-08 objects that can only be asked for one by one', () => {
  const MORE = 'billingAccount { name } customer { name }';
  let world: World;
  let gateway: Instance;
  let folder: string;
  beforeAll(async () => {
    world = await startWorld({
      actors: [ALL_SEEING],
      simulator: { subscribers: 300 },
      env: { REDIS_URL: '', OPERATION_TIMEOUT_MS: '60000' },
    });
    const apis = world.simulator.apis.map(({ api, baseUrl, version }) => [api, { url: baseUrl, version }]);
    const provider = { id: 'home', profile: { idBatch: 'none' }, apis: Object.fromEntries(apis) };
    folder = await mkdtemp(join(tmpdir(), 'ssm-one-by-one-'));
    const file = join(folder, 'providers.json');
    await writeFile(file, JSON.stringify({ providers: [provider] }));
    gateway = await world.another({
      env: { REDIS_URL: '', OPERATION_TIMEOUT_MS: '60000' },
      providersFile: file,
    });
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const services = (first: number, more = '') =>
    `{ services(first: ${first}) { nodes { name products { name ${more} } } } }`;

  test('SSM-A-08 a hundred: each with a question of its own, and right', { timeout: 60_000 }, async () => {
    const right = await world.ask(services(100), { as: 'all-seeing' });
    const given = await gateway.ask(services(100), { as: 'all-seeing' });
    expect(given.errors).toEqual([]);
    expect(given.data).toEqual(right.data);
    expect(given.calls.length).toBeGreaterThan(100);
    expect(given.calls.length).toBeLessThanOrEqual(MAX_QUESTIONS);
  });

  test('SSM-A-08 two hundred, each with three of its own: counted, and said', {
    timeout: 60_000,
  }, async () => {
    world.clock.advance(3_600_000);
    const given = await gateway.ask(services(200, MORE), { as: 'all-seeing' });
    expect(new Set(given.errors.map(({ code }) => code))).toEqual(new Set(['OPERATION_TOO_COSTLY']));
    const { nodes } = (given.data as { services: { nodes: { name: string }[] } }).services; // as asked
    expect(nodes).toHaveLength(200);
    expect(nodes.every(({ name }) => name.length > 0)).toBe(true);
    expect(given.calls.length).toBeLessThanOrEqual(MAX_QUESTIONS);
  });
});
