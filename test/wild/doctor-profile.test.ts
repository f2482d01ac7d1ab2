// The afternoon of an API team: back ends that deviate, a file that says nothing of it, the doctor's own profile, right answers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDoctor } from '../../gateway/doctor.ts';
import { actedOperations } from '../support/client-operations.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { compare } from './compare.ts';
import { JOURNEYS } from './journeys.ts';

/** By API, as one operator's systems may be: each by another vendor. */
const DEVIATIONS: Readonly<Record<string, readonly string[]>> = {
  TMF620: ['comma-empty', 'total-of-page', 'href-relative'],
  TMF629: ['ids-ignored', 'fields-ignored', 'sort-ignored', 'money-as-text'],
  TMF635: ['envelope-data', 'dates-mixed', 'total-unfiltered'],
  TMF637: ['envelope-deep', 'nested-filters-empty'],
  TMF638: ['fields-ignored', 'comma-empty', 'limit-capped', 'states-padded'],
  TMF651: ['filters-ignored', 'total-absent', 'id-leaked'],
  TMF657: ['nested-filters-ignored', 'total-unfiltered'],
  TMF666: ['rows-without-id', 'limit-capped', 'href-link-local'],
  TMF677: ['create-202'],
  TMF678: ['pages-by-link', 'money-currency-amount', 'not-found-as-500', 'nulls-everywhere'],
};
const APART_MS = 15 * 60 * 1000 + 1_000;
const TIME = { OPERATION_TIMEOUT_MS: '60000' };

const operations = new Map((await actedOperations()).map((each) => [each.name, each]));
let folder: string;
let world: World;
let gateway: Instance;
const exits: number[] = [];

const deviate = (isOn: boolean) => {
  for (const [api, names] of Object.entries(DEVIATIONS)) world.simulator.deviate(api, ...(isOn ? names : []));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssm-afternoon-'));
  world = await startWorld({ env: { REDIS_URL: '', ...TIME } });
  const apis = world.simulator.apis.map(({ api, baseUrl, version }) => [api, { url: baseUrl, version }]);
  const file = (name: string) => join(folder, `${name}.yaml`);
  await writeFile(file('0'), JSON.stringify({ providers: [{ id: 'home', apis: Object.fromEntries(apis) }] }));
  deviate(true);
  // an envelope hides what is in it: the second look is at what the first has found out
  for (const [from, to] of [
    ['0', '1'],
    ['1', '2'],
  ] as const)
    exits.push(
      await runDoctor(['--providers', file(from), '--write', '--write-profile', file(to)], () => undefined),
    );
  exits.push(await runDoctor(['--providers', file('2'), '--write'], () => undefined));
  deviate(false);
  gateway = await world.another({ env: { REDIS_URL: '', ...TIME }, providersFile: file('2') });
}, 180_000);
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('SSM-A-08 with the profile that the doctor has written', () => {
  test('SSM-A-08 nothing is left to say', () => {
    expect(exits).toEqual([1, 1, 0]);
  });

  test.each(JOURNEYS)('SSM-A-08 %s is right', { timeout: 90_000 }, async (name) => {
    const operation = operations.get(name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    world.clock.advance(APART_MS);
    const right = await world.ask(operation.text, operation.options);
    deviate(true);
    const given = await gateway.ask(operation.text, operation.options).finally(() => deviate(false));
    expect(compare(right.data, given.data, given.errors).faults, JSON.stringify(given.errors)).toEqual([]);
    expect(given.errors).toEqual([]);
  });
});
