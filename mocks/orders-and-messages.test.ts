// What goes on by itself: orders are worked on, messages are sent, alarms are acknowledged and cleared by tasks.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Row, rows } from './listing.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let nowMs = Date.parse('2026-11-15T10:00:00Z');
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => nowMs });
});
afterAll(() => simulator.close());

const address = (api: string): string => simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';

async function send(method: string, api: string, path: string, body?: object): Promise<Row> {
  const answer = await fetch(`${address(api)}/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json();
}

const read = (api: string, path: string) => send('GET', api, path);

it('works on an order until the product is there', async () => {
  const order = await send('POST', 'TMF622', 'productOrder', {
    relatedParty: [{ id: 'cust-acme', role: 'customer', '@referredType': 'Customer' }],
    productOrderItem: [
      { id: '1', action: 'add', productOffering: { id: 'off-mobile-m', name: 'Mobile M' } },
      { id: '2', action: 'modify', product: { id: 'prd-acme-m-02', status: 'suspended' } },
      { id: '3', action: 'delete', product: { id: 'prd-acme-m-03' } },
    ],
  });
  expect(order).toMatchObject({
    state: 'acknowledged',
    productOrderItem: [{ state: 'acknowledged' }, {}, {}],
  });
  nowMs += 6_000;
  expect(await read('TMF622', `productOrder/${order.id}`)).toMatchObject({ state: 'inProgress' });
  nowMs += 20_000;
  expect(await read('TMF622', `productOrder/${order.id}`)).toMatchObject({
    state: 'completed',
    productOrderItem: [{ state: 'completed' }, {}, {}],
  });
  const [added] = await rows(simulator, 'TMF637', `product?id=prd-${order.id}-1`);
  expect(added).toMatchObject({ status: 'active', name: 'Mobile M', relatedParty: [{ id: 'cust-acme' }] });
  expect(await read('TMF637', 'product/prd-acme-m-02')).toMatchObject({ status: 'suspended' });
  expect(await read('TMF638', 'service/svc-acme-m-02')).toMatchObject({ state: 'inactive' });
  expect(await read('TMF637', 'product/prd-acme-m-03')).toMatchObject({ status: 'terminated' });
  expect(await read('TMF638', 'service/svc-acme-m-03')).toMatchObject({ state: 'terminated' });
});

it('stops where the order is cancelled, and cancels nothing that is done', async () => {
  const order = await send('POST', 'TMF622', 'productOrder', {
    productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'off-mobile-m' } }],
  });
  const cancel = (id: string) => send('POST', 'TMF622', 'cancelProductOrder', { productOrder: { id } });
  expect(await cancel(order.id)).toMatchObject({ state: 'done' });
  nowMs += 60_000;
  expect(await read('TMF622', `productOrder/${order.id}`)).toMatchObject({ state: 'cancelled' });
  expect(await rows(simulator, 'TMF637', `product?id=prd-${order.id}-1`)).toEqual([]);
  expect(await cancel('ord-acme-m-01')).toMatchObject({ state: 'terminatedWithError' });
  expect(await cancel('nothing')).toMatchObject({ state: 'terminatedWithError' });
});

it('sends a message to whom it can reach, at its time', async () => {
  const message = (more: object) =>
    send('POST', 'TMF681', 'communicationMessage', { content: 'x', messageType: 'SMS', sender: {}, ...more });
  const soon = await message({ receiver: [{ phoneNumber: '33639980001' }] });
  const nobody = await message({ receiver: [{}] });
  const scheduledSendTime = new Date(nowMs + 3_600_000).toISOString();
  const later = await message({ receiver: [{ email: 'a@b.example' }], scheduledSendTime });
  expect(soon).toMatchObject({ state: 'initial' });
  nowMs += 3_000;
  const stateOf = async ({ id }: Row) => (await read('TMF681', `communicationMessage/${id}`)).state;
  expect(await stateOf(soon)).toBe('inProgress');
  nowMs += 3_000;
  expect(await Promise.all([soon, nobody, later].map(stateOf))).toEqual(['completed', 'initial', 'initial']);
  nowMs += 3_600_000;
  expect(await Promise.all([nobody, later].map(stateOf))).toEqual(['initial', 'completed']);
});

it('takes a step though nobody asks', async () => {
  await send('POST', 'TMF681', 'hub', { callback: 'http://127.0.0.1:9' });
  const sent = vi.spyOn(globalThis, 'fetch');
  const body = { content: 'x', messageType: 'SMS', sender: {}, receiver: [{ id: 'ind-1' }] };
  await send('POST', 'TMF681', 'communicationMessage', body);
  nowMs += 10_000;
  await vi.waitFor(() =>
    expect(sent.mock.calls.map(([url]) => String(url))).toContain(
      'http://127.0.0.1:9/listener/communicationMessageStateChangeEvent',
    ),
  );
  sent.mockRestore();
});

it('acknowledges, comments on and clears the alarms that a task names, and no other', async () => {
  const [first, second] = await rows(simulator, 'TMF642', 'alarm?affectedService.id=svc-acme-bb-2');
  const task = { ackUserId: 'soc', ackedAlarm: [{ id: first.id }, { id: 'nothing' }] };
  expect(await send('POST', 'TMF642', 'ackAlarms', task)).toMatchObject({ state: 'done' });
  expect(await read('TMF642', `alarm/${first.id}`)).toMatchObject({
    ackState: 'acknowledged',
    ackUserId: 'soc',
  });
  expect(await read('TMF642', `alarm/${second.id}`)).toMatchObject({ ackState: 'unacknowledged' });
  await send('POST', 'TMF642', 'clearAlarms', { clearedAlarm: [{ id: second.id }] });
  expect(await read('TMF642', `alarm/${second.id}`)).toMatchObject({ state: 'cleared' });
  expect(await read('TMF642', 'alarm/nothing')).toMatchObject({ status: '404' });
});
