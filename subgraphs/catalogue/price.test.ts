// The price of a configuration: which prices apply, and what they come to.
import { describe, expect, it } from 'vitest';
import type { Item } from '../item.ts';
import { configure } from './configuration.ts';
import { type Priced, priceOf } from './price.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
const eur = (value: number) => ({ unit: 'EUR', value });
const price = (raw: object): Item => ({
  __typename: 'ProductOfferingPrice',
  provider: 'home',
  raw: { id: 'p', priceType: 'recurring', price: eur(10), ...raw },
});
const VAT = { tax: [{ taxCategory: 'VAT', taxRate: 20 }] };
const when = (name: string, ...values: readonly string[]) => ({
  prodSpecCharValueUse: [{ name, productSpecCharacteristicValue: values.map((value) => ({ value })) }],
});

function priced(
  prices: readonly Item[],
  values: Readonly<Record<string, string>> = {},
  quantity = 1,
): Priced {
  const result = priceOf(prices, new Map(Object.entries(values)), quantity, NOW);
  if ('fault' in result) throw new Error(result.fault.code);
  return result;
}

describe('priceOf', () => {
  it('keeps monthly, one-time and usage apart', () => {
    const result = priced([
      price(VAT),
      price({ ...VAT, priceType: 'oneTime', price: eur(5) }),
      price({ priceType: 'usage', price: eur(0.0015) }),
    ]);
    expect(result.monthly).toEqual({
      taxExcluded: { amount: '10.00', currency: 'EUR' },
      taxIncluded: { amount: '12.00', currency: 'EUR' },
    });
    expect(result.oneTime?.taxIncluded.amount).toBe('6.00');
    expect(result.lines.map(({ total }) => total.taxExcluded.amount)).toEqual(['10.00', '5.00', '0.0015']);
  });

  it('takes the quantity times, but not of usage', () => {
    const result = priced([price({}), price({ priceType: 'usage', price: eur(0.1) })], {}, 3);
    expect(result.lines.map(({ total }) => total.taxExcluded.amount)).toEqual(['30.00', '0.1000']);
  });

  it.each([
    [{ validFor: { startDateTime: '2026-11-15T10:00:00Z' } }, 1],
    [{ validFor: { startDateTime: '2026-11-15T10:00:01Z' } }, 0],
    [{ validFor: { endDateTime: '2026-11-15T10:00:00Z' } }, 0],
    [{ validFor: { endDateTime: '2026-11-15T10:00:01Z' } }, 1],
  ])('%j counts %i times', (raw, count) => {
    expect(priced([price(raw)]).lines).toHaveLength(count);
  });

  it('takes a price bound to options only where they are chosen', () => {
    const prices = [price(when('speed', '300', '1000'))];
    expect(priced(prices, { speed: '1000' }).lines).toHaveLength(1);
    expect(priced(prices, { speed: '100' }).lines).toHaveLength(0);
    expect(priced(prices).lines).toHaveLength(0);
  });

  it('takes a percentage of the monthly amounts, tax in proportion', () => {
    const result = priced([price(VAT), price({ price: undefined, percentage: -10 })]);
    expect(result.monthly).toEqual({
      taxExcluded: { amount: '9.00', currency: 'EUR' },
      taxIncluded: { amount: '10.80', currency: 'EUR' },
    });
  });

  it.each([
    [{ recurringChargePeriodType: 'month', recurringChargePeriodLength: 1 }, '10.00'],
    [{ recurringChargePeriodType: 'year' }, undefined],
    [{ recurringChargePeriodType: 'month', recurringChargePeriodLength: 3 }, undefined],
  ])('%j: monthly %s', (raw, amount) => {
    expect(priced([price(raw)]).monthly?.taxExcluded.amount).toBe(amount);
  });

  it('is none in two currencies', () => {
    const result = priceOf([price({}), price({ price: { unit: 'SEK', value: 1 } })], new Map(), 1, NOW);
    expect(result).toMatchObject({ fault: { code: 'MIXED_CURRENCIES' } });
  });

  it('of nothing is nothing, not zero', () => {
    expect(priced([])).toEqual({ lines: [], oneTime: null, monthly: null });
  });
});

describe('configure', () => {
  const characteristic = (name: string, configurable: boolean, ...values: readonly object[]) => ({
    name,
    configurable,
    productSpecCharacteristicValue: values,
  });
  const specification: Item = {
    __typename: 'ProductSpecification',
    provider: 'home',
    raw: {
      id: 's',
      productSpecCharacteristic: [
        characteristic('speed', true, { value: '100', isDefault: true }, { value: '300' }),
        characteristic('seats', true, { valueFrom: 1, valueTo: 50 }),
        characteristic('brand', false, { value: 'aurora', isDefault: true }),
        characteristic('note', true),
      ],
    },
  };
  const chosen = (name: string, value: string) => configure([specification], [{ name, value }]);

  it('fills gaps with defaults', () => {
    const { values, faults } = configure([specification], []);
    expect([Object.fromEntries(values), faults]).toEqual([{ speed: '100', brand: 'aurora' }, []]);
  });

  it.each([
    ['speed', '300'],
    ['seats', '50'],
    ['brand', 'aurora'],
    ['note', 'anything'],
  ])('takes %s %s', (name, value) => {
    expect(chosen(name, value)).toMatchObject({ faults: [] });
    expect(chosen(name, value).values.get(name)).toBe(value);
  });

  it.each([
    ['speed', '200', 'VALUE_NOT_ALLOWED'],
    ['seats', '51', 'VALUE_NOT_ALLOWED'],
    ['seats', 'many', 'VALUE_NOT_ALLOWED'],
    ['brand', 'other', 'OPTION_FIXED'],
    ['colour', 'red', 'UNKNOWN_OPTION'],
  ])('refuses %s %s: %s', (name, value, code) => {
    expect(chosen(name, value).faults).toMatchObject([{ code, field: ['configuration', name] }]);
  });
});
