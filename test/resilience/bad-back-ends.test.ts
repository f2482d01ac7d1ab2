// Bills from a back end that is none, through the front door: a clear code, in bounded time and memory, and nobody else asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator } from '../../mocks/simulator.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';

type Route = (request: IncomingMessage, response: ServerResponse) => void;

const trapped: string[] = [];
const asked: string[] = [];
let route: Route = (_, response) => void response.end();
const trap = createServer((request, response) => {
  trapped.push(request.url ?? '');
  response.end('[]');
});
const bills = createServer((request, response) => {
  request.resume();
  asked.push(request.url ?? '');
  route(request, response);
});
const portOf = (server: typeof trap) => (server.address() as AddressInfo).port; // it listens on a port

let world: World;
let stopSimulator = async () => {};

beforeAll(async () => {
  for (const server of [trap, bills])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = clockAt();
  const simulator = await startSimulator({ now: clock.now });
  stopSimulator = () => simulator.close();
  const apis = simulator.apis.map((each) =>
    each.api === 'TMF678' ? { ...each, baseUrl: `http://127.0.0.1:${portOf(bills)}` } : each,
  );
  world = await startWorld({ clock, apis });
});

afterAll(async () => {
  await world.stop();
  await stopSimulator();
  for (const server of [trap, bills]) {
    server.close();
    server.closeAllConnections();
  }
});

const json = (response: ServerResponse, text: string, headers: Record<string, string> = {}, status = 200) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);

const BILL = (id: string, more: object = {}) => ({
  id,
  billNo: `n-${id}`,
  amountDue: { unit: 'EUR', value: 5 },
  billingAccount: { id: 'acc-acme' },
  relatedParty: [{ id: 'cust-acme', role: 'customer' }],
  href: `http://169.254.169.254/latest/meta-data/${id}`,
  ...more,
});
const QUERY =
  '{ bills(first: 5) { totalCount nodes { number amountDue { amount } } } services(first: 1) { nodes { name } } }';

/** What came of the bills; the services beside them must always come. */
async function outcome() {
  const answer = await world.ask(QUERY, { as: 'acme-manager' });
  const { bills: found, services } = answer.data as {
    bills: { nodes: unknown[] } | null;
    services: { nodes: unknown[] };
  }; // as asked
  expect(services.nodes).toHaveLength(1);
  return {
    bills: found,
    codes: answer.errors.map(({ code }) => code),
    text: answer.text,
    requestId: answer.requestId,
  };
}

const page = '<html><body>Whitelabel at 10.0.0.7 /opt/app.js:12</body></html>';
const TABLE: readonly { name: string; route: Route; code: string; calls: number }[] = [
  {
    name: 'a page in place of an API',
    route: (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    code: 'BACKEND_BAD_ANSWER',
    calls: 1,
  },
  {
    name: 'another host to go to',
    route: (_, response) =>
      void response.writeHead(307, { location: `http://127.0.0.1:${portOf(trap)}/` }).end(),
    code: 'BACKEND_BAD_ANSWER',
    calls: 1,
  },
  {
    name: '200 with an error in it',
    route: (_, response) =>
      json(response, JSON.stringify({ code: '20', reason: 'at 10.0.0.7', message: 'x' })),
    code: 'BACKEND_BAD_ANSWER',
    calls: 1,
  },
  {
    name: 'NaN, which is no JSON',
    route: (_, response) => json(response, '[{"id":"b-1","amountDue":{"unit":"EUR","value":NaN}}]'),
    code: 'BACKEND_BAD_ANSWER',
    calls: 3,
  },
  {
    name: 'a body without end',
    route: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = `${JSON.stringify(BILL('b-1'))},`.repeat(2_000);
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pump);
      };
      response.write('[');
      pump();
    },
    code: 'BACKEND_BAD_ANSWER',
    calls: 1,
  },
];

describe('a back end that gives', () => {
  test.each(TABLE)('$name: $code, the rest of the answer intact', async ({ route: bad, code, calls }) => {
    route = bad;
    asked.length = 0;
    const before = process.memoryUsage().rss;
    const { bills: found, codes, text, requestId } = await outcome();
    const logged = world.main.log.filter((line) => line.includes(requestId));
    expect(logged.join()).toMatch(new RegExp(`"api":"TMF678".*"resource":"customerBill".*"code":"${code}"`));
    expect(logged.join()).not.toMatch(/10\.0\.0\.7|opt|Whitelabel/);
    expect({ found, codes }).toEqual({ found: null, codes: [code] });
    expect(asked).toHaveLength(calls);
    expect(trapped).toEqual([]);
    expect(text).not.toMatch(/10\.0\.0\.7|opt|Whitelabel/);
    // a body is bounded at 64 MB; its text, and what is read of it, may be a few times that
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 * 1024);
  });

  test('ten million rows of others: a bounded number of calls, and none of them', async () => {
    asked.length = 0;
    route = (request, response) => {
      const offset = Number(new URL(request.url ?? '', 'http://x').searchParams.get('offset') ?? 0);
      const rows = Array.from({ length: 100 }, (_, at) =>
        BILL(`x-${offset + at}`, {
          relatedParty: [{ id: 'cust-borealis', role: 'customer' }],
          billingAccount: { id: 'acc-b' },
        }),
      );
      json(response, JSON.stringify(rows), { 'x-total-count': '10000000' }, 206);
    };
    const { bills: found, codes } = await outcome();
    expect(found?.nodes ?? []).toEqual([]);
    expect(JSON.stringify(codes)).toMatch(/^\[\]$|OPERATION_TOO_COSTLY|BACKEND/);
    expect(asked.length).toBeLessThan(260);
  });

  test('pages in a circle: no row twice, and an end', async () => {
    asked.length = 0;
    route = (_, response) =>
      json(response, JSON.stringify(Array.from({ length: 5 }, (__, at) => BILL(`c-${at}`))), {
        link: `<http://127.0.0.1:${portOf(trap)}/customerBill?offset=5>; rel="next"`,
      });
    const { bills: found } = await outcome();
    const numbers = (found?.nodes ?? []).map((each) => JSON.stringify(each));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(asked.length).toBeLessThan(20);
    expect(trapped).toEqual([]);
  });

  test('ids with slashes, quotes and emoji: found again by the id that was given', async () => {
    const ids = [`a/../b"'é ,&=?#😀`, '..', '%2e%2e%2f', 'plain'];
    route = (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      const one = decodeURIComponent(pathname.replace('/customerBill/', ''));
      if (pathname === '/customerBill') {
        const wanted = searchParams.get('id')?.split(',');
        return json(
          response,
          JSON.stringify(ids.filter((id) => wanted?.includes(id) ?? true).map((id) => BILL(id))),
        );
      }
      return ids.includes(one) ? json(response, JSON.stringify(BILL(one))) : json(response, '{}', {}, 404);
    };
    const { data } = await world.ask('{ bills(first: 5) { nodes { id number } } }', { as: 'acme-manager' });
    const { nodes } = (data as { bills: { nodes: { id: string; number: string }[] } }).bills; // as asked
    expect(nodes.map(({ number }) => number)).toEqual(ids.map((id) => `n-${id}`));
    for (const { id, number } of nodes) {
      const again = await world.ask('query ($id: ID!) { bill(id: $id) { number } }', {
        as: 'acme-manager',
        variables: { id },
      });
      // dots alone would climb the path on the way: such an object can't be asked for by itself
      expect(again.data).toEqual({ bill: number === 'n-..' ? null : { number } });
    }
    expect(asked.some((url) => url.includes('/../'))).toBe(false);
  });
});
