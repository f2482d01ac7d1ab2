// SSM-D-08 SSM-D-09: money in the simulator goes where it should, and only where it should.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Row, rows } from './listing.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
const BILL = 'bill-acc-family-2026-10';
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => NOW });
});
afterAll(() => simulator.close());

const base = (api: string): string => simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';

async function post(api: string, resource: string, body: object): Promise<{ status: number; row: Row }> {
  const answer = await fetch(`${base(api)}/${resource}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: answer.status, row: JSON.parse(await answer.text()) };
}

const bill = async (id = BILL): Promise<Row> => (await rows(simulator, 'TMF678', `customerBill?id=${id}`))[0];
const eur = (value: number): object => ({ unit: 'EUR', value });
const pay = (value: number, method = 'pm-family-card', item = BILL, account = 'acc-family') =>
  post('TMF676', 'payment', {
    account: { id: account },
    paymentMethod: { id: method },
    paymentItem: [{ item: { id: item }, totalAmount: eur(value) }],
    totalAmount: eur(value),
  });

test('SSM-D-08 a part of a bill is paid, then the rest, then nothing more', async () => {
  const before = await bill();
  const total = before.remainingAmount.value;
  expect((await pay(10)).row).toMatchObject({ status: 'done' });
  expect(await bill()).toMatchObject({ state: 'partiallyPaid' });
  const [account] = await rows(simulator, 'TMF666', 'billingAccount?id=acc-family');
  const left = Math.round((total - 10) * 100) / 100;
  expect(account).toMatchObject({ paymentStatus: 'due', accountBalance: [{ amount: eur(left) }] });
  expect((await pay(total)).status).toBe(409);
  expect((await pay(left)).row).toMatchObject({ status: 'done' });
  expect(await bill()).toMatchObject({ state: 'settled', remainingAmount: eur(0) });
  expect((await bill()).appliedPayment).toHaveLength(2);
  expect(
    await rows(simulator, 'TMF678', 'customerBill?state=settled&id=bill-acc-family-2026-10'),
  ).toHaveLength(1);
  expect((await pay(1)).status).toBe(409);
});

test.each([
  ['another customer’s method', 'pm-acme-card', 'bill-acc-borealis-2026-10', 'acc-borealis'],
  ['another customer’s bill', 'pm-family-card', 'bill-acc-borealis-2026-10', 'acc-family'],
  ['an account that is not there', 'pm-family-card', BILL, 'acc-nobody'],
])('SSM-D-08 %s is refused', async (_, method, item, account) => {
  expect((await pay(1, method, item, account)).status).toBe(400);
});

test.each([
  ['pm-borealis-poor', 'insufficientFunds'],
  ['pm-borealis-old', 'methodExpired'],
])('SSM-D-08 a payment by %s is denied: %s, and the bill is as before', async (method, authorizationCode) => {
  const id = 'bill-acc-borealis-2026-10';
  const before = await bill(id);
  const { row } = await pay(1, method, id, 'acc-borealis');
  expect(row).toMatchObject({ status: 'denied', authorizationCode });
  expect(await bill(id)).toEqual(before);
});

test('SSM-D-08 no card number is taken, in no guise', async () => {
  const common = { name: 'x', relatedParty: { id: 'cust-acme' }, lastFourDigits: '1111', token: 'tok_x' };
  for (const wrong of [{ '@type': 'bankCard' }, { '@type': 'tokenizedCard', cardNumber: '1' }])
    expect((await post('TMF670', 'paymentMethod', { ...common, ...wrong })).status).toBe(400);
});

test('SSM-D-09 a top-up adds money and time; a transfer moves it; both are in the history', async () => {
  const balance = async (id: string): Promise<Row> => (await rows(simulator, 'TMF654', `bucket?id=${id}`))[0];
  const topUp = (amount: number, method = 'pm-prepaid-card') =>
    post('TMF654', 'topupBalance', {
      amount: { amount, units: 'EUR' },
      usageType: 'monetary',
      bucket: { id: 'bal-prepaid-main' },
      partyAccount: { id: 'acc-prepaid' },
      paymentMethod: { id: method },
    });
  const transfer = (amount: number) =>
    post('TMF654', 'transferBalance', {
      ...{ reason: 'x', channel: { id: 'x' }, amount: { amount, units: 'EUR' }, usageType: 'monetary' },
      ...{ bucket: { id: 'bal-prepaid-main' }, receiverBucket: { id: 'bal-prepaid-travel' } },
      ...{ receiverBucketUsageType: 'monetary', logicalResource: [], receiverLogicalResource: { id: 'x' } },
    });
  const before = await balance('bal-prepaid-main');
  expect((await topUp(20)).row.status).toBe('completed');
  expect((await topUp(20, 'pm-prepaid-poor')).row).toMatchObject({
    status: 'failed',
    description: 'insufficientFunds',
  });
  expect((await topUp(900)).row).toMatchObject({ status: 'failed', description: 'balanceTooHigh' });
  expect((await transfer(30)).row.status).toBe('completed');
  expect((await transfer(30)).row).toMatchObject({ status: 'failed', description: 'balanceTooLow' });
  const after = await balance('bal-prepaid-main');
  expect(after.remainingValue.amount).toBe(2.5);
  expect((await balance('bal-prepaid-travel')).remainingValue.amount).toBe(35);
  expect(Date.parse(after.validFor.endDateTime)).toBeGreaterThan(Date.parse(before.validFor.endDateTime));
  const [sum] = await rows(simulator, 'TMF654', 'accumulatedBalance?relatedParty.id=cust-prepaid');
  expect(sum.totalBalance.amount).toBe(37.5);
  const history = await rows(simulator, 'TMF654', 'balanceActionHistory?relatedParty.id=cust-prepaid');
  expect(history.map(({ status }) => status).sort()).toEqual([
    ...['completed', 'completed', 'completed', 'completed', 'failed', 'failed', 'failed'],
  ]);
});

test('SSM-D-07 an account takes no cycle, format or medium that nobody has', async () => {
  const patch = (billStructure: object) =>
    fetch(`${base('TMF666')}/billingAccount/acc-acme-fixed`, {
      method: 'PATCH',
      body: JSON.stringify({ billStructure }),
    }).then(({ status }) => status);
  expect(await patch({ cycleSpecification: { id: 'cycle-daily' } })).toBe(400);
  expect(await patch({ presentationMedia: [{ id: 'media-pigeon' }] })).toBe(400);
  expect(await patch({ format: { id: 'format-summary', name: 'Summary' } })).toBe(200);
});
