// Verdicts: aggregation, status by comparator and warning, distance and trend.
import { describe, expect, it } from 'vitest';
import type { Sample } from './measurements.ts';
import { aggregate, algorithmOf, excessOf, statusOf, trendOf } from './verdict.ts';

const HOUR_MS = 3_600_000;
const samples = (values: readonly number[], hours: readonly number[] = values.map(() => 1)): Sample[] => {
  let fromMs = 0;
  return values.map((value, index) => {
    const untilMs = fromMs + (hours[index] ?? 1) * HOUR_MS;
    const sample = { indicator: 'availability', value, unit: '%', fromMs, untilMs };
    fromMs = untilMs;
    return sample;
  });
};

describe('aggregate', () => {
  it('has no value without samples', () => {
    expect(aggregate([], 'MEAN')).toBeUndefined();
    expect(aggregate([], 'P95')).toBeUndefined();
  });
  it('weighs each value by how long it was measured', () => {
    expect(aggregate(samples([100, 0], [3, 1]), 'MEAN')).toBe(75);
  });
  it('takes the plain mean of samples without length', () => {
    expect(aggregate(samples([1, 3], [0, 0]), 'MEAN')).toBe(2);
  });
  it.each([
    ['MIN', 1],
    ['MAX', 20],
    ['P95', 19],
  ] as const)('%s', (algorithm, value) => {
    expect(aggregate(samples(Array.from({ length: 20 }, (_, index) => 20 - index)), algorithm)).toBe(value);
  });
  it.each([
    [undefined, 'MEAN'],
    ['average', 'MEAN'],
    ['Minimum', 'MIN'],
    ['max', 'MAX'],
    ['95th percentile', 'P95'],
  ])('%s is %s', (word, algorithm) => {
    expect(algorithmOf(word)).toBe(algorithm);
  });
});

describe('statusOf', () => {
  it.each([
    [99.9, 'AT_LEAST', 99.9, 99.95, 'AT_RISK'],
    [99.95, 'AT_LEAST', 99.9, 99.95, 'MET'],
    [99.8, 'AT_LEAST', 99.9, 99.95, 'BREACHED'],
    [99.9, 'MORE_THAN', 99.9, undefined, 'BREACHED'],
    [20, 'AT_MOST', 20, undefined, 'MET'],
    [20, 'LESS_THAN', 20, undefined, 'BREACHED'],
    [19, 'AT_MOST', 20, 18, 'AT_RISK'],
    [1, 'EQUAL', 1, undefined, 'MET'],
    [undefined, 'AT_LEAST', 1, undefined, 'UNKNOWN'],
    [1, undefined, 1, undefined, 'UNKNOWN'],
    [1, 'AT_LEAST', undefined, undefined, 'UNKNOWN'],
  ] as const)('%s %s %s, warning %s: %s', (value, comparator, target, warning, status) => {
    expect(statusOf(value, comparator, target, warning)).toBe(status);
  });
});

describe('excessOf', () => {
  it('orders objectives of any unit by how far beyond the target they are', () => {
    expect(excessOf(90, 'AT_LEAST', 100)).toBeCloseTo(0.1);
    expect(excessOf(30, 'AT_MOST', 20)).toBeCloseTo(0.5);
    expect(excessOf(110, 'AT_LEAST', 100)).toBeLessThan(0);
    expect(excessOf(3, 'AT_MOST', 0)).toBe(3);
    expect(excessOf(0.9, 'EQUAL', 1)).toBeCloseTo(0.1);
  });
});

describe('trendOf', () => {
  it.each([
    [[99, 99, 100, 100], 'AT_LEAST', 'IMPROVING'],
    [[100, 100, 99, 99], 'AT_LEAST', 'WORSENING'],
    [[10, 10, 20, 20], 'AT_MOST', 'WORSENING'],
    [[20, 20, 10, 10], 'LESS_THAN', 'IMPROVING'],
    [[99.99, 99.99, 99.98, 99.98], 'AT_LEAST', 'STABLE'],
    [[0, 0], 'AT_MOST', 'STABLE'],
    [[5], 'AT_LEAST', 'UNKNOWN'],
    [[], 'AT_LEAST', 'UNKNOWN'],
    [[1, 2], 'EQUAL', 'UNKNOWN'],
    [[1, 2], undefined, 'UNKNOWN'],
  ] as const)('%j %s: %s', (values, comparator, trend) => {
    expect(trendOf(samples(values), comparator)).toBe(trend);
  });
});
