// SSM-D-01, D-02, D-06: bills searched, summed and foretold, over the simulator's world.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';

const id = (type: string, backEnd: string) => encodeId('home', type, backEnd);
const apis = (calls: readonly string[]) => calls.map((call) => call.split(' ')[1]).sort();

let world: World;
beforeAll(async () => {
  // records of a month are many for a simulator that shares its machine: what is asked here is answered, not how soon
  world = await startWorld({ env: { OPERATION_TIMEOUT_MS: '60000' } });
}, 120_000);
afterAll(() => world.stop());

async function ask<T>(as: string, query: string, variables: object = {}) {
  const asked = await world.ask(query, { as, variables: { ...variables } });
  return { ...asked, found: asked.data as T }; // as the query has it
}
interface Money {
  readonly amount: string;
  readonly currency: string;
}

describe('SSM-D-01 bills are searched', () => {
  interface Bills {
    readonly bills: { readonly nodes: readonly { readonly number: string; readonly amountDue: Money }[] };
  }
  const search = (filter: object) =>
    ask<Bills>(
      'acme-billing',
      'query ($filter: BillFilter) { bills(first: 50, filter: $filter) { nodes { number amountDue { amount currency } } } }',
      { filter },
    );

  test.each([
    ['by a part of the number', { text: '202609-acme-fix' }, ['AT-202609-ACME-FIXED']],
    [
      'by the account’s name',
      { text: 'acme MOBILE', periodFrom: '2026-10-01T00:00:00Z' },
      ['AT-202610-ACME-MOBILE'],
    ],
    [
      'by the period that it is for, in another zone',
      { periodFrom: '2026-09-01T02:00:00+02:00', periodUntil: '2026-10-01T02:00:00+02:00' },
      ['AT-202609-ACME-FIXED', 'AT-202609-ACME-MOBILE'],
    ],
    ['by nothing that is there', { text: 'no such bill' }, []],
  ])('SSM-D-01 %s', async (_title, filter, numbers) => {
    const { found, errors } = await search(filter);
    expect(errors).toEqual([]);
    expect(found.bills.nodes.map(({ number }) => number).sort()).toEqual(numbers);
  });

  test('SSM-D-01 by amount', async () => {
    const all = (await search({})).found.bills.nodes;
    const amounts = all.map(({ amountDue }) => Number(amountDue.amount)).sort((a, b) => a - b);
    const [from = 0, below = 0] = [amounts[2], amounts[8]];
    const { found } = await search({ amountFrom: from.toFixed(2), amountBelow: below.toFixed(2) });
    const fitting = all.filter(
      ({ amountDue }) => Number(amountDue.amount) >= from && Number(amountDue.amount) < below,
    );
    expect(found.bills.nodes).toEqual(fitting);
    expect(fitting.length).toBeGreaterThan(0);
    expect(fitting.length).toBeLessThan(all.length);
  });

  test.each([
    [{ periodFrom: '2026-10-01T00:00:00Z', periodUntil: '2026-09-01T00:00:00Z' }],
    [{ amountFrom: '100', amountBelow: '20' }],
    [{ amountFrom: 'much' }],
  ])('SSM-D-01 %j is a mistake, and no empty list', async (filter) => {
    const { errors } = await search(filter);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });
});

describe('SSM-D-01 a bill is summed', () => {
  interface Summed {
    readonly bill: {
      readonly taxIncluded: Money;
      readonly lines: {
        readonly totalCount: number;
        readonly nodes: readonly { type: string; name: string }[];
      };
      readonly summary: {
        readonly lines: number;
        readonly taxIncluded: readonly Money[];
        readonly credits: readonly Money[];
        readonly agreesWithBill: boolean;
        readonly isComplete: boolean;
        readonly groupCount: number;
        readonly groups: readonly {
          number: string | null;
          category: string | null;
          lines: number;
          taxIncluded: readonly Money[];
        }[];
      };
    };
  }
  const summed = (by: string, filter: object = {}) =>
    ask<Summed>(
      'acme-billing',
      `query ($id: ID!, $by: BillGrouping, $filter: BillLineFilter) { bill(id: $id) { taxIncluded { amount currency }
        lines(first: 1, filter: $filter) { totalCount nodes { type name } }
        summary(by: $by, first: 500) { lines groupCount isComplete agreesWithBill taxIncluded { amount currency }
          credits { amount currency } groups { number category lines taxIncluded { amount currency } } } } }`,
      { id: id('CustomerBill', 'bill-acc-acme-fixed-2026-10'), by, filter },
    );

  test.each(['SERVICE', 'NUMBER', 'CATEGORY'])('SSM-D-01 by %s it comes to the bill', async (by) => {
    const { found, errors } = await summed(by);
    expect(errors).toEqual([]);
    const { summary, taxIncluded, lines } = found.bill;
    expect(summary).toMatchObject({ agreesWithBill: true, isComplete: true, taxIncluded: [taxIncluded] });
    const sum = summary.groups.reduce((total, group) => total + Number(group.taxIncluded[0]?.amount), 0);
    expect(sum).toBeCloseTo(Number(taxIncluded.amount), 6);
    expect(summary.groups.reduce((total, group) => total + group.lines, 0)).toBe(summary.lines);
    expect(lines.totalCount).toBe(summary.lines);
  });

  test('SSM-D-01 credits are told apart, as lines and as a sum', async () => {
    const { found } = await summed('CATEGORY', { type: ['CREDIT'] });
    expect(found.bill.lines.nodes).toEqual([
      { type: 'CREDIT', name: expect.stringContaining('Service credit') },
    ]);
    const credit = found.bill.summary.groups.find(({ category }) => category === 'credit');
    expect(found.bill.summary.credits).toEqual(credit?.taxIncluded);
    expect(Number(credit?.taxIncluded[0]?.amount)).toBeLessThan(0);
  });
});

describe('SSM-D-02 the bill of this period', () => {
  interface Forecast {
    readonly billingAccount: {
      readonly forecast: {
        readonly soFar: readonly Money[];
        readonly projected: Money | null;
        readonly low: Money;
        readonly high: Money;
        readonly method: string;
        readonly confidence: string;
        readonly explanation: string;
        readonly elapsedPercent: number;
        readonly inputs: readonly { name: string; amount: Money }[];
        readonly services: readonly { number: string | null; soFar: Money; projected: Money }[];
      };
    };
  }
  const FORECAST = `query ($id: ID!) { billingAccount(id: $id) { forecast { elapsedPercent method confidence explanation
    soFar { amount currency } projected { amount currency } low { amount } high { amount }
    inputs { name amount { amount } } services { number soFar { amount } projected { amount } } } } }`;
  const ACCOUNTS = [
    ['acc-family', 'family-manager'],
    ['acc-acme-mobile', 'acme-billing'],
    ['acc-acme-fixed', 'acme-billing'],
    ['acc-borealis', 'borealis-manager'],
  ] as const;

  test.each(ACCOUNTS)(
    'SSM-D-02 of %s lies where the world’s pattern leads',
    async (account, as) => {
      const { found, errors, calls } = await ask<Forecast>(as, FORECAST, {
        id: id('BillingAccount', account),
      });
      expect(errors).toEqual([]);
      expect(apis(calls)).toEqual(['TMF666', 'TMF678']);
      const { forecast } = found.billingAccount;
      expect(forecast.method).toBe('EARLIER_PERIODS');
      expect(['HIGH', 'MEDIUM']).toContain(forecast.confidence);
      expect(forecast.explanation).toContain('mean of the last 3 periods');
      const projected = Number(forecast.projected?.amount);
      expect(projected).toBeGreaterThanOrEqual(Number(forecast.low.amount));
      expect(projected).toBeLessThanOrEqual(Number(forecast.high.amount));
      const services = forecast.services.reduce((total, each) => total + Number(each.projected.amount), 0);
      expect(services).toBeCloseTo(projected, 2);
      // the inputs are all that it takes to compute it again, but for the services apart
      const fees = Number(forecast.inputs[0]?.amount.amount);
      expect(forecast.inputs).toHaveLength(5);
      expect(Number(forecast.soFar[0]?.amount)).toBeCloseTo(
        fees + Number(forecast.inputs[1]?.amount.amount),
        2,
      );
      // what the month came to in the end
      const after = await startWorldAt('2026-12-02T00:00:00Z', account, as);
      expect(Math.abs(after - projected) / after, `${projected} came to ${after}`).toBeLessThan(0.1);
    },
    120_000,
  );

  async function startWorldAt(instant: string, account: string, as: string): Promise<number> {
    const backMs = world.clock.now();
    world.clock.advance(Date.parse(instant) - backMs);
    const { found } = await ask<{ bill: { taxIncluded: Money } }>(
      as,
      'query ($id: ID!) { bill(id: $id) { taxIncluded { amount } } }',
      {
        id: id('CustomerBill', `bill-${account}-2026-11`),
      },
    );
    world.clock.advance(backMs - world.clock.now());
    return Number(found.bill.taxIncluded.amount);
  }
});

describe('SSM-D-06 spending lies in the period that it is for', () => {
  test('SSM-D-06 a month’s spending is its bill, and not the one before it', async () => {
    const { found, errors } = await ask<{
      spendByNumber: { numbers: readonly { totals: readonly Money[] }[]; other: Money };
      bill: { taxIncluded: Money };
    }>(
      'family-manager',
      `{ spendByNumber(input: { from: "2026-10-01T00:00:00Z", until: "2026-11-01T00:00:00Z" }) { numbers { totals { amount currency } } other { amount } }
         bill(id: "${id('CustomerBill', 'bill-acc-family-2026-10')}") { taxIncluded { amount } } }`,
    );
    expect(errors).toEqual([]);
    const { numbers, other } = found.spendByNumber;
    const sum = numbers.reduce(
      (total, { totals }) => total + Number(totals[0]?.amount),
      Number(other.amount),
    );
    expect(sum).toBeCloseTo(Number(found.bill.taxIncluded.amount), 6);
  });
});
