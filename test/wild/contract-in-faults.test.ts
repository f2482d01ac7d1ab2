// SSM-A-01: a contract that is read while its back end deviates allows nothing more, and is forgotten when that is over.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTokens } from '../../mocks/deviations/access.ts';
import { createSwitches } from '../../mocks/deviations/switches.ts';
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { encodeId } from '../../schema/id.ts';
import { asTopicBus, localBus } from '../../subgraphs/cache/local-bus.ts';
import { memoryCache } from '../../subgraphs/cache/memory.ts';
import { createValueCache } from '../../subgraphs/cache/value-cache.ts';
import { contractReader } from '../../subgraphs/identity/contract.ts';
import { openStore, type Store } from '../../subgraphs/store/store.ts';
import { createTmfClient } from '../../subgraphs/tmf/client.ts';
import { readProviders } from '../../subgraphs/tmf/providers.ts';
import { clockAt, type Instance, startWorld, type World } from '../support/gateway.ts';

/** As long as a contract is kept, the snapshots of an instance included. */
const KEPT_MS = 5_000;
const CUSTOMER = encodeId('home', 'Customer', 'cust-acme');
const deviations = Object.keys(createSwitches(createTokens()).known);

const clock = clockAt();
let simulator: Simulator;
let store: Store;
beforeAll(async () => {
  simulator = await startSimulator({ now: clock.now });
  store = await openStore({ inMemory: true });
}, 60_000);
afterAll(async () => {
  await store.close();
  await simulator.close();
});

const values = createValueCache(memoryCache({ now: clock.now }), { now: clock.now });

/** What an instance that has just started reads; `undefined` where it can't. */
async function reading(): Promise<readonly string[] | undefined> {
  const at = simulator.apis.find(({ api }) => api === 'TMF651');
  const document = { providers: [{ id: 'home', apis: { TMF651: { url: at?.baseUrl } } }] };
  const read = readProviders(JSON.stringify(document), () => undefined);
  if (!read.ok) throw new Error(read.faults.join('\n'));
  const client = createTmfClient({ providers: read.providers, now: clock.now });
  const bus = asTopicBus(localBus());
  const contracts = contractReader({ client, values, store, bus, now: clock.now, onFault: () => undefined });
  try {
    return [...(await contracts.read(CUSTOMER))];
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}

test.each(deviations)(
  'SSM-A-01 %s: never more than the contract, and right when it is over',
  async (name) => {
    const right = await reading();
    expect(right?.length).toBeGreaterThan(0);
    clock.advance(KEPT_MS);
    simulator.deviate('TMF651', name);
    const before = simulator.requests().length;
    const meanwhile = await reading().finally(() => simulator.deviate('TMF651'));
    expect(simulator.requests().length, 'it was asked').toBeGreaterThan(before);
    for (const each of meanwhile ?? []) expect(right).toContain(each);
    clock.advance(KEPT_MS);
    expect(await reading()).toEqual(right);
    clock.advance(KEPT_MS);
  },
);

test('SSM-A-01 through the front door: denied while its filter finds nothing, right when it does', {
  timeout: 60_000,
}, async () => {
  const world: World = await startWorld();
  const gateway: Instance = world.main;
  const codes = async () => {
    world.clock.advance(KEPT_MS);
    const { errors } = await gateway.ask('{ bills(first: 1) { nodes { id } } }', { as: 'acme-billing' });
    return errors.map(({ code }) => code);
  };
  try {
    expect(await codes()).toEqual([]);
    world.simulator.deviate('TMF651', 'nested-filters-empty');
    // each instance looks again after two seconds of real time
    await expect.poll(codes, { timeout: 20_000, interval: 100 }).toEqual(['FORBIDDEN']);
    world.simulator.deviate('TMF651');
    await expect.poll(codes, { timeout: 20_000, interval: 100 }).toEqual([]);
  } finally {
    await world.stop();
  }
});
