// SSM-D-08: time-outs, broken connections, crashes and double clicks: one charge, and one answer for one key.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, test as each, expect } from 'vitest';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { type MeddlingProxy, startMeddlingProxy } from '../support/meddling-proxy.ts';
import { skipLoudly } from '../support/services.ts';
import { ACME_CARD, ACME_FIXED, ACME_MOBILE, type Paid, pay, taken } from './asking.ts';

/** Two gateways know of each other's payments by the database alone. */
const isShared = process.env.DATABASE_URL !== undefined;
if (!isShared) skipLoudly('SSM-D-08 lost answers', 'no DATABASE_URL for two gateways on one database');
const test = each.runIf(isShared);

let world: World;
let proxy: MeddlingProxy;
let behind: Instance;
beforeAll(async () => {
  world = await startWorld();
  proxy = await startMeddlingProxy(world.simulator);
  behind = await world.another({ apis: proxy.apis });
});
afterEach(() => proxy.meddle({}));
afterAll(async () => {
  await world.stop();
  await proxy.close();
});

const cents = (idempotencyKey: string, billId = ACME_MOBILE, amount = '0.05') => ({
  idempotencyKey,
  methodId: ACME_CARD,
  bills: [{ billId, amount }],
});
const isPayment = (path: string) => path.endsWith('/payment');
const charges = async (before = new Set<string>()) =>
  (await taken(world.simulator)).filter(({ id }) => !before.has(id)).length;
const idsBefore = async () => new Set((await taken(world.simulator)).map(({ id }) => id));

/** Asks with the same key until the outcome is known; the bound is on the machine's clock, as the gateway's is. */
async function untilKnown(ask: Instance['ask'], input: object): Promise<Paid> {
  const endMs = performance.now() + 40_000;
  for (;;) {
    const paid = await pay(ask, input);
    if (paid.confirmation?.state !== 'PENDING' || performance.now() > endMs) return paid;
  }
}

test('SSM-D-08 the answer to the charge is lost: it is found, not charged again', {
  timeout: 60_000,
}, async () => {
  const before = await idsBefore();
  proxy.meddle({ lose: (method, path) => (method === 'POST' && isPayment(path) ? 'ANSWER' : undefined) });
  const input = cents('answer-lost');
  const first = await pay(behind.ask, input);
  expect(first.confirmation?.state).toBe('DONE');
  expect((await pay(world.ask, input)).confirmation).toEqual(first.confirmation);
  expect(await charges(before)).toBe(1);
});

test('SSM-D-08 the answer and every look for it are lost: pending, then found from another gateway', {
  timeout: 60_000,
}, async () => {
  const before = await idsBefore();
  let wasSent = false;
  proxy.meddle({
    lose: (method, path) => {
      if (!isPayment(path)) return undefined;
      if (method === 'POST' && !wasSent) {
        wasSent = true;
        return 'ANSWER';
      }
      return wasSent ? 'QUESTION' : undefined;
    },
  });
  const input = cents('all-lost');
  const deaf = await world.another({ apis: proxy.apis });
  const first = await pay(deaf.ask, input);
  await deaf.stop();
  expect(first).toMatchObject({ faults: [], confirmation: { state: 'PENDING' } });
  const found = await untilKnown(world.ask, input);
  expect(found.confirmation).toMatchObject({ id: first.confirmation?.id, state: 'DONE' });
  expect(await charges(before)).toBe(1);
});

test('SSM-D-08 the question was lost: a retry looks, waits, and charges once', {
  timeout: 60_000,
}, async () => {
  const before = await idsBefore();
  let lost = 0;
  proxy.meddle({
    lose: (method, path) => {
      if (method !== 'POST' || !isPayment(path)) return undefined;
      lost += 1;
      return lost === 1 ? 'QUESTION' : undefined;
    },
  });
  const input = cents('question-lost');
  const { ask, stop } = await world.another({ apis: proxy.apis });
  const first = await pay(ask, input);
  expect(['PENDING', 'DONE']).toContain(first.confirmation?.state);
  expect((await untilKnown(ask, input)).confirmation?.state).toBe('DONE');
  await stop();
  expect(await charges(before)).toBe(1);
});

test('SSM-D-08 the payment system can’t be reached: nothing has happened, and the key is free', async () => {
  const before = await idsBefore();
  const nowhere = world.simulator.apis.map((api) =>
    api.api === 'TMF676' ? { ...api, baseUrl: 'http://127.0.0.1:1/payment/v4' } : api,
  );
  const cut = await world.another({ apis: nowhere });
  const input = cents('unreachable');
  expect((await pay(cut.ask, input)).faults).toEqual(['BACKEND_UNAVAILABLE']);
  await cut.stop();
  expect((await pay(world.ask, input)).confirmation?.state).toBe('DONE');
  expect(await charges(before)).toBe(1);
});

test('SSM-D-08 a gateway that dies between charge and answer: the next one finds it by itself', {
  timeout: 60_000,
}, async () => {
  const before = await idsBefore();
  const input = cents('crash');
  // it hears nothing more, as one that is no more
  let charged = false;
  proxy.meddle({
    lose: (method, path) => {
      if (!isPayment(path)) return undefined;
      if (method === 'POST' && !charged) {
        charged = true;
        return 'ANSWER';
      }
      return 'QUESTION';
    },
  });
  const dying = await world.another({ apis: proxy.apis });
  const first = await pay(dying.ask, input);
  await dying.stop();
  expect(first.confirmation?.state).toBe('PENDING');
  await world.another({ env: { WORK_SECONDS: '1' } });
  const endMs = performance.now() + 40_000;
  let state = 'PENDING';
  while (state === 'PENDING' && performance.now() < endMs) {
    const { data } = await world.ask('query($id: ID!) { paymentConfirmation(id: $id) { state } }', {
      as: 'acme-billing',
      variables: { id: first.confirmation?.id },
    });
    state = (data as { paymentConfirmation: { state: string } }).paymentConfirmation.state; // by the schema
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(state).toBe('DONE');
  expect(await charges(before)).toBe(1);
});

test('SSM-D-08 fifty clicks at once on two gateways: one charge, one answer', {
  timeout: 60_000,
}, async () => {
  const before = await idsBefore();
  const other = await world.another();
  const input = cents('fifty-clicks', ACME_FIXED);
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, at) => pay(at % 2 === 0 ? world.ask : other.ask, input)),
  );
  expect(new Set(all.map(({ faults }) => faults.join()))).toEqual(new Set(['']));
  expect(new Set(all.map(({ confirmation }) => JSON.stringify(confirmation))).size).toBe(1);
  expect(all[0]?.confirmation?.state).toBe('DONE');
  expect(await charges(before)).toBe(1);
});

test('SSM-D-08 two keys at once for the whole of a bill: one charge', { timeout: 60_000 }, async () => {
  const before = await idsBefore();
  const whole = (idempotencyKey: string) =>
    pay(world.ask, { idempotencyKey, methodId: ACME_CARD, bills: [{ billId: ACME_FIXED }] });
  const both = await Promise.all([whole('whole-one'), whole('whole-two')]);
  expect(both.filter(({ confirmation }) => confirmation?.state === 'DONE')).toHaveLength(1);
  expect(await charges(before)).toBe(1);
});

test('SSM-D-08 whatever is sent how often, and whatever is lost: never more than one charge a key', {
  timeout: 240_000,
}, async () => {
  const loss = fc.constantFrom(undefined, undefined, 'ANSWER' as const, 'QUESTION' as const);
  const step = fc.record({ key: fc.nat(2), on: fc.boolean(), losses: fc.array(loss, { maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const run = randomUUID();
      const before = await idsBefore();
      for (const { key, on, losses } of steps) {
        const queue = [...losses];
        proxy.meddle({ lose: (_, path) => (isPayment(path) ? queue.shift() : undefined) });
        await pay(on ? behind.ask : world.ask, cents(`${run}-${key}`, ACME_MOBILE, '0.01'));
      }
      const made = (await taken(world.simulator)).filter(({ id }) => !before.has(id));
      expect(new Set(made.map(({ correlatorId }) => correlatorId)).size).toBe(made.length);
      expect(made.length).toBeLessThanOrEqual(new Set(steps.map(({ key }) => key)).size);
    }),
    { numRuns: 8 },
  );
});
