// SSM-D-08: bills are paid, wholly and in part, and what can't be paid is told.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/gateway.ts';
import {
  ACME_CARD,
  ACME_FIXED,
  ACME_MOBILE,
  bill,
  CONFIRMATION,
  leftToPay,
  method,
  pay,
  taken,
} from './asking.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const key = 'key-of-the-first-payment';
const BOREALIS = bill('bill-acc-borealis-2026-10');
const FAMILY = bill('bill-acc-family-2026-10');

test('SSM-D-08 a part of one bill and the whole of another, with one charge; read again', async () => {
  const [mobile, fixed] = await Promise.all(
    ['bill-acc-acme-mobile-2026-10', 'bill-acc-acme-fixed-2026-10'].map((id) =>
      leftToPay(world.simulator, id),
    ),
  );
  const bills = [{ billId: ACME_MOBILE, amount: '10.50' }, { billId: ACME_FIXED }];
  const { confirmation, faults } = await pay(world.ask, { idempotencyKey: key, methodId: ACME_CARD, bills });
  expect(faults).toEqual([]);
  expect(confirmation).toMatchObject({
    state: 'DONE',
    refusal: null,
    amount: { amount: (10.5 + (fixed ?? 0)).toFixed(2), currency: 'EUR' },
    items: [{ billId: ACME_MOBILE, amount: { amount: '10.50' } }, { billId: ACME_FIXED }],
  });
  expect(confirmation?.number).toMatch(/^P-[0-9A-F]{8}-[0-9A-F]{4}$/);
  expect(await taken(world.simulator)).toHaveLength(1);
  expect(await leftToPay(world.simulator, 'bill-acc-acme-mobile-2026-10')).toBeCloseTo((mobile ?? 0) - 10.5);
  const again = await world.ask(
    `query($id: ID!) { paymentConfirmation(id: $id) ${CONFIRMATION}
       paymentConfirmations { nodes { number method { name } payment { state } items { bill { state } } } }
       bill(id: "${ACME_FIXED}") { state remaining { amount } }
       payments(first: 1) { nodes { state items { bill { id } amount { amount } } method { lastFourDigits } } } }`,
    { as: 'acme-manager', variables: { id: confirmation?.id } },
  );
  expect(again.errors).toEqual([]);
  expect(again.data).toMatchObject({
    paymentConfirmation: confirmation,
    paymentConfirmations: {
      nodes: [
        {
          number: confirmation?.number,
          method: { name: 'Visa ending in 4242' },
          payment: { state: 'DONE' },
          items: [{ bill: { state: 'PARTIALLY_PAID' } }, { bill: { state: 'SETTLED' } }],
        },
      ],
    },
    bill: { state: 'SETTLED', remaining: { amount: '0.00' } },
    payments: { nodes: [{ state: 'DONE', method: { lastFourDigits: '4242' } }] },
  });
  const others = await world.ask(
    'query($id: ID!) { paymentConfirmation(id: $id) { number } paymentConfirmations { nodes { id } } }',
    {
      as: 'family-manager',
      variables: { id: confirmation?.id },
    },
  );
  expect(others.data).toEqual({ paymentConfirmation: null, paymentConfirmations: { nodes: [] } });
});

test('SSM-D-08 the same key: the same answer for the same content, a fault for another', async () => {
  const as = 'borealis-manager';
  const before = (await taken(world.simulator)).length;
  const input = {
    idempotencyKey: key,
    methodId: method('pm-borealis-card'),
    bills: [{ billId: BOREALIS, amount: '5' }],
  };
  const first = await pay(world.ask, input, as);
  const second = await pay(world.ask, { ...input, bills: [{ billId: BOREALIS, amount: '5.00' }] }, as);
  expect(first.confirmation?.state).toBe('DONE');
  expect(second.confirmation).toEqual(first.confirmation);
  const other = await pay(world.ask, { ...input, bills: [{ billId: BOREALIS, amount: '6' }] }, as);
  expect(other).toMatchObject({ confirmation: undefined, faults: ['KEY_REUSED idempotencyKey'] });
  expect(await taken(world.simulator)).toHaveLength(before + 1);
});

test('SSM-D-08 a refused payment says why, stays refused, and leaves the bill as it was', async () => {
  const input = { idempotencyKey: key, methodId: method('pm-family-poor'), bills: [{ billId: FAMILY }] };
  const first = await pay(world.ask, input, 'family-manager');
  expect(first.confirmation).toMatchObject({ state: 'REFUSED', refusal: 'INSUFFICIENT_FUNDS' });
  expect((await pay(world.ask, input, 'family-manager')).confirmation).toEqual(first.confirmation);
  expect((await taken(world.simulator)).filter(({ status }) => status === 'denied')).toHaveLength(1);
  const trail = await world.ask('{ auditTrail(filter: { actions: ["pay"] }) { nodes { outcome detail } } }', {
    as: 'family-manager',
  });
  expect(trail.data).toMatchObject({ auditTrail: { nodes: [{ outcome: 'REFUSED' }] } });
});

describe('what is not paid', () => {
  const one = (changes: object) => ({
    idempotencyKey: 'a-key-of-nothing',
    methodId: ACME_CARD,
    bills: [{ billId: ACME_MOBILE, amount: '1' }],
    ...changes,
  });
  const amount = (text: string) => one({ bills: [{ billId: ACME_MOBILE, amount: text }] });
  const cases: readonly (readonly [string, object, string])[] = [
    ['nothing', one({ bills: [] }), 'NOTHING_NAMED bills'],
    [
      'a bill twice',
      one({ bills: [{ billId: ACME_MOBILE }, { billId: ACME_MOBILE, amount: '1' }] }),
      'NAMED_TWICE bills',
    ],
    ['zero', amount('0.00'), 'AMOUNT_INVALID bills.0.amount'],
    ['less than zero', amount('-5'), 'AMOUNT_INVALID bills.0.amount'],
    ['a part of a cent', amount('1.001'), 'AMOUNT_TOO_FINE bills.0.amount'],
    ['more than is left', amount('999999'), 'AMOUNT_TOO_HIGH bills.0.amount'],
    [
      'another’s bill',
      one({ bills: [{ billId: bill('bill-acc-borealis-2026-10') }] }),
      'BILL_UNKNOWN bills.0.billId',
    ],
    [
      'a bill that isn’t there',
      one({ bills: [{ billId: bill('bill-acc-acme-2031-10') }] }),
      'BILL_UNKNOWN bills.0.billId',
    ],
    [
      'a settled bill',
      one({ bills: [{ billId: bill('bill-acc-acme-fixed-2026-08') }] }),
      'BILL_NOT_OPEN bills.0',
    ],
    ['by another’s method', one({ methodId: method('pm-borealis-card') }), 'METHOD_UNKNOWN methodId'],
    ['by an expired method', one({ methodId: method('pm-acme-old') }), 'METHOD_NOT_USABLE methodId'],
    ['under no key', one({ idempotencyKey: '' }), 'KEY_INVALID idempotencyKey'],
  ];

  test('SSM-D-08 each is told, and nothing is charged', async () => {
    const before = (await taken(world.simulator)).length;
    for (const [name, input, fault] of cases)
      expect({ name, ...(await pay(world.ask, input)), asked: 0 }).toMatchObject({ name, faults: [fault] });
    expect(await taken(world.simulator)).toHaveLength(before);
  });

  test('SSM-D-08 SSM-A-08 by who may not', async () => {
    const before = (await taken(world.simulator)).length;
    for (const as of ['acme-user', 'acme-config', 'soc-operator', 'partner'])
      expect((await pay(world.ask, one({}), as)).faults).toEqual(['FORBIDDEN']);
    expect((await pay(world.ask, one({}), 'family-manager')).faults).toEqual(['BILL_UNKNOWN bills.0.billId']);
    expect(await taken(world.simulator)).toHaveLength(before);
  });
});
