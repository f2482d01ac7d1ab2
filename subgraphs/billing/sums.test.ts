// Sums of money: exact, in one currency or not at all.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../item.ts';
import { addMoney, sumOf } from './sums.ts';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const charge = (total: unknown): Item => ({
  __typename: 'Charge',
  provider: 'home',
  raw: { id: 'x', total },
});

describe('addMoney', () => {
  it('adds decimals as decimals', () => {
    expect(addMoney([eur('0.10'), eur('0.20')])).toEqual(eur('0.30'));
    expect(addMoney([eur('1000000000000.01'), eur('0.02')])).toEqual(eur('1000000000000.03'));
  });

  it('comes to the same in cents, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1 }), (cents) => {
        const sum = addMoney(cents.map((each) => eur((each / 100).toFixed(2))));
        expect(Math.round(Number(sum?.amount) * 100)).toBe(cents.reduce((a, b) => a + b, 0));
      }),
    );
  });

  it('has no sum of nothing, and none of two currencies', () => {
    expect(addMoney([])).toBeUndefined();
    expect(addMoney([eur('1'), { amount: '1', currency: 'SEK' }])).toBeUndefined();
  });
});

describe('sumOf', () => {
  it('reads the amounts of charges', () => {
    expect(
      sumOf([charge({ unit: 'EUR', value: 1.1 }), charge({ unit: 'EUR', value: 2.2 })], 'total'),
    ).toEqual(eur('3.30'));
  });

  it("is none where an amount isn't there, and a fault where one can't be read: a sum without it would be wrong", () => {
    expect(sumOf([charge({ unit: 'EUR', value: 1 }), charge(undefined)], 'total')).toBeUndefined();
    const unreadable = [charge({ unit: 'EUR', value: 1 }), charge('much')];
    expect(() => sumOf(unreadable, 'total')).toThrow('unreadable');
  });
});
