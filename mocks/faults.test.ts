// Faults and the request log, as a client of a misbehaving server meets them.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Fault, type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => Date.parse('2026-11-15T10:00:00Z') });
});
afterAll(() => simulator.close());
afterEach(() => {
  simulator.setFault('TMF638', undefined);
});

const address = (api: string): string => simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';
const services = (init: RequestInit = {}): Promise<Response> =>
  fetch(`${address('TMF638')}/service?limit=5`, init);

it.each([
  [429, { kind: 'status', status: 429, retryAfterS: 7 }, '7'],
  [429, { kind: 'status', status: 429 }, '1'],
  [503, { kind: 'status', status: 503 }, null],
] as const)('answers %i', async (status, fault, retryAfter) => {
  simulator.setFault('TMF638', fault);
  const answer = await services();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
  expect(await answer.json()).toMatchObject({ '@type': 'Error', status: String(status) });
});

it('is slow', async () => {
  simulator.setFault('TMF638', { kind: 'slow', delayMs: 150 });
  const startedMs = performance.now();
  expect((await services()).status).toBe(206);
  expect(performance.now() - startedMs).toBeGreaterThan(140);
});

it('hangs', async () => {
  simulator.setFault('TMF638', { kind: 'hang' });
  await expect(services({ signal: AbortSignal.timeout(200) })).rejects.toThrow();
  expect(simulator.requests().at(-1)).toMatchObject({ api: 'TMF638', status: 0 });
});

it('sends malformed JSON', async () => {
  simulator.setFault('TMF638', { kind: 'malformed-json' });
  const answer = await services();
  expect(answer.status).toBe(206);
  await expect(answer.json()).rejects.toThrow(SyntaxError);
});

it('sends HTML', async () => {
  simulator.setFault('TMF638', { kind: 'html-error' });
  const answer = await services();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'text/html;charset=utf-8']);
});

it('cuts the page', async () => {
  simulator.setFault('TMF638', { kind: 'truncated' });
  const answer = await services();
  expect(answer.status).toBe(206);
  await expect(answer.text()).rejects.toThrow();
});

it('is over after so many times, and spares other APIs', async () => {
  simulator.setFault('TMF638', { kind: 'status', status: 503, times: 2 });
  expect((await fetch(`${address('TMF637')}/product?limit=1`)).status).toBe(206);
  expect([(await services()).status, (await services()).status, (await services()).status]).toEqual([
    503, 503, 206,
  ]);
});

it('is switched over HTTP', async () => {
  const door = `${simulator.url}/_simulator/faults`;
  const fault: Fault = { kind: 'status', status: 503 };
  const put = (api: string, body: unknown): Promise<Response> =>
    fetch(`${door}/${api}`, { method: 'PUT', body: JSON.stringify(body) });
  expect((await put('TMF638', fault)).status).toBe(200);
  expect(await (await fetch(door)).json()).toEqual({ TMF638: fault });
  expect((await services()).status).toBe(503);
  expect((await fetch(`${door}/TMF638`, { method: 'DELETE' })).status).toBe(204);
  expect((await services()).status).toBe(206);
  expect((await put('TMF999', fault)).status).toBe(404);
  expect((await put('TMF638', { kind: 'explode' })).status).toBe(400);
  expect((await put('TMF638', { kind: 'slow' })).status).toBe(400);
});

it('logs requests by request id', async () => {
  const headers = { 'x-request-id': 'op-1' };
  await services({ headers });
  await fetch(`${address('TMF637')}/product/nobody`, { headers });
  await services({ headers: { 'x-request-id': 'op-2' } });
  const expected = [
    {
      api: 'TMF638',
      method: 'GET',
      path: '/tmf-api/serviceInventory/v4/service?limit=5',
      status: 206,
      requestId: 'op-1',
    },
    {
      api: 'TMF637',
      method: 'GET',
      path: '/tmf-api/productInventory/v4/product/nobody',
      status: 404,
      requestId: 'op-1',
    },
  ];
  expect(simulator.requests('op-1')).toEqual(expected);
  const door = `${simulator.url}/_simulator/requests`;
  expect(await (await fetch(`${door}?requestId=op-1`)).json()).toEqual(expected);
  expect((await fetch(door, { method: 'DELETE' })).status).toBe(204);
  expect(simulator.requests()).toEqual([]);
});
