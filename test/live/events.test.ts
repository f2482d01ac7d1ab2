// SSM-D-01, SSM-A-08: notifications as real back ends send them, and as nobody should: each taken once, by who was asked.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSealingKeys } from '../../gateway/sealing-keys.ts';
import { secretOf } from '../../subgraphs/hearing.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { redisForTests } from '../support/services.ts';
import { overWebSocket, type Subscriber } from './subscribing.ts';
import { LINE, messages, USAGE } from './watching.ts';

const redis = await redisForTests('notifications to two instances');
let world: World;
let second: Instance | undefined;
const open: Subscriber[] = [];

beforeAll(async () => {
  const env = { LIVE_POLL_SECONDS: '5', MAX_BODY_BYTES: '20000' };
  world = await startWorld({ env: { ...env, REDIS_URL: redis?.url ?? '' } });
  if (redis !== undefined) second = await world.another();
}, 180_000);
afterAll(async () => {
  await Promise.all(open.map((each) => each.stop()));
  await world.stop();
  await redis?.close();
});

function watch({ url } = world.main): Subscriber {
  const token = () => world.token('acme-manager');
  const made = overWebSocket(url, { query: USAGE, variables: { id: LINE }, token });
  open.push(made);
  return made;
}

async function pathOf(api: string, provider = 'home', of = api): Promise<string> {
  const [key = Buffer.alloc(0)] = await openSealingKeys({ dataFolder: world.dataFolder });
  return `/events/${secretOf(key, provider, of)}/${provider}/${api}`;
}

/** What the charging system would say: so many messages used by the line. */
const event = (eventId: string, used: number, more: object = {}) => ({
  eventId,
  eventType: 'QueryUsageConsumptionStateChangeEvent',
  event: {
    queryUsageConsumption: {
      id: 'query-1',
      state: 'done',
      searchCriteria: { service: [{ id: 'svc-acme-m-01' }] },
      usageConsumption: [
        {
          service: { id: 'svc-acme-m-01' },
          bucketRefOrValue: [
            {
              id: 'told',
              name: 'told',
              usageType: 'sms',
              service: [{ id: 'svc-acme-m-01' }],
              bucketCounter: [{ counterType: 'used', value: { amount: used, units: 'sms' } }],
              usedValue: { amount: used, units: 'sms' },
              remainingValue: { amount: 1000 - used, units: 'sms' },
              ...more,
            },
          ],
        },
      ],
    },
  },
});

const post = async (path: string, body: unknown, url = world.main.url) => {
  // these events don't say when they happened: when they came in, then
  world.clock.advance(1);
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
};

describe('SSM-D-01 whatever a hub does, the stream has the new state', () => {
  test.each([
    'hub-bare-callback',
    'hub-v3-names',
    'hub-status-change',
    'hub-any-case',
    'hub-repeats',
    'hub-silent',
  ])('SSM-D-01 %s', { timeout: 40_000 }, async (name) => {
    for (const api of ['TMF635', 'TMF677']) world.simulator.deviate(api, name);
    try {
      const live = watch();
      const before = messages(await live.state(() => true));
      await world.simulator.use('svc-acme-m-01', 'sms', 5);
      // who is told nothing asks again: what is kept is too old by then
      if (name === 'hub-silent') world.clock.advance(60_000);
      await live.state((state) => messages(state) >= before + 5);
      await live.stop();
    } finally {
      for (const api of ['TMF635', 'TMF677']) world.simulator.deviate(api);
    }
  });

  test('SSM-D-01 hub-absent: an instance that nobody would listen to asks again', {
    timeout: 60_000,
  }, async () => {
    world.simulator.deviate('*', 'hub-absent');
    const alone = await world.another({ env: { LIVE_POLL_SECONDS: '5', REDIS_URL: '' } });
    try {
      const live = watch(alone);
      const before = messages(await live.state(() => true));
      await world.simulator.use('svc-acme-m-01', 'sms', 5);
      world.clock.advance(60_000);
      await live.state((state) => messages(state) >= before + 5);
      await live.stop();
    } finally {
      world.simulator.deviate('*');
      await alone.stop();
    }
  });
});

describe('SSM-A-08 the listener', () => {
  test('SSM-A-08 takes only what comes under the path that this back end was given, and says nothing', async () => {
    const good = await pathOf('TMF677');
    const refused = [
      await pathOf('TMF677', 'home', 'TMF635'),
      `/events/${'x'.repeat(43)}/home/TMF677`,
      await pathOf('TMF677', 'nobody', 'TMF635'),
      good.replace('TMF677', 'TMF635'),
      `${good.slice(0, good.lastIndexOf('/home'))}x/home/TMF677`,
    ];
    for (const path of refused) {
      expect(await post(path, event('none', 1)), path).toEqual({ status: 404, text: '' });
      // not even that it would have been too much
      expect(await post(path, 'x'.repeat(100_000)), path).toEqual({ status: 404, text: '' });
    }
    for (const body of ['', 'no JSON', [], {}, { eventType: 'BillCreateEvent' }, event('one', 1).event])
      expect(await post(good, body)).toEqual({ status: 204, text: '' });
    expect((await post(good, 'x'.repeat(100_000))).status).toBe(413);
  });

  test('SSM-D-01 what one instance has taken, no instance takes again', async () => {
    const path = await pathOf('TMF677');
    const live = watch();
    await live.state(() => true);
    expect((await post(path, event('a', 111))).status).toBe(204);
    await live.state((state) => messages(state) === 111);
    for (const url of [world.main.url, second?.url ?? world.main.url])
      expect((await post(path, event('a', 222), url)).status).toBe(204);
    expect((await post(path, event('b', 333), second?.url ?? world.main.url)).status).toBe(204);
    await live.state((state) => messages(state) === 333);
    expect(live.states.map(messages)).not.toContain(222);
  });

  test('SSM-A-08 never asks for an address that a notification names', async () => {
    const asked: string[] = [];
    const trap = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => trap.once('listening', resolve));
    const href = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/x`;
    const named = { href, '@schemaLocation': href, '@baseType': href };
    const live = watch();
    await live.state(() => true);
    const told = event('href', 444, named);
    Object.assign(told, { href, callback: href });
    Object.assign(told.event.queryUsageConsumption, named);
    expect((await post(await pathOf('TMF677'), told)).status).toBe(204);
    await live.state((state) => messages(state) === 444);
    expect(asked).toEqual([]);
    trap.close();
  });
});
