// Spending by number: what is asked of it, and how charges become rows.
import { describe, expect, it } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import type { Principal } from '../../schema/principal.ts';
import type { SubgraphContext } from '../context.ts';
import type { Item } from '../item.ts';
import { type SpendInput, spend } from './spend.ts';

const PERIOD = { from: '2026-10-01T00:00:00Z', until: '2026-11-01T00:00:00Z' };
const MANAGER: Principal = {
  actorId: 'm',
  kind: 'MANAGER',
  customerId: encodeId('home', 'Customer', 'me'),
  grants: [{ functions: ['CHARGE_VIEW', 'PERSON_VIEW'], scope: { kind: 'CUSTOMER' } }],
  grantVersion: '1',
};

let serial = 0;
function charge(value: number, number?: string, kind = 'recurringCharge', unit = 'EUR'): Item {
  const named = (name: string, text: string | undefined) =>
    text === undefined ? [] : [{ name, value: text }];
  serial += 1;
  const raw = {
    id: `rate-${serial}`,
    taxIncludedAmount: { unit, value },
    taxExcludedAmount: { unit, value: value / 2 },
    characteristic: [
      ...named('number', number),
      ...named('chargeKind', kind),
      ...named('serviceId', number && `svc-${number}`),
    ],
  };
  return { __typename: 'Charge', provider: 'home', raw };
}

function around(
  charges: readonly Item[],
  { principal = MANAGER, seen = () => true }: { principal?: Principal; seen?: (item: Item) => boolean } = {},
) {
  const account: Item = { __typename: 'BillingAccount', provider: 'home', raw: { id: 'acc' } };
  const context = {
    operation: { principal, nowMs: Date.parse('2026-11-15T10:00:00Z') },
    objects: {
      serves: () => true,
      sheet: () => ({ attributes: ['id'] }),
      by: async (type: string) => (type === 'Charge' ? charges : [account]),
      visible: async (items: readonly Item[]) => items.filter(seen),
    },
  };
  // as much of it as a sum needs
  return (input: Partial<SpendInput> = {}) =>
    spend({ ...PERIOD, ...input }, context as unknown as SubgraphContext);
}

const numbers = (report: Awaited<ReturnType<typeof spend>>) => report.numbers.map(({ raw }) => raw);

describe('SSM-D-06 spend', () => {
  it('SSM-D-06 adds the charges of each number, the most first, and the others together', async () => {
    const report = await around([
      charge(1, 'a'),
      charge(5, 'b'),
      charge(2.5, 'a', 'usageCharge'),
      charge(7),
    ])();
    expect(numbers(report)).toMatchObject([
      {
        number: 'b',
        taxIncluded: { amount: '5.00' },
        taxExcluded: { amount: '2.50' },
        usage: { amount: '0.00' },
        charges: 1,
      },
      { number: 'a', taxIncluded: { amount: '3.50' }, usage: { amount: '2.50' }, charges: 2 },
    ]);
    expect(report.other).toEqual({ amount: '7.00', currency: 'EUR' });
    expect(report.period).toEqual({ start: '2026-10-01T00:00:00.000Z', end: '2026-11-01T00:00:00.000Z' });
  });

  it('SSM-A-08 counts only charges that may be seen', async () => {
    const report = await around([charge(1, 'a'), charge(5, 'a')], {
      seen: ({ raw }) => raw.id !== `rate-${serial}`,
    })();
    expect(numbers(report)).toMatchObject([{ number: 'a', charges: 1 }]);
  });

  it('SSM-D-06 takes only the numbers asked for, and no more of them than asked', async () => {
    const ask = around([charge(1, 'a'), charge(5, 'b'), charge(3, 'c')]);
    expect(numbers(await ask({ numbers: ['c', 'x'] })).map(({ number }) => number)).toEqual(['c']);
    expect(numbers(await ask({ first: 2 })).map(({ number }) => number)).toEqual(['b', 'c']);
  });

  it('SSM-D-06 adds nothing of two currencies', async () => {
    const [row] = numbers(await around([charge(1, 'a'), charge(5, 'a', 'recurringCharge', 'SEK')])());
    expect(row).toMatchObject({ taxIncluded: null, charges: 2 });
  });

  it.each<[Partial<SpendInput>, string]>([
    [{ from: 'yesterday' }, 'BAD_USER_INPUT'],
    [{ from: PERIOD.until, until: PERIOD.from }, 'BAD_USER_INPUT'],
    [{ until: PERIOD.from }, 'BAD_USER_INPUT'],
    [{ from: '2024-01-01T00:00:00Z' }, 'BAD_USER_INPUT'],
    [{ first: 0 }, 'BAD_USER_INPUT'],
    [{ first: 201 }, 'BAD_USER_INPUT'],
    [{ customerId: 'x' }, 'INVALID_ID'],
    [{ customerId: encodeId('home', 'Service', 'x') }, 'INVALID_ID'],
  ])('refuses %j: %s', async (input, code) => {
    await expect(around([])(input)).rejects.toMatchObject({ extensions: { code } });
  });

  it('needs a customer from those who act for none', async () => {
    const { customerId: _, ...nobody } = MANAGER;
    await expect(around([], { principal: nobody })()).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('SSM-A-08 says nothing of a number to those who may not read numbers', async () => {
    const principal: Principal = {
      ...MANAGER,
      grants: [{ functions: ['CHARGE_VIEW'], scope: { kind: 'CUSTOMER' } }],
    };
    await expect(around([charge(1, 'a')], { principal })({ numbers: ['a'] })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });
});
