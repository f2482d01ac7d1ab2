// SSM-D-05: a bill held against the usage records of its period, over the simulator's world.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';

const id = (type: string, backEnd: string) => encodeId('home', type, backEnd);

let world: World;
beforeAll(async () => {
  // records of a month are many for a simulator that shares its machine: what is asked here is answered, not how soon
  world = await startWorld({ env: { OPERATION_TIMEOUT_MS: '60000' } });
}, 120_000);
afterAll(() => world.stop());

describe('SSM-D-05 bill and usage contrasted', () => {
  interface Money {
    readonly amount: string;
  }
  interface Contrast {
    readonly usageContrast: {
      readonly billed: readonly Money[];
      readonly used: readonly Money[];
      readonly records: number;
      readonly differenceCount: number;
      readonly notComparableCharges: number;
      readonly isComplete: boolean;
      readonly differences: readonly {
        kind: string;
        usage: string;
        number: string;
        billed: Money;
        used: Money;
        difference: Money;
        charge: { name: string } | null;
        record: { id: string } | null;
      }[];
    } | null;
  }
  const CONTRAST = `query ($input: ContrastInput!) { usageContrast(input: $input) { billed { amount } used { amount } records
    differenceCount notComparableCharges isComplete differences { kind usage number billed { amount } used { amount }
      difference { amount } charge { name } record { id } } } }`;
  async function contrast(as: string, input: object) {
    const asked = await world.ask(CONTRAST, { as, variables: { input } });
    return { ...asked, found: asked.data as Contrast }; // as the query has it
  }
  const short = (found: Contrast) =>
    found.usageContrast?.differences.map(
      ({ kind, number, usage, billed, used, difference }) =>
        `${kind} ${number.slice(-2)} ${usage}: ${billed.amount} - ${used.amount} = ${difference.amount}`,
    );

  test('SSM-D-05 finds exactly what was planted, the largest first', async () => {
    const { found, errors, calls } = await contrast('borealis-manager', {
      billId: id('CustomerBill', 'bill-acc-borealis-2026-10'),
    });
    expect(errors).toEqual([]);
    expect(short(found)).toEqual([
      'BILLED_WITHOUT_USAGE 09 sms: 2.40 - 0.00 = 2.40',
      'AMOUNT_DIFFERS 03 data: 1.88 - 0.38 = 1.50',
      'LATE_RECORD 12 sms: 0.00 - 0.90 = -0.90',
      'USAGE_NOT_BILLED 04 voice: 0.00 - 0.67 = -0.67',
      'DUPLICATE_RECORD 08 data: 0.00 - 0.11 = -0.11',
    ]);
    expect(found.usageContrast).toMatchObject({
      differenceCount: 5,
      isComplete: true,
      notComparableCharges: 0,
    });
    const { differences } = found.usageContrast ?? { differences: [] };
    expect(differences[1]?.charge).toEqual({ name: 'Data beyond the allowance' });
    expect(differences[2]?.record?.id).toMatch(/./);
    // bill, lines, products of the account, and a page of 1000 records each
    const pages = Math.ceil((found.usageContrast?.records ?? 0) / 1000);
    const besides = [
      ...new Set(calls.filter((call) => !call.includes('TMF635')).map((call) => call.split('?')[0])),
    ];
    expect(
      calls.filter((call) => call.includes('TMF635')),
      calls.join('\n'),
    ).toHaveLength(pages);
    expect(besides.sort()).toEqual([
      'GET TMF637 product',
      'GET TMF666 billingAccount/acc-borealis',
      'GET TMF678 appliedCustomerBillingRate',
      'GET TMF678 customerBill/bill-acc-borealis-2026-10',
    ]);
  });

  test('SSM-D-05 the same by account and period, whatever zone it is in', async () => {
    const input = { accountId: id('BillingAccount', 'acc-borealis') };
    const utc = await contrast('borealis-manager', {
      ...input,
      from: '2026-10-01T00:00:00Z',
      until: '2026-11-01T00:00:00Z',
    });
    const oslo = await contrast('borealis-manager', {
      ...input,
      from: '2026-10-01T02:00:00+02:00',
      // clocks were put back on the 25th
      until: '2026-11-01T01:00:00+01:00',
    });
    expect(utc.errors).toEqual([]);
    expect(oslo.found).toEqual(utc.found);
    expect(short(utc.found)).toContain('AMOUNT_DIFFERS 03 data: 1.88 - 0.38 = 1.50');
  });

  test.each([
    ['acme-billing', 'bill-acc-acme-fixed-2026-10'],
    ['family-manager', 'bill-acc-family-2026-10'],
  ])('SSM-D-05 nothing is found where there is nothing: %s', async (as, bill) => {
    const { found, errors } = await contrast(as, { billId: id('CustomerBill', bill) });
    expect(errors).toEqual([]);
    expect(found.usageContrast).toMatchObject({ differenceCount: 0, differences: [], isComplete: true });
    expect(found.usageContrast?.billed).toEqual(
      found.usageContrast?.used.filter(({ amount }) => amount !== '0.00'),
    );
  });

  test('SSM-A-08 of another customer’s bill there is nothing', async () => {
    const { data, errors } = await contrast('acme-billing', {
      billId: id('CustomerBill', 'bill-acc-borealis-2026-10'),
    });
    expect({ data, errors }).toEqual({ data: { usageContrast: null }, errors: [] });
  });

  const account = id('BillingAccount', 'acc-borealis');
  test.each([
    [{}, 'BAD_USER_INPUT'],
    [{ billId: account }, 'INVALID_ID'],
    [{ accountId: account }, 'BAD_USER_INPUT'],
    [{ accountId: account, from: '2026-11-01T00:00:00Z', until: '2026-10-01T00:00:00Z' }, 'BAD_USER_INPUT'],
    [{ accountId: account, from: '2016-11-01T00:00:00Z', until: '2026-10-01T00:00:00Z' }, 'BAD_USER_INPUT'],
    [
      { accountId: account, from: '2026-10-01T00:00:00Z', until: '2026-11-01T00:00:00Z', first: 0 },
      'BAD_USER_INPUT',
    ],
  ])('SSM-D-05 %j is refused: %s', async (input, code) => {
    const { errors } = await contrast('borealis-manager', input);
    expect(errors).toMatchObject([{ code }]);
  });
});
