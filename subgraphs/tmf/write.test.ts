// Creating, changing and removing at back ends that lose answers, refuse, answer late or don't do what they say.
import { afterEach, describe, expect, it } from 'vitest';
import { callOf, type MisbehavingServer, type Route, scenes, sendJson } from './misbehaving-server.ts';

const against = scenes(afterEach);

const PAYMENTS = { provider: 'home', api: 'TMF678', resource: 'payment' } as const;
const KEY = { path: 'correlatorId', value: 'pay-1' } as const;
const PAID = { id: 'p-1', correlatorId: 'pay-1', status: 'done' };
const ask = { body: { amount: { unit: 'EUR', value: 5 } }, key: KEY };

const made = ({ received }: MisbehavingServer) =>
  received.map(({ method, url }) => `${method} ${url.replace(/^\/bills\/v4/, '').replace(/\?.*/, '')}`);

/** A collection that grows by what `post` answers, and is listed. */
function payments(post: Route, kept: unknown[] = []): Route {
  return (request, response, nth) => {
    if (request.method === 'POST') post(request, response, nth);
    else sendJson(response, kept);
  };
}

describe('SSM-D-08 a creation', () => {
  it('is looked for by its key, sent once with it, and done', async () => {
    const { server, client } = await against(
      payments((_, response) => sendJson(response, PAID, { status: 201 })),
    );
    expect(await client.create(PAYMENTS, ask, callOf())).toEqual({ kind: 'DONE', object: PAID });
    expect(made(server)).toEqual(['GET /payment', 'POST /payment']);
    expect(server.received[0]?.query.get('correlatorId')).toBe('pay-1');
    expect(JSON.parse(server.received[1]?.body ?? '')).toEqual({ ...ask.body, correlatorId: 'pay-1' });
  });

  it('that was made before is found, not made again; a stranger in the answer is not it', async () => {
    const kept = [{ id: 'p-0', correlatorId: 'pay-0' }, PAID];
    const { server, client } = await against(
      payments((_, response) => void response.writeHead(500).end(), kept),
    );
    expect(await client.create(PAYMENTS, ask, callOf())).toEqual({ kind: 'DONE', object: PAID });
    expect(made(server)).toEqual(['GET /payment']);
  });

  it('certainly never sent before costs one call', async () => {
    const { server, client } = await against(payments((_, response) => sendJson(response, PAID)));
    await client.create(PAYMENTS, { ...ask, key: { ...KEY, fresh: true } }, callOf());
    expect(made(server)).toEqual(['POST /payment']);
  });

  const lost: Readonly<Record<string, Route>> = {
    'a 500': (_, response) => void response.writeHead(500).end(),
    'a cut connection': (_, response) => void response.destroy(),
    'half an answer': (_, response) => {
      response.writeHead(201, { 'content-length': '90' });
      response.write('{"id', () => response.destroy());
    },
    'a page': (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>ok</html>'),
  };
  for (const [name, post] of Object.entries(lost)) {
    it(`whose answer is ${name} is sent once, found if it is there, else unknown`, async () => {
      const kept: unknown[] = [];
      const lands = payments((request, response, nth) => {
        kept.push(PAID);
        post(request, response, nth);
      }, kept);
      const there = await against(lands);
      expect(await there.client.create(PAYMENTS, ask, callOf())).toEqual({ kind: 'DONE', object: PAID });
      expect(made(there.server)).toEqual(['GET /payment', 'POST /payment', 'GET /payment']);
      const gone = await against(payments(post));
      expect(await gone.client.create(PAYMENTS, ask, callOf())).toEqual({ kind: 'UNKNOWN' });
      expect(made(gone.server).filter((each) => each.startsWith('POST'))).toHaveLength(1);
      const keyless = await against(payments(post));
      expect(await keyless.client.create(PAYMENTS, { body: {} }, callOf())).toEqual({ kind: 'UNKNOWN' });
      expect(made(keyless.server)).toEqual(['POST /payment']);
    });
  }

  it('that takes longer than its caller waits is unknown, in time', async () => {
    const { client } = await against(payments(() => undefined));
    expect(await client.create(PAYMENTS, ask, callOf(300))).toEqual({ kind: 'UNKNOWN' });
  });

  const refusals: readonly (readonly [number, unknown, string | undefined])[] = [
    [400, { code: '42', reason: 'card 4111 is stolen', status: '400' }, '42'],
    [409, { error: { code: 'DUPLICATE' } }, 'DUPLICATE'],
    [422, { message: 'no', errors: [{ code: 7 }] }, '7'],
    [402, { code: 'the card 4111 of Ms Moreau is stolen' }, undefined],
  ];
  for (const [status, body, code] of refusals) {
    it(`refused with ${status} says so with the code ${code}, and nothing of the text`, async () => {
      const { server, client } = await against(
        payments((_, response) => sendJson(response, body, { status })),
      );
      const written = await client.create(PAYMENTS, ask, callOf());
      expect(written).toEqual({ kind: 'REFUSED', status, ...(code === undefined ? {} : { code }) });
      expect(JSON.stringify(written)).not.toMatch(/stolen/);
      expect(made(server).filter((each) => each.startsWith('POST'))).toHaveLength(1);
    });
  }

  it('refused in the body of a 200 is refused where it was looked for', async () => {
    const { client } = await against(
      payments((_, response) => sendJson(response, { code: '99', reason: 'x' })),
    );
    expect(await client.create(PAYMENTS, ask, callOf())).toEqual({
      kind: 'REFUSED',
      status: 200,
      code: '99',
    });
    expect(await client.create(PAYMENTS, { body: {} }, callOf())).toEqual({ kind: 'UNKNOWN' });
  });

  for (const status of [401, 403, 405, 429, 501]) {
    it(`that was turned away with ${status} rejects: nothing was done`, async () => {
      const { server, client } = await against(
        payments((_, response) => void response.writeHead(status).end()),
      );
      await expect(client.create(PAYMENTS, ask, callOf())).rejects.toMatchObject({ status });
      expect(made(server).filter((each) => each.startsWith('POST'))).toHaveLength(1);
    });
  }

  it('that can not be sent rejects: nothing was done', async () => {
    const { server, client } = await against(payments(() => undefined));
    await server.close();
    const fresh = { ...ask, key: { ...KEY, fresh: true } };
    await expect(client.create(PAYMENTS, fresh, callOf())).rejects.toMatchObject({ unsent: true });
  });

  it('whose id is in the Location alone is read there, whatever host that names', async () => {
    const { server, client } = await against((request, response) => {
      if (request.method === 'POST')
        response.writeHead(201, { location: 'http://169.254.169.254/x/payment/p-1?y=1' }).end();
      else if (request.url.endsWith('/payment/p-1')) sendJson(response, PAID);
      else sendJson(response, []);
    });
    expect(await client.create(PAYMENTS, ask, callOf())).toEqual({ kind: 'DONE', object: PAID });
    expect(made(server)).toEqual(['GET /payment', 'POST /payment', 'GET /payment/p-1']);
  });

  function monitored(states: readonly object[], location = true): Route {
    let polls = 0;
    return (request, response) => {
      if (request.method === 'POST')
        sendJson(
          response,
          { id: 'm-1', '@type': 'Monitor', state: 'InProgress' },
          { status: 202, headers: location ? { location: '/monitor/m-1' } : {} },
        );
      else if (request.url.endsWith('/monitor/m-1')) sendJson(response, { id: 'm-1', ...states[polls++] });
      else if (request.url.endsWith('/payment/p-1')) sendJson(response, PAID);
      else sendJson(response, []);
    };
  }

  for (const location of [true, false]) {
    it(`under way is followed at its monitor (${location ? 'Location' : 'body'})`, async () => {
      const ends = { state: 'Completed', sourceHref: 'http://10.0.0.1/payment/p-1' };
      const { server, client } = await against(monitored([{ state: 'InProgress' }, ends], location));
      expect(await client.create(PAYMENTS, ask, callOf())).toEqual({ kind: 'DONE', object: PAID });
      expect(made(server).slice(2)).toEqual(['GET /monitor/m-1', 'GET /monitor/m-1', 'GET /payment/p-1']);
    });
  }

  it('that fails at its monitor is refused; one that never ends is unknown', async () => {
    const fails = { state: 'InError', response: { statusCode: '409', body: { code: 'LIMIT' } } };
    const failing = await against(monitored([fails]));
    expect(await failing.client.create(PAYMENTS, ask, callOf())).toEqual({
      kind: 'REFUSED',
      status: 409,
      code: 'LIMIT',
    });
    const endless = await against(monitored(Array(50).fill({ state: 'InProgress' })));
    expect(await endless.client.create(PAYMENTS, ask, callOf(700))).toEqual({ kind: 'UNKNOWN' });
  });
});

describe('SSM-D-07 a change', () => {
  const ACCOUNTS = { provider: 'home', api: 'TMF678', resource: 'billingAccount' } as const;

  /** An account that takes changes, or only says so. */
  function account(
    habit: { status?: number; applies?: boolean; wants?: string; lostAnswer?: boolean } = {},
  ): Route {
    const { status = 200, applies = true, wants, lostAnswer = false } = habit;
    let kept: Record<string, unknown> = { id: 'a-1', name: 'old', note: 'x', limit: 1.5 };
    return ({ method, headers, body }, response) => {
      if (method === 'GET') return sendJson(response, kept);
      if (wants !== undefined && headers['content-type'] !== wants) return void response.writeHead(415).end();
      const changed = Object.entries({ ...kept, ...JSON.parse(body) }).filter(([, value]) => value !== null);
      if (applies) kept = Object.fromEntries(changed);
      if (lostAnswer) return void response.destroy();
      if (status === 204) return void response.writeHead(204).end();
      sendJson(response, Object.fromEntries(changed), { status });
    };
  }

  const changes = { name: 'new', note: null, limit: '1.50' };

  for (const status of [200, 201, 204]) {
    it(`answered with ${status} is read back and done`, async () => {
      const { server, client } = await against(account({ status }));
      const written = await client.change(ACCOUNTS, 'a-1', { changes }, callOf());
      expect(written).toEqual({ kind: 'DONE', object: { id: 'a-1', name: 'new', limit: '1.50' } });
      expect(made(server)).toEqual(['PATCH /billingAccount/a-1', 'GET /billingAccount/a-1']);
      expect(server.received[0]?.headers['content-type']).toBe('application/json');
    });
  }

  it('that was not made, whatever the answer says, is an error with a code', async () => {
    const { server, client } = await against(account({ applies: false }));
    const change = client.change(ACCOUNTS, 'a-1', { changes }, callOf());
    await expect(change).rejects.toMatchObject({ code: 'CHANGE_NOT_APPLIED' });
    expect(made(server).filter((each) => each.startsWith('PATCH'))).toHaveLength(1);
    const noted = await client.change(ACCOUNTS, 'a-1', { changes, compared: ['limit'] }, callOf());
    expect(noted.kind).toBe('DONE');
  });

  it('goes under the content type of the profile, and under the other where that is refused', async () => {
    const wants = 'application/merge-patch+json';
    const stated = await against(account({ wants }), { profile: { patch: 'mergePatch' } });
    expect((await stated.client.change(ACCOUNTS, 'a-1', { changes }, callOf())).kind).toBe('DONE');
    expect(stated.server.received).toHaveLength(2);
    const found = await against(account({ wants }));
    expect((await found.client.change(ACCOUNTS, 'a-1', { changes }, callOf())).kind).toBe('DONE');
    expect(found.client.health()[0]?.detail).toMatch(/set patch in its profile/);
  });

  it('whose answer is lost is done where it reads so, else unknown', async () => {
    const landed = await against(account({ lostAnswer: true }));
    expect((await landed.client.change(ACCOUNTS, 'a-1', { changes }, callOf())).kind).toBe('DONE');
    const dropped = await against(account({ lostAnswer: true, applies: false }));
    expect(await dropped.client.change(ACCOUNTS, 'a-1', { changes }, callOf())).toEqual({ kind: 'UNKNOWN' });
  });

  it('of what is not there is refused', async () => {
    const { client } = await against((_, response) => sendJson(response, { code: '60' }, { status: 404 }));
    const written = await client.change(ACCOUNTS, 'a-9', { changes }, callOf());
    expect(written).toEqual({ kind: 'REFUSED', status: 404, code: '60' });
  });
});

describe('a removal', () => {
  const removal =
    (after: Route): Route =>
    (request, response, nth) =>
      request.method === 'DELETE' ? void response.writeHead(204).end() : after(request, response, nth);

  it('is done where the object is gone afterwards, was gone before, or is kept as terminated', async () => {
    const gone = await against(removal((_, response) => void response.writeHead(404).end()));
    expect(await gone.client.remove(PAYMENTS, 'p-1', callOf())).toEqual({ kind: 'DONE' });
    const never = await against((_, response) => void response.writeHead(404).end());
    expect(await never.client.remove(PAYMENTS, 'p-1', callOf())).toEqual({ kind: 'DONE' });
    const kept = await against(
      removal((_, response) => sendJson(response, { ...PAID, status: 'Terminated' })),
    );
    expect(await kept.client.remove(PAYMENTS, 'p-1', callOf())).toEqual({ kind: 'DONE' });
  });

  it('that leaves the object is an error with a code', async () => {
    const { client } = await against(removal((_, response) => sendJson(response, PAID)));
    await expect(client.remove(PAYMENTS, 'p-1', callOf())).rejects.toMatchObject({
      code: 'CHANGE_NOT_APPLIED',
    });
  });
});
