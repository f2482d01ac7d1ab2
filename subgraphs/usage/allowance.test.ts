// Allowances: what charging systems state, and what follows from it, for every way in which they leave things out.
import { describe, expect, it } from 'vitest';
import { allowance } from './allowance.ts';

const counter = (counterType: string, amount: unknown, more: object = {}) => ({
  counterType,
  value: { amount, units: 'GB' },
  ...more,
});
const left = (amount: unknown) => ({ remainingValue: { amount, units: 'GB' } });
const GB = (amount: number) => ({ amount, unit: 'GB' });

describe('allowance', () => {
  it('takes used and limit as stated', () => {
    expect(
      allowance({ id: 'b', ...left(4), bucketCounter: [counter('used', 6), counter('limit', 10)] }),
    ).toMatchObject({
      id: 'b',
      used: GB(6),
      limit: GB(10),
      isUnlimited: false,
      usedPercent: 60,
      isShared: false,
    });
  });

  it('derives the limit from used and remaining', () => {
    expect(allowance({ ...left(0.3), bucketCounter: [counter('Used', 0.1)] })).toMatchObject({
      limit: GB(0.4),
      usedPercent: 25,
    });
  });

  it('derives used from limit and remaining', () => {
    expect(allowance({ ...left(7.5), bucketCounter: [counter('allowance', 10)] })).toMatchObject({
      used: GB(2.5),
    });
  });

  it('derives nothing from different units', () => {
    const bucket = { remainingValue: { amount: 4, units: 'MB' }, bucketCounter: [counter('used', 6)] };
    expect(allowance(bucket)).toMatchObject({ used: GB(6), limit: null, usedPercent: null });
  });

  it.each([
    { remainingValueName: 'Unlimited', bucketCounter: [counter('used', 6)] },
    { bucketCounter: [counter('used', 6, { valueName: 'unlimited' })] },
  ])('without limit has no percentage', (bucket) => {
    expect(allowance(bucket)).toMatchObject({
      used: GB(6),
      limit: null,
      isUnlimited: true,
      usedPercent: null,
    });
  });

  it("takes a group's counter before that of one of its users", () => {
    const counters = [
      counter('used', 1, { level: 'user' }),
      counter('used', 9, { level: 'group' }),
      counter('limit', 10),
    ];
    expect(allowance({ isShared: true, bucketCounter: counters })).toMatchObject({
      used: GB(9),
      isShared: true,
      usedPercent: 90,
    });
  });

  it('says of an empty bucket that nothing is known', () => {
    expect(allowance({})).toMatchObject({
      id: '',
      used: null,
      limit: null,
      isUnlimited: false,
      usedPercent: null,
    });
  });

  it.each([null, 'text', [], [null, 7], { counterType: 'used' }])(
    'survives counters like %j',
    (bucketCounter) => {
      expect(allowance({ id: 7, bucketCounter })).toMatchObject({ id: '7', used: null, usedPercent: null });
    },
  );

  it('divides by no limit of nothing', () => {
    expect(allowance({ bucketCounter: [counter('used', 0), counter('limit', 0)] })).toMatchObject({
      usedPercent: null,
    });
  });

  it('shows more than all as more than 100 percent', () => {
    expect(allowance({ bucketCounter: [counter('used', 12), counter('limit', 10)] })).toMatchObject({
      usedPercent: 120,
    });
  });
});
