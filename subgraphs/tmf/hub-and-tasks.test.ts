// Task resources and the hub: what is sent again, what is waited for, what never happens twice.
import { afterEach, describe, expect, it } from 'vitest';
import {
  BILLS,
  callOf,
  type MisbehavingServer,
  type Route,
  scenes,
  sendJson,
  USAGE,
} from './misbehaving-server.ts';

const against = scenes(afterEach);

const BODY = { searchCriteria: { relatedParty: [{ id: 'cust-1' }] } };
const made = (server: MisbehavingServer) => server.received.map(({ method, url }) => `${method} ${url}`);

describe('a task', () => {
  it('is one POST where the answer is there at once', async () => {
    const { server, client } = await against((_, response) =>
      sendJson(response, { id: 't-1', usageConsumption: [] }, { status: 201 }),
    );
    expect(await client.task(USAGE, BODY, callOf())).toEqual({ id: 't-1', usageConsumption: [] });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: 'POST', url: '/usage/v4/queryUsageConsumption' });
    expect(server.received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': 'req-1',
    });
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual(BODY);
  });

  it('has an id of ours where the back end wants one, and so has what is created', async () => {
    const { server, client } = await against(
      ({ body }, response) => sendJson(response, JSON.parse(body), { status: 201 }),
      { profile: { createId: 'client' } },
    );
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(await client.task(USAGE, BODY, callOf())).toEqual({ id, ...BODY });
    expect(await client.create(BILLS, { body: { id: 'named', a: 1 } }, callOf())).toMatchObject({
      object: { id: 'named' },
    });
    expect(await client.create(BILLS, { body: { a: 1 } }, callOf())).toMatchObject({ object: { id } });
    expect(server.received).toHaveLength(3);
  });

  it('is sent again where the back end failed', async () => {
    const { server, client } = await against((_, response, nth) =>
      nth === 1 ? void response.writeHead(503).end() : sendJson(response, { id: 't-1', state: 'done' }),
    );
    expect((await client.task(USAGE, BODY, callOf())).id).toBe('t-1');
    expect(server.received).toHaveLength(2);
  });

  it('is asked for until its state is final, however the state is spelt', async () => {
    const states = ['acknowledged', 'In Progress', 'in_progress', 'done'];
    const { server, client } = await against((_, response, nth) =>
      sendJson(response, { id: 't/1', state: states[nth - 1] }, { status: nth === 1 ? 202 : 200 }),
    );
    expect(await client.task(USAGE, BODY, callOf())).toEqual({ id: 't/1', state: 'done' });
    expect(made(server).slice(1)).toEqual(Array(3).fill('GET /usage/v4/queryUsageConsumption/t%2F1'));
  });

  it('is found by the last segment of its Location alone', async () => {
    const { server, client } = await against(({ method }, response) =>
      method === 'POST'
        ? void response
            .writeHead(202, { location: 'http://127.0.0.1:1/elsewhere/queryUsageConsumption/t-9/' })
            .end()
        : sendJson(response, { id: 't-9', state: 'done' }),
    );
    expect((await client.task(USAGE, BODY, callOf())).id).toBe('t-9');
    expect(made(server)).toEqual([
      'POST /usage/v4/queryUsageConsumption',
      'GET /usage/v4/queryUsageConsumption/t-9',
    ]);
  });

  it('is found behind the monitor that was announced', async () => {
    const answers = [
      { id: 'm-1', state: 'inProgress' },
      { id: 'm-1', state: 'completed', sourceHref: 'http://169.254.169.254/queryUsageConsumption/t-9' },
      { id: 't-9', usageConsumption: [] },
    ];
    const { server, client } = await against(({ method }, response, nth) =>
      method === 'POST'
        ? void response.writeHead(202, { location: 'http://127.0.0.1:1/monitor/m-1' }).end()
        : sendJson(response, answers[nth - 2]),
    );
    expect(await client.task(USAGE, BODY, callOf())).toEqual({ id: 't-9', usageConsumption: [] });
    expect(made(server)).toEqual([
      'POST /usage/v4/queryUsageConsumption',
      'GET /usage/v4/monitor/m-1',
      'GET /usage/v4/monitor/m-1',
      'GET /usage/v4/queryUsageConsumption/t-9',
    ]);
  });

  it.each([
    [{ id: 'm-1', state: 'failed', response: { statusCode: '400' } }, 'BACKEND_REFUSED'],
    [{ id: 'm-1', state: 'completed' }, 'BACKEND_BAD_ANSWER'],
    [{ id: 'm-1', state: 'inProgress' }, 'BACKEND_TIMEOUT'],
  ])('behind the monitor %j: %s', async (monitor, code) => {
    const { client } = await against(({ method }, response) =>
      method === 'POST'
        ? void response.writeHead(202, { location: '/monitor/m-1' }).end()
        : sendJson(response, monitor),
    );
    await expect(client.task(USAGE, BODY, callOf(400))).rejects.toMatchObject({ code });
  });

  it('is given as it is when it failed, and without an id when it needs none', async () => {
    const answers = [{ id: 't-1', state: 'terminatedWithError' }, { usageConsumption: [] }];
    const { client } = await against((_, response, nth) => sendJson(response, answers[nth - 1]));
    expect((await client.task(USAGE, BODY, callOf())).state).toBe('terminatedWithError');
    expect(await client.task(USAGE, BODY, callOf())).toEqual({ id: '', usageConsumption: [] });
  });

  const table: readonly { name: string; route: Route; code: string }[] = [
    {
      name: 'that never ends',
      route: (_, response) => sendJson(response, { id: 't-1', state: 'inProgress' }),
      code: 'BACKEND_TIMEOUT',
    },
    {
      name: 'that is forgotten',
      route: ({ method }, response) =>
        method === 'POST'
          ? sendJson(response, { id: 't-1', state: 'accepted' })
          : sendJson(response, {}, { status: 404 }),
      code: 'BACKEND_BAD_ANSWER',
    },
    {
      name: 'answered with nothing',
      route: (_, response) => void response.writeHead(204).end(),
      code: 'BACKEND_BAD_ANSWER',
    },
    {
      name: 'answered with a list',
      route: (_, response) => sendJson(response, []),
      code: 'BACKEND_BAD_ANSWER',
    },
  ];
  for (const { name, route, code } of table) {
    it(`${name}: ${code}`, async () => {
      const { client } = await against(route);
      await expect(client.task(USAGE, BODY, callOf(400))).rejects.toMatchObject({ code });
    });
  }

  it('under way without an id is not waited for', async () => {
    const { client } = await against((_, response) => sendJson(response, { state: 'inProgress' }));
    await expect(client.task(USAGE, BODY, callOf())).rejects.toThrow(/gave no id/);
  });

  it('is refused for a resource whose POST changes something', async () => {
    const { server, client } = await against((_, response) => sendJson(response, { id: 'x' }));
    await expect(client.task(BILLS, {}, callOf())).rejects.toThrow(/not a task/);
    expect(server.received).toHaveLength(0);
  });
});

describe('the hub', () => {
  it('is subscribed to and left', async () => {
    const { server, client } = await against(({ method }, response) =>
      method === 'POST'
        ? sendJson(response, { id: 42 }, { status: 201 })
        : void response.writeHead(204).end(),
    );
    const subscription = await client.subscribe(BILLS, 'http://127.0.0.1:9/cb', 'eventType=X');
    expect(subscription).toEqual({ id: '42' });
    await client.unsubscribe(BILLS, '42');
    expect(made(server)).toEqual(['POST /bills/v4/hub', 'DELETE /bills/v4/hub/42']);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      callback: 'http://127.0.0.1:9/cb',
      query: 'eventType=X',
    });
  });

  it('that is not there gives no subscription, and need not be left', async () => {
    for (const status of [400, 404, 405, 409, 501]) {
      const { client } = await against((_, response) => void response.writeHead(status).end());
      expect(await client.subscribe(BILLS, 'http://127.0.0.1:9/cb')).toBeUndefined();
      await client.unsubscribe(BILLS, 'x');
    }
  });

  it('that the profile says is none is not asked for', async () => {
    const { server, client } = await against((_, response) => sendJson(response, { id: 1 }), {
      profile: { hub: 'none' },
    });
    expect(await client.subscribe(BILLS, 'http://127.0.0.1:9/cb')).toBeUndefined();
    expect(server.received).toHaveLength(0);
  });

  it('that is down rejects after one call: a second could deliver everything twice', async () => {
    const { server, client } = await against((_, response) => void response.writeHead(503).end());
    await expect(client.subscribe(BILLS, 'http://127.0.0.1:9/cb')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    });
    expect(server.received).toHaveLength(1);
  });
});
