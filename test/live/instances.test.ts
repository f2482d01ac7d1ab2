// SSM-D-01, DESIGN 7: several instances on one Redis; Redis gone and back; a supergraph taken anew; the end of an instance.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { type OwnRedis, skipLoudly, startRedis } from '../support/services.ts';
import { overEvents, overWebSocket, type Subscriber, TRANSPORTS } from './subscribing.ts';
import { LINE, messages, USAGE } from './watching.ts';

const redis: OwnRedis | undefined = await startRedis();
if (redis === undefined) skipLoudly('live on two instances', 'no redis-server on the PATH');
afterAll(() => redis?.close());

/** On a busy machine two embedded databases take a minute to be made. */
const START_MS = 180_000;
const open: Subscriber[] = [];
function watch(world: World, { url }: Instance, over = overWebSocket, retryAttempts = 0): Subscriber {
  const token = () => world.token('acme-manager');
  const made = over(url, { query: USAGE, variables: { id: LINE }, token, retryAttempts });
  open.push(made);
  return made;
}

describe.skipIf(redis === undefined)('SSM-D-01 two instances on one Redis', () => {
  let world: World;
  let second: Instance;
  beforeAll(async () => {
    world = await startWorld({ env: { REDIS_URL: redis?.url ?? '', LIVE_POLL_SECONDS: '5' } });
    second = await world.another();
  }, START_MS);
  afterAll(async () => {
    await Promise.all(open.splice(0).map((each) => each.stop()));
    await world.stop();
  });

  test('SSM-D-01 what a back end tells one instance reaches the subscribers of both', async () => {
    const [here, there] = [watch(world, world.main), watch(world, second, overEvents)];
    const before = messages(await here.state(() => true));
    await there.state(() => true);
    const calls = world.simulator.requests().length;
    world.clock.advance(1);
    await world.simulator.use('svc-acme-m-01', 'sms', 2);
    for (const each of [here, there]) await each.state((state) => messages(state) === before + 2);
    // the new record makes the value be asked for; or it came with an event, and then nobody asks
    const asked = world.simulator.requests().slice(calls);
    expect(asked.filter(({ path }) => path.includes('queryUsageConsumption')).length).toBeLessThan(2);
  });

  test('SSM-D-01 one of them asks the back ends to tell', () => {
    const asked = world.simulator
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/hub'));
    expect(new Set(asked.map(({ api }) => api)).size).toBe(asked.length);
  });

  test('SSM-D-03 Redis gone: streams go on, by asking now and then; Redis back: as before', {
    timeout: 60_000,
  }, async () => {
    const there = watch(world, second);
    const before = messages(await there.state(() => true));
    await redis?.stop();
    await world.simulator.use('svc-acme-m-01', 'sms', 4);
    await there.state((state) => messages(state) === before + 4);
    await redis?.start();
    await expect
      .poll(async () => (await (await fetch(`${second.url}/readyz`)).text()).includes('"state":"DOWN"'), {
        timeout: 20_000,
      })
      .toBe(false);
    await world.simulator.use('svc-acme-m-01', 'sms', 8);
    await there.state((state) => messages(state) === before + 12);
    expect(there.ended()).toBeUndefined();
  });
});

describe('SSM-D-01 one instance, in process', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ env: { REDIS_URL: '' } });
  }, START_MS);
  afterAll(async () => {
    await Promise.all(open.splice(0).map((each) => each.stop()));
    await world.stop();
  });

  test('SSM-D-01 streams go on with a supergraph that is taken anew', async () => {
    const live = watch(world, world.main);
    const before = messages(await live.state(() => true));
    expect(await world.main.running.reload?.()).toBe(true);
    await world.simulator.use('svc-acme-m-01', 'sms', 1);
    await live.state((state) => messages(state) === before + 1);
    expect(live.ended()).toBeUndefined();
  });

  test('SSM-D-01 an instance that ends says so, and clients go on with another one', {
    timeout: START_MS,
  }, async () => {
    const other = await world.another();
    const token = () => world.token('acme-manager');
    const ended = TRANSPORTS.map(({ over }) => watch(world, other, over));
    for (const each of ended) await each.state(() => true);
    expect(await Promise.all([other.stop(), ...ended.map((each) => each.end())])).toEqual([
      undefined,
      expect.stringContaining('SHUTTING_DOWN'),
      expect.stringContaining('SHUTTING_DOWN'),
    ]);
    const again = overWebSocket(world.main.url, { query: USAGE, variables: { id: LINE }, token });
    open.push(again);
    await again.state((state) => messages(state) >= 0);
  });
});
