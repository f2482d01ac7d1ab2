// SSM-D-01: what three changes cost each resource's back end where its hub delivers, and where it tells nothing and is polled.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { readableCalls } from '../support/readable-calls.ts';
import { overWebSocket } from './subscribing.ts';
import { LINE, messages, USAGE } from './watching.ts';

/** More than any value of these lives. */
const AGED_MS = 60_000;
const CHANGES = 3;
const PROCESS = { REDIS_URL: '' };

let world: World;
beforeAll(async () => {
  // an hour: whatever a stream tells in this file was told by the hub
  world = await startWorld({ env: { ...PROCESS, LIVE_POLL_SECONDS: '3600' } });
});
afterAll(() => world.stop());

/** Questions to back ends after the first state, by resource, while the line is used again and again. */
async function costOf({ url }: Instance, ageMs: number): Promise<Readonly<Record<string, number>>> {
  const token = () => world.token('acme-manager');
  const live = overWebSocket(url, { query: USAGE, variables: { id: LINE }, token });
  let used = messages(await live.state(() => true));
  const before = world.simulator.requests().length;
  for (let change = 0; change < CHANGES; change += 1) {
    // of two things of one instant nobody could tell which is the newer
    world.clock.advance(1);
    await world.simulator.use('svc-acme-m-01', 'sms', 5);
    world.clock.advance(ageMs);
    used += 5;
    const least = used;
    await live.state((state) => messages(state) >= least);
  }
  const calls = readableCalls(world.simulator.requests().slice(before), world.simulator);
  await live.stop();
  const counts: Record<string, number> = {};
  for (const call of calls) {
    const resource = call.replace(/[/?].*$/, '');
    counts[resource] = (counts[resource] ?? 0) + 1;
  }
  return counts;
}

test('SSM-D-01 a hub that delivers: no question of any resource, the state is told', {
  timeout: 60_000,
}, async () => {
  expect(await costOf(world.main, 0)).toEqual({});
});

test('SSM-D-01 a hub that is silent: one poll of each resource for each change', {
  timeout: 120_000,
}, async () => {
  for (const api of ['TMF635', 'TMF677']) world.simulator.deviate(api, 'hub-silent');
  const polling = await world.another({ env: { ...PROCESS, LIVE_POLL_SECONDS: '5' } });
  try {
    expect(await costOf(polling, AGED_MS)).toEqual({
      // whose it is, and what the contract allows: each run passes every stage
      'GET TMF638 service': CHANGES,
      'GET TMF651 agreement': CHANGES,
      'POST TMF677 queryUsageConsumption': CHANGES,
    });
  } finally {
    for (const api of ['TMF635', 'TMF677']) world.simulator.deviate(api);
    await polling.stop();
  }
});
