// Notifications: who is told of what, how often it is tried, and what adding usage sets in motion.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');

interface Delivery {
  readonly path: string;
  readonly body: {
    readonly eventId: string;
    readonly eventType: string;
    readonly event: Record<string, Record<string, unknown>>;
  };
}

let simulator: Simulator;
let listener: Server;
let callback: string;
let deliveries: Delivery[] = [];
let refuse = 0;
let attempts = 0;

beforeAll(async () => {
  simulator = await startSimulator({ now: () => NOW });
  listener = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      attempts += 1;
      if (refuse > 0) {
        refuse -= 1;
        response.writeHead(500).end();
        return;
      }
      deliveries.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  callback = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await simulator.close();
  listener.closeAllConnections();
  listener.close();
});
afterEach(() => {
  deliveries = [];
  attempts = 0;
  refuse = 0;
});

const address = (api: string): string => simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';

async function send(method: string, url: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { httpStatus: answer.status, ...(text === '' ? {} : JSON.parse(text)) };
}

async function withListener(api: string, query: string, act: () => Promise<void>): Promise<void> {
  const registered = await send('POST', `${address(api)}/hub`, { callback: `${callback}/in/`, query });
  expect(registered).toMatchObject({ httpStatus: 201, callback: `${callback}/in`, query });
  try {
    await act();
  } finally {
    expect(await send('DELETE', `${address(api)}/hub/${registered.id}`)).toMatchObject({ httpStatus: 204 });
  }
}

it('tells of creation, change, change of state and removal', async () => {
  await withListener('TMF629', '', async () => {
    const { id } = await send('POST', `${address('TMF629')}/customer`, {
      name: 'New',
      engagedParty: { id: 'ind-1' },
    });
    await send('PATCH', `${address('TMF629')}/customer/${id}`, { name: 'Newer' });
    await send('PATCH', `${address('TMF629')}/customer/${id}`, { status: 'active' });
    await send('DELETE', `${address('TMF629')}/customer/${id}`);
    await vi.waitFor(() => expect(deliveries).toHaveLength(4));
  });
  // deliveries have no order
  expect(deliveries.map(({ path }) => path).sort()).toEqual([
    '/in/listener/customerAttributeValueChangeEvent',
    '/in/listener/customerCreateEvent',
    '/in/listener/customerDeleteEvent',
    '/in/listener/customerStateChangeEvent',
  ]);
  for (const { path, body } of deliveries) {
    expect(path.toLowerCase()).toContain(body.eventType.toLowerCase());
    expect(body.event.customer).toHaveProperty('id');
  }
  expect(new Set(deliveries.map(({ body }) => body.eventId)).size).toBe(4);
});

it('tells only what the query asks for', async () => {
  await withListener('TMF629', 'eventType=CustomerDeleteEvent', async () => {
    const { id } = await send('POST', `${address('TMF629')}/customer`, {
      name: 'New',
      engagedParty: { id: 'ind-1' },
    });
    await send('DELETE', `${address('TMF629')}/customer/${id}`);
    await vi.waitFor(() => expect(deliveries).toHaveLength(1));
  });
  expect(deliveries.map(({ body }) => body.eventType)).toEqual(['CustomerDeleteEvent']);
});

it('tries three times at most', async () => {
  await withListener('TMF635', '', async () => {
    refuse = 2;
    await simulator.use('svc-acme-m-01', 'sms', 1);
    expect([attempts, deliveries.length]).toEqual([3, 1]);
    refuse = 5;
    await simulator.use('svc-acme-m-01', 'sms', 1);
    expect([attempts, deliveries.length]).toEqual([6, 1]);
  });
});

it('adds usage: a record, the counters and both events', async () => {
  const criteria = { searchCriteria: { service: [{ id: 'svc-family-m-1' }] } };
  const bucket = (answer: Record<string, unknown>, id: string): unknown => {
    const text = JSON.stringify(answer);
    const found: { bucketRefOrValue: { id: string; bucketCounter: unknown[] }[] }[] =
      JSON.parse(text).usageConsumption;
    return found[0]?.bucketRefOrValue.find((each) => each.id === id)?.bucketCounter;
  };
  const url = `${address('TMF677')}/queryUsageConsumption`;
  const before = await send('POST', url, criteria);
  await withListener('TMF635', '', () =>
    withListener('TMF677', '', async () => {
      const door = await send('POST', `${simulator.url}/_simulator/usage`, {
        serviceId: 'svc-family-m-1',
        kind: 'data',
        amount: 1.5,
      });
      expect(door).toEqual({ httpStatus: 204 });
    }),
  );
  const after = await send('POST', url, criteria);
  const used = (answer: Record<string, unknown>): number =>
    (bucket(answer, 'bkt-family-m-1-data') as { value: { amount: number } }[])[0]?.value.amount ?? Number.NaN;
  expect(used(after) - used(before)).toBeCloseTo(1.5, 3);

  expect(deliveries.map(({ path }) => path).sort()).toEqual([
    '/in/listener/queryUsageConsumptionStateChangeEvent',
    '/in/listener/usageCreateEvent',
  ]);
  const told =
    deliveries.find(({ body }) => body.eventType.startsWith('Query'))?.body.event.queryUsageConsumption ?? {};
  expect(used(told)).toBe(used(after));
  const record = deliveries.find(({ body }) => body.eventType.startsWith('Usage'))?.body.event.usage;
  expect(await send('GET', `${address('TMF635')}/usage/${record?.id}`)).toMatchObject({
    id: record?.id,
    usageType: 'data',
  });
});

it.each([
  ['svc-nobody', 'data', 1, 404],
  ['svc-family-tv-1', 'data', 1, 400],
  ['svc-family-m-1', 'fax', 1, 400],
  ['svc-family-m-1', 'data', -1, 400],
  ['svc-family-m-1', 'data', 'much', 400],
])('refuses to add usage: %s %s %s', async (serviceId, kind, amount, status) => {
  expect(await send('POST', `${simulator.url}/_simulator/usage`, { serviceId, kind, amount })).toMatchObject({
    httpStatus: status,
  });
});

it('charges what goes beyond the allowance', async () => {
  const charges = async (): Promise<number> => {
    const url = `${address('TMF678')}/appliedCustomerBillingRate?billingAccount.id=acc-family&isBilled=false&product.id=prd-family-m-2`;
    // the list's rows have amounts
    const rows = (await (await fetch(url)).json()) as {
      taxExcludedAmount: { value: number };
      type: string;
    }[];
    return Math.round(100 * rows.reduce((sum, row) => sum + row.taxExcludedAmount.value, 0));
  };
  const before = await charges();
  await simulator.use('svc-family-m-2', 'data', 100);
  const first = await charges();
  await simulator.use('svc-family-m-2', 'data', 10);
  expect(first).toBeGreaterThan(before);
  // 10 GB more at 2.00 each, every one of them beyond the allowance
  expect((await charges()) - first).toBe(2000);
});
