// Every way in which one exchange can fail, against a real server, and what comes of it.
import { afterEach, describe, expect, it } from 'vitest';
import { BackEndError } from './back-end-error.ts';
import { MAX_BODY_BYTES } from './exchange.ts';
import { BILLS, callOf, type Route, scenes, sendJson } from './misbehaving-server.ts';

const against = scenes(afterEach);

async function faultOf(promise: Promise<unknown>): Promise<BackEndError> {
  const outcome = await promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(BackEndError);
  return outcome as BackEndError; // just checked
}

const answer =
  (
    status: number,
    body: string,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Route =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

const tmfError = JSON.stringify({
  code: '20',
  reason: 'secret-upstream',
  message: 'at 10.0.0.7',
  status: '500',
});

describe('a back end that fails', () => {
  const table: readonly {
    name: string;
    route: Route;
    code: string;
    status: number | undefined;
    calls: number;
  }[] = [
    { name: '400', route: answer(400, tmfError), code: 'BACKEND_REFUSED', status: 400, calls: 1 },
    { name: '401', route: answer(401, tmfError), code: 'BACKEND_REFUSED', status: 401, calls: 1 },
    { name: '403', route: answer(403, tmfError), code: 'BACKEND_REFUSED', status: 403, calls: 1 },
    { name: '408', route: answer(408, ''), code: 'BACKEND_TIMEOUT', status: 408, calls: 1 },
    { name: '429', route: answer(429, tmfError), code: 'BACKEND_BUSY', status: 429, calls: 3 },
    { name: '500', route: answer(500, tmfError), code: 'BACKEND_UNAVAILABLE', status: 500, calls: 3 },
    { name: '501', route: answer(501, ''), code: 'BACKEND_REFUSED', status: 501, calls: 1 },
    { name: '502 without body', route: answer(502, ''), code: 'BACKEND_UNAVAILABLE', status: 502, calls: 3 },
    { name: '503', route: answer(503, tmfError), code: 'BACKEND_UNAVAILABLE', status: 503, calls: 3 },
    {
      name: '500 with an HTML page',
      route: answer(500, '<html>Whitelabel Error</html>', { 'content-type': 'text/html' }),
      code: 'BACKEND_UNAVAILABLE',
      status: 500,
      calls: 3,
    },
    {
      name: '200 with an HTML page',
      route: answer(200, '<html>Please sign in</html>', { 'content-type': 'text/html' }),
      code: 'BACKEND_BAD_ANSWER',
      status: 200,
      calls: 1,
    },
    {
      name: 'malformed JSON',
      route: answer(200, '{"id": "b-1", '),
      code: 'BACKEND_BAD_ANSWER',
      status: 200,
      calls: 3,
    },
    {
      name: 'a JSON scalar',
      route: answer(200, '"surprise"'),
      code: 'BACKEND_BAD_ANSWER',
      status: 200,
      calls: 1,
    },
    {
      name: 'an error with status 200',
      route: answer(200, tmfError),
      code: 'BACKEND_BAD_ANSWER',
      status: 200,
      calls: 1,
    },
    {
      name: 'a redirect',
      route: answer(302, '', { location: 'http://127.0.0.1:1/elsewhere' }),
      code: 'BACKEND_BAD_ANSWER',
      status: 302,
      calls: 1,
    },
    {
      name: 'a body cut in the middle',
      route: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('[{"id":"b-1"');
        setImmediate(() => response.destroy());
      },
      code: 'BACKEND_BAD_ANSWER',
      status: 200,
      calls: 3,
    },
    {
      name: 'a connection closed before any answer',
      route: (_, response) => response.destroy(),
      code: 'BACKEND_UNAVAILABLE',
      status: undefined,
      calls: 3,
    },
    {
      name: 'something that is not HTTP',
      route: (_, response) => response.socket?.end('220 mail.example ESMTP\r\n'),
      code: 'BACKEND_BAD_ANSWER',
      status: undefined,
      calls: 3,
    },
    {
      name: 'another object than the one asked for',
      route: (_, response) => sendJson(response, { id: 'b-2' }),
      code: 'BACKEND_BAD_ANSWER',
      status: 200,
      calls: 1,
    },
  ];
  for (const { name, route, code, status, calls } of table) {
    it(`${name}: ${code} after ${calls} call(s)`, async () => {
      const { server, client } = await against(route);
      const fault = await faultOf(client.one(BILLS, 'b-1', {}, callOf()));
      expect({ code: fault.code, status: fault.status, calls: server.received.length }).toEqual({
        code,
        status,
        calls,
      });
      expect(fault).toMatchObject({
        provider: 'home',
        api: 'TMF678',
        method: 'GET',
        path: '/bills/v4/customerBill/b-1',
      });
      const told = JSON.stringify([fault.message, fault.toClientError(), String(fault.stack)]);
      expect(told).not.toMatch(/secret-upstream|10\.0\.0\.7|Whitelabel|sign in|surprise|ESMTP/);
      expect(fault.toClientError().extensions.code).toBe(code);
      expect(fault.toClientError().message).not.toMatch(/TMF|customerBill|home/);
    });
  }

  it('is unavailable where nothing listens', async () => {
    const { server, client } = await against((_, response) => sendJson(response, {}));
    await server.close();
    expect(await faultOf(client.one(BILLS, 'b-1', {}, callOf()))).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      status: undefined,
    });
  });

  it('is refused a body beyond the bound before it has taken the memory', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    let sent = 0;
    const { client } = await against((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && sent < MAX_BODY_BYTES * 4) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const fault = await faultOf(client.one(BILLS, 'b-1', {}, callOf()));
    expect(fault).toMatchObject({ code: 'BACKEND_BAD_ANSWER', retryable: false });
    expect(sent).toBeLessThan(MAX_BODY_BYTES * 2);
  });

  it('answers at last: a retried GET gives the object', async () => {
    const { server, client } = await against((_, response, nth) =>
      nth < 3 ? void response.writeHead(503).end() : sendJson(response, { id: 'b-1', billNo: '7' }),
    );
    expect(await client.one(BILLS, 'b-1', {}, callOf())).toEqual({ id: 'b-1', billNo: '7' });
    expect(server.received).toHaveLength(3);
  });
});

describe('an object that is not there', () => {
  const table: readonly { name: string; route: Route }[] = [
    { name: '404', route: answer(404, tmfError) },
    { name: '410', route: answer(410, '') },
    { name: '404 with an HTML page', route: answer(404, '<html>', { 'content-type': 'text/html' }) },
    { name: '204', route: answer(204, '') },
    { name: '200 with an empty body', route: answer(200, '') },
    { name: '404 that was sent as a 500', route: answer(500, JSON.stringify({ code: 60, status: 404 })) },
    { name: 'an empty list', route: answer(200, '[]') },
  ];
  for (const { name, route } of table) {
    it(`${name}: undefined, by one call`, async () => {
      const { server, client } = await against(route);
      expect(await client.one(BILLS, 'b-1', {}, callOf())).toBeUndefined();
      expect(server.received).toHaveLength(1);
    });
  }

  it('is never asked for under an id that would climb the path', async () => {
    const { server, client } = await against((_, response) => sendJson(response, []));
    for (const id of ['', '.', '..']) expect(await client.one(BILLS, id, {}, callOf())).toBeUndefined();
    expect(server.received).toHaveLength(0);
  });
});

describe('what goes out', () => {
  it('carries the request id, asks for JSON, and encodes ids', async () => {
    const id = 'a/b?c=d&é#"';
    const { server, client } = await against((_, response) => sendJson(response, { id, name: 'x' }));
    expect(await client.one(BILLS, id, { fields: ['name', 'bill.id'] }, callOf())).toEqual({ id, name: 'x' });
    const [request] = server.received;
    expect(request?.url).toBe(`/bills/v4/customerBill/${encodeURIComponent(id)}?fields=id,name,bill`);
    expect(request?.headers).toMatchObject({ 'x-request-id': 'req-1', accept: 'application/json' });
  });

  it('takes any id and filter that a client can send', async () => {
    const { client } = await against((_, response) => sendJson(response, []));
    const broken = 'half a pair: \ud83d';
    expect(await client.one(BILLS, broken, {}, callOf())).toBeUndefined();
    expect(await client.many(BILLS, [broken, 'x'], { by: broken }, callOf())).toEqual([]);
    const filter = { [broken]: broken, list: [broken, 'y'] };
    expect((await client.page(BILLS, { filter, sort: broken, offset: 0, limit: 1 }, callOf())).items).toEqual(
      [],
    );
  });

  it('that is not HTTP is our fault, and the back end is not blamed for it', async () => {
    const { server, client } = await against((_, response) => sendJson(response, { id: 'b-1' }));
    for (let n = 0; n < 8; n += 1) {
      const fault = await faultOf(client.one(BILLS, 'b-1', {}, { ...callOf(), requestId: 'a\r\nb: c' }));
      expect(fault.code).toBe('INTERNAL_SERVER_ERROR');
    }
    expect(server.received).toHaveLength(0);
    expect(client.health()[0]?.state).toBe('UP');
  });

  it('is cut down to the fields asked for where the back end sends everything', async () => {
    const everything = {
      id: 1,
      href: 'http://evil.example/1',
      '@type': 'CustomerBill',
      _id: 'x',
      billNo: '7',
      state: 's',
    };
    const { client } = await against((_, response) => sendJson(response, everything));
    expect(await client.one(BILLS, '1', { fields: ['billNo'] }, callOf())).toEqual({
      id: '1',
      href: 'http://evil.example/1',
      '@type': 'CustomerBill',
      billNo: '7',
    });
  });

  it('does not carry `fields` where the profile says that it is not understood', async () => {
    const { server, client } = await against((_, response) => sendJson(response, { billNo: '7' }), {
      profile: { fields: false },
    });
    // the id that some leave out is the one that was asked for
    expect(await client.one(BILLS, 'b-1', { fields: ['billNo'] }, callOf())).toEqual({
      id: 'b-1',
      billNo: '7',
    });
    expect(server.received[0]?.url).toBe('/bills/v4/customerBill/b-1');
  });

  it('is reported attempt by attempt, without the query', async () => {
    const reports: unknown[] = [];
    const { client } = await against(
      (_, response, nth) =>
        nth === 1 ? void response.writeHead(503).end() : sendJson(response, { id: 'b-1' }),
      {},
      { onCall: ({ ms, ...report }) => reports.push({ ...report, timed: ms > 0 }) },
    );
    await client.one(BILLS, 'b-1', { fields: ['state'] }, callOf());
    const report = {
      source: BILLS,
      method: 'GET',
      path: '/bills/v4/customerBill/b-1',
      requestId: 'req-1',
      timed: true,
    };
    expect(reports).toEqual([
      { ...report, status: 503 },
      { ...report, status: 200 },
    ]);
  });
});
