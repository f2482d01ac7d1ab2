// The client against the simulator: the calls it takes, the deliveries it reads, and each named fault.
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fault, type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { isApi } from './backends.ts';
import { createTmfClient, type TmfClient } from './client.ts';
import { eventKind, type Notification } from './events.ts';
import { readProviders } from './providers.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
const now = () => NOW;

let simulator: Simulator;
let client: TmfClient;
let calls = 0;

const at = (api: 'TMF629' | 'TMF637' | 'TMF638' | 'TMF677' | 'TMF678', resource: string) => ({
  provider: 'home',
  api,
  resource,
});
const SERVICES = at('TMF638', 'service');
const BILLS = at('TMF678', 'customerBill');

function call(limitMs = 10_000) {
  calls += 1;
  return { requestId: `req-${calls}`, deadlineMs: NOW + limitMs, signal: new AbortController().signal };
}

function newClient(timeoutMs = 5_000): TmfClient {
  const apis = Object.fromEntries(
    simulator.apis
      .filter(({ api }) => isApi(api))
      .map(({ api, baseUrl, version }) => [api, { url: baseUrl, version, timeoutMs }]),
  );
  const document = { providers: [{ id: 'home', profile: { totals: 'filtered' }, apis }] };
  const read = readProviders(JSON.stringify(document), () => undefined);
  if (!read.ok) throw new Error(read.faults.join('; '));
  return createTmfClient({ providers: read.providers, now, random: () => 0 });
}

beforeAll(async () => {
  simulator = await startSimulator({ now });
});
afterAll(() => simulator.close());
afterEach(() => client.close());

describe('against the simulator', () => {
  it('one object is one call', async () => {
    client = newClient();
    const asked = call();
    const customer = await client.one(at('TMF629', 'customer'), 'cust-acme', { fields: ['name'] }, asked);
    expect(customer).toMatchObject({ id: 'cust-acme', name: 'Acme Logistics' });
    expect(
      Object.keys(customer ?? {})
        .filter((key) => !key.startsWith('@'))
        .sort(),
    ).toEqual(['href', 'id', 'name']);
    expect(simulator.requests(asked.requestId)).toHaveLength(1);
    expect(await client.one(at('TMF629', 'customer'), 'cust-nobody', {}, call())).toBeUndefined();
  });

  it('forty services are one call, by id and by customer alike', async () => {
    client = newClient();
    const ids = Array.from({ length: 40 }, (_, n) => `svc-acme-m-${String(n + 1).padStart(2, '0')}`);
    const byId = call();
    expect(
      (await client.many(SERVICES, ids, { fields: ['state'] }, byId)).map(({ id }) => id).sort(),
    ).toEqual(ids);
    expect(simulator.requests(byId.requestId)).toHaveLength(1);

    const byParty = call();
    const found = await client.many(
      SERVICES,
      ['cust-acme'],
      { by: 'relatedParty.id', fields: ['state'] },
      byParty,
    );
    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(simulator.requests(byParty.requestId)).toHaveLength(1);
  });

  it('pages add up to the total', async () => {
    client = newClient();
    const filter = { 'relatedParty.id': 'cust-acme' };
    const seen = new Set<string>();
    let total: number | undefined;
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page = await client.page(SERVICES, { filter, offset, limit: 15 }, call());
      for (const { id } of page.items) seen.add(id);
      expect(page.total).toBe(total ?? page.total);
      total = page.total;
      offset = page.next;
    }
    expect(seen.size).toBe(total);
    expect(seen.size).toBeGreaterThan(40);
  });

  it('real-time usage is one POST', async () => {
    client = newClient();
    const asked = call();
    const body = { searchCriteria: { relatedParty: [{ id: 'cust-prepaid' }] } };
    const usage = await client.task(at('TMF677', 'queryUsageConsumption'), body, asked);
    expect(usage.usageConsumption).toEqual(expect.any(Array));
    expect(simulator.requests(asked.requestId)).toHaveLength(1);
  });

  it('a delivery to the hub is read', async () => {
    client = newClient();
    let delivered: (notification: Notification | undefined) => void = () => undefined;
    const delivery = new Promise<Notification | undefined>((resolve) => {
      delivered = resolve;
    });
    const listener = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      request.on('end', () => {
        response.writeHead(204).end();
        delivered(eventKind(JSON.parse(text), request.url));
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const source = { provider: 'home', api: 'TMF635' } as const;
    const subscription = await client.subscribe(source, `http://127.0.0.1:${address.port}/cb`);
    if (subscription === undefined) throw new Error('no subscription');
    await simulator.use('svc-acme-m-01', 'data', 0.1);
    expect(await delivery).toMatchObject({
      api: 'TMF635',
      resource: 'usage',
      verb: 'CREATE',
      eventId: expect.any(String),
    });
    await client.unsubscribe(source, subscription.id);
    await new Promise((resolve) => listener.close(resolve));
  });

  const faults: readonly { fault: Fault; code: string; requests: number }[] = [
    { fault: { kind: 'slow', delayMs: 2_000 }, code: 'BACKEND_TIMEOUT', requests: 1 },
    { fault: { kind: 'hang' }, code: 'BACKEND_TIMEOUT', requests: 1 },
    { fault: { kind: 'status', status: 503 }, code: 'BACKEND_UNAVAILABLE', requests: 3 },
    { fault: { kind: 'malformed-json' }, code: 'BACKEND_BAD_ANSWER', requests: 3 },
    { fault: { kind: 'html-error' }, code: 'BACKEND_UNAVAILABLE', requests: 3 },
    { fault: { kind: 'truncated' }, code: 'BACKEND_BAD_ANSWER', requests: 3 },
  ];
  for (const { fault, code, requests } of faults) {
    it(`${fault.kind === 'status' ? fault.status : fault.kind}: ${code}, and the other back ends answer on`, async () => {
      client = newClient(code === 'BACKEND_TIMEOUT' ? 300 : 5_000);
      simulator.setFault('TMF678', fault);
      try {
        const asked = call();
        await expect(client.page(BILLS, { offset: 0, limit: 5 }, asked)).rejects.toMatchObject({ code });
        expect(simulator.requests(asked.requestId)).toHaveLength(requests);
        expect(await client.one(at('TMF629', 'customer'), 'cust-acme', {}, call())).toBeDefined();
      } finally {
        simulator.setFault('TMF678', undefined);
      }
    });
  }

  it('429: asked again no sooner than it says', async () => {
    client = newClient();
    simulator.setFault('TMF678', { kind: 'status', status: 429, retryAfterS: 1, times: 1 });
    const asked = call();
    const startedAt = performance.now();
    const page = await client.page(BILLS, { offset: 0, limit: 5 }, asked);
    expect(page.items).toHaveLength(5);
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect(simulator.requests(asked.requestId)).toHaveLength(2);
  });
});
