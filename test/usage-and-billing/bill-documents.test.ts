// SSM-D-01: the paper of a bill: streamed through, for whom may see the bill now, and never from where a back end points.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';

const BILL = 'bill-acc-acme-mobile-2026-10';
const id = (type: string, backEnd: string) => encodeId('home', type, backEnd);
const urlOf = (bill: string, document = `doc-${bill}`) =>
  `/documents/${id('BillDocument', [bill, document].map(encodeURIComponent).join('/'))}`;

/** A provider whose documents are, and lie, where a test says: all else is the simulator's. */
const strange: {
  content?: (request: IncomingMessage, response: ServerResponse) => void;
  pointsTo?: () => string;
} = {};
let strangeServer: Server;
let strangeUrl: string;

async function startStrange(): Promise<void> {
  strangeServer = createServer((request, response) => {
    if (strange.content !== undefined && request.url?.includes('/content')) {
      strange.content(request, response);
      return;
    }
    fetch(`${world.simulator.url}${request.url}`).then(
      async (given) => {
        const text = (await given.text()).replaceAll(world.simulator.url, strangeUrl);
        const { pointsTo } = strange;
        response.writeHead(given.status, { 'content-type': 'application/json' });
        response.end(
          pointsTo === undefined
            ? text
            : text.replaceAll(/"url":"[^"]*"/g, () => `"url":${JSON.stringify(pointsTo())}`),
        );
      },
      () => response.destroy(),
    );
  });
  strangeUrl = await listening(strangeServer);
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}

let world: World;
let wild: Instance;
let elsewhere: Instance;

// three gateways, each with a database of its own where none is configured
beforeAll(async () => {
  world = await startWorld();
  await startStrange();
  const apis = world.simulator.apis.map((each) => ({
    ...each,
    baseUrl: each.baseUrl.replace(world.simulator.url, strangeUrl),
  }));
  wild = await world.another({ apis });
  const { url } = await world.subgraphs(['billing']);
  elsewhere = await world.another({ env: { SUBGRAPHS: `billing=${url}/billing` } });
}, 180_000);
beforeEach(() => {
  // bills are kept for a minute: each test reads its own
  world.clock.advance(10 * 60 * 1000);
  delete strange.content;
  delete strange.pointsTo;
});
afterAll(async () => {
  await world.stop();
  strangeServer.closeAllConnections();
  await new Promise((resolve) => strangeServer.close(resolve));
});

async function get(instance: Instance, path: string, as?: string, init: RequestInit = {}) {
  const authorization = as === undefined ? {} : { authorization: `Bearer ${await world.token(as)}` };
  return fetch(`${instance.url}${path}`, { redirect: 'manual', ...init, headers: { ...authorization } });
}
const codeOf = async (response: Response) =>
  ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;

describe.each([
  ['in process', () => world.main],
  ['with the billing subgraph over HTTP', () => elsewhere],
] as const)('SSM-D-01 %s', (_title, instance) => {
  test('SSM-D-01 the address in the graph leads to a whole PDF, as an attachment that no browser runs', async () => {
    const query = `{ bill(id: "${id('CustomerBill', BILL)}") { documents { name downloadUrl } } }`;
    const { data, errors } = await instance().ask(query, { as: 'acme-billing' });
    expect(errors).toEqual([]);
    // as the query has it
    const [document] = (data as { bill: { documents: { name: string; downloadUrl: string }[] } }).bill
      .documents;
    expect(document).toEqual({ name: 'Bill 2026-10', downloadUrl: urlOf(BILL) });
    const response = await get(instance(), document?.downloadUrl ?? '', 'acme-billing');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="Bill 2026-10.pdf"; filename*=UTF-8''Bill%202026-10.pdf`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    const text = await response.text();
    expect(text).toMatch(/^%PDF-1\.4\n/);
    expect(text).toMatch(/%%EOF\n$/);
    expect(Number(response.headers.get('content-length'))).toBe(Buffer.byteLength(text));
  });

  test.each([
    ['nobody', undefined, 401, 'UNAUTHENTICATED'],
    ['another customer', 'borealis-manager', 404, 'NOT_FOUND'],
    ['staff without the function', 'soc-operator', 403, 'FORBIDDEN'],
    ['the user of a line', 'acme-user', 403, 'FORBIDDEN'],
  ] as const)('SSM-A-08 %s gets nothing', async (_who, as, status, code) => {
    const response = await get(instance(), urlOf(BILL), as);
    expect(response.status).toBe(status);
    expect(await codeOf(response)).toBe(code);
  });

  test("SSM-A-08 another customer's document looks like one that isn't there", async () => {
    const strip = (text: string) => text.replaceAll(/"requestId":"[^"]*"/g, '');
    const texts = await Promise.all(
      [
        urlOf(BILL),
        urlOf('bill-acc-none-2026-10'),
        urlOf('bill-acc-borealis-2026-10', 'doc-x'),
        '/documents/abcd',
      ].map(async (path) => strip(await (await get(instance(), path, 'borealis-manager')).text())),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test('SSM-A-03 a right that is withdrawn ends it with the next request', async () => {
    const grant = (mutation: string) => instance().ask(mutation, { as: 'acme-manager' });
    expect((await get(instance(), urlOf(BILL), 'acme-billing')).status).toBe(200);
    const { data } = await instance().ask(
      '{ authorizations(filter: { actorId: "acme-billing" }) { nodes { id } } }',
      { as: 'acme-manager' },
    );
    const [authorization] = (data as { authorizations: { nodes: { id: string }[] } }).authorizations.nodes;
    await grant(
      `mutation { suspendAuthorization(input: { id: "${authorization?.id}" }) { userErrors { code } } }`,
    );
    const refused = await get(instance(), urlOf(BILL), 'acme-billing');
    await grant(
      `mutation { resumeAuthorization(input: { id: "${authorization?.id}" }) { userErrors { code } } }`,
    );
    expect(refused.status).toBe(403);
    expect((await get(instance(), urlOf(BILL), 'acme-billing')).status).toBe(200);
  });
});

describe('SSM-D-01 a back end that points elsewhere', () => {
  let victim: Server;
  let victimUrl: string;
  let asked = 0;
  beforeAll(async () => {
    victim = createServer((_request, response) => {
      asked += 1;
      response.end('secret of another host');
    });
    victimUrl = await listening(victim);
  });
  afterAll(() => new Promise((resolve) => victim.close(resolve)));
  const documents = () => `${strangeUrl}/tmf-api/document/v4`;

  test.each([
    ['another host', () => `${victimUrl}/tmf-api/document/v4/document/x/content`],
    [
      'another host behind a user name',
      () => `http://${new URL(strangeUrl).host}@${new URL(victimUrl).host}/tmf-api/document/v4/x`,
    ],
    ['the metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
    ['no scheme', () => `//${new URL(victimUrl).host}/tmf-api/document/v4/x`],
    ['above the base', () => `${strangeUrl}/_simulator/requests`],
    ['a climb', () => `${documents()}/..%2f..%2f..%2f_simulator/requests`],
    ['a climb in plain sight', () => `${documents()}/../../../_simulator/requests`],
    ['nonsense', () => 'x:'],
  ])('SSM-D-01 %s is never asked', async (_title, address) => {
    const [before, requests] = [asked, world.simulator.requests().length];
    strange.pointsTo = address;
    const response = await get(wild, urlOf(BILL), 'acme-billing');
    expect(response.status).toBe(502);
    expect(await response.text()).not.toMatch(/secret|passwd|169\.254/);
    expect(asked).toBe(before);
    // the bill, and the document that it refers to
    expect(world.simulator.requests().length - requests).toBeLessThanOrEqual(3);
  });
});

describe('SSM-D-01 a back end that misbehaves', () => {
  test.each<[string, number, (response: ServerResponse) => void]>([
    [
      'redirects',
      502,
      (response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
    ['fails', 502, (response) => void response.writeHead(500).end('stack of the back end')],
    ['refuses', 502, (response) => void response.writeHead(403).end()],
    [
      'promises 40 MB',
      502,
      (response) => void response.writeHead(200, { 'content-length': 40 * 2 ** 20 }).write('x'),
    ],
  ])('SSM-D-01 one that %s: %i, and nothing of what it said', async (_title, status, answer) => {
    strange.content = (_request, response) => answer(response);
    const response = await get(wild, urlOf(BILL), 'acme-billing');
    expect(response.status).toBe(status);
    expect(await response.text()).not.toMatch(/stack|169\.254/);
  });

  test('SSM-D-01 one that sends without end is cut off at 32 MB', async () => {
    strange.content = (_request, response) => {
      const chunk = Buffer.alloc(2 ** 20, 'x');
      response.writeHead(200, { 'content-type': 'application/pdf' });
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    const response = await get(wild, urlOf(BILL), 'acme-billing');
    let bytes = 0;
    const read = async () => {
      for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).byteLength;
    };
    await expect(read()).rejects.toThrow();
    expect(bytes).toBeLessThanOrEqual(32 * 2 ** 20);
  });

  test('SSM-D-01 what a browser would run is only bytes', async () => {
    strange.content = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<script>alert(1)</script>');
    };
    const response = await get(wild, urlOf(BILL), 'acme-billing');
    // the bill calls it a PDF: so it may be, but never a page
    expect(response.headers.get('content-type')).toMatch(/^application\/(pdf|octet-stream)$/);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  test('SSM-D-01 a reader that leaves ends the back end’s answer, and a slow one holds it back', async () => {
    let written = 0;
    let ended = false;
    strange.content = (_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      response.writeHead(200, { 'content-type': 'application/pdf', 'content-length': 30 * 2 ** 20 });
      response.once('close', () => {
        ended = true;
      });
      const more = (): void => {
        while (!response.destroyed && written < 30 * 2 ** 20) {
          written += chunk.byteLength;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', more);
      more();
    };
    const { hostname, port } = new URL(wild.url);
    const socket = connect(Number(port), hostname);
    const token = await world.token('acme-billing');
    socket.write(`GET ${urlOf(BILL)} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    // nobody reads on: what the buffers on the way take is all that is asked of the back end
    socket.pause();
    let before = -1;
    await expect
      .poll(
        () => {
          const still = before === written;
          before = written;
          return still;
        },
        { interval: 300, timeout: 10_000 },
      )
      .toBe(true);
    expect(written).toBeLessThan(20 * 2 ** 20);
    expect(ended).toBe(false);
    socket.destroy();
    await expect.poll(() => ended, { timeout: 5_000 }).toBe(true);
  });

  test('SSM-D-01 four at once of one reader, and no more', async () => {
    const waiting: ServerResponse[] = [];
    strange.content = (_request, response) => {
      waiting.push(response);
    };
    const asking = Array.from({ length: 6 }, () => get(wild, urlOf(BILL), 'acme-billing'));
    await expect.poll(() => waiting.length).toBe(4);
    const first = await Promise.race(asking);
    expect(first.status).toBe(429);
    for (const response of waiting) response.writeHead(200, { 'content-type': 'application/pdf' }).end('x');
    const statuses = (await Promise.all(asking)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });
});
