// SSM-D-08 SSM-A-03: an authorization's amount limit bounds what is paid by it, and what was refused doesn't count.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { granted } from '../identity/asking.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { ACME_CARD, ACME_FIXED, ACME_MOBILE, method, pay, taken } from './asking.ts';

const AS = 'acme-payer';
let world: World;
beforeAll(async () => {
  world = await startWorld({
    actors: [
      { actorId: AS, kind: 'AUTHORIZED_USER', displayName: 'Who pays', customer: 'cust-acme', grants: [] },
    ],
  });
  await granted(world.ask, 'acme-manager', {
    actorId: AS,
    functions: ['BILL_VIEW', 'BILL_PAY', 'PAYMENT_VIEW'],
    scope: { kind: 'CUSTOMER' },
    limit: { amount: '10', currency: 'EUR', per: 'DAY' },
  });
});
afterAll(() => world.stop());

const of = (idempotencyKey: string, amount: string, methodId = ACME_CARD) =>
  pay(world.ask, { idempotencyKey, methodId, bills: [{ billId: ACME_MOBILE, amount }] }, AS);

test('SSM-D-08 up to the limit of the day, over all bills, and again the day after', async () => {
  expect((await of('refused-by-the-bank', '9', method('pm-acme-poor'))).confirmation?.state).toBe('REFUSED');
  expect((await of('most-of-it', '8')).confirmation?.state).toBe('DONE');
  expect((await of('too-much', '2.01')).faults).toEqual(['AMOUNT_OVER_LIMIT amount']);
  const both = [
    { billId: ACME_MOBILE, amount: '1.50' },
    { billId: ACME_FIXED, amount: '1.50' },
  ];
  const split = { idempotencyKey: 'over-two-accounts', methodId: ACME_CARD, bills: both };
  expect((await pay(world.ask, split, AS)).faults).toEqual(['AMOUNT_OVER_LIMIT amount']);
  const many = await Promise.all(['0', '1', '2', '3'].map((key) => of(`at-once-${key}`, '1')));
  expect(many.filter(({ confirmation }) => confirmation?.state === 'DONE')).toHaveLength(2);
  world.clock.advance(24 * 60 * 60 * 1000);
  expect((await of('the-day-after', '10')).confirmation?.state).toBe('DONE');
  const done = (await taken(world.simulator)).filter(({ status }) => status === 'done');
  expect(done.map(({ totalAmount }) => totalAmount.value).sort()).toEqual([1, 1, 10, 8]);
});
