// How rounds become figures: medians, and ratios of neighbours in time.
import { expect, test } from 'vitest';
import { median, medians, type Round, ratio } from './rounds.ts';

const round = (index: number, peer: string, requestsPerS: number): Round => ({
  round: index,
  case: 'Home',
  concurrency: 16,
  peer,
  requestsPerS,
  p50Ms: 1,
  p99Ms: 2,
  cpuMsPerRequest: 1,
  allCpuMsPerRequest: 1,
  rssMb: 100 + index,
  callsPerRequest: 1,
  callsAreLeast: index === 1,
  bytesPerRequest: 10,
  failed: 1,
  total: 50,
});

/** In the second round the machine was busy with something else. */
const ROUNDS = [
  round(0, 'ours', 300),
  round(0, 'stock', 50),
  round(1, 'ours', 30),
  round(1, 'stock', 10),
  round(2, 'ours', 310),
  round(2, 'stock', 155),
];

test('the median of an even number lies between the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([3, 1, 2])).toBe(2);
});

test('a row has medians of figures, the most of memory and the sum of failures', () => {
  const [ours] = medians(ROUNDS);
  expect(ours).toMatchObject({
    peer: 'ours',
    requestsPerS: 300,
    rssMb: 102,
    callsAreLeast: true,
    failed: 3,
    total: 150,
  });
});

test('a ratio compares the rounds of one moment, so that a busy moment changes nothing', () => {
  const at = { case: 'Home', concurrency: 16 };
  expect(ratio(ROUNDS, at, 'ours', 'stock', (each) => each.requestsPerS)).toBe(3);
  expect(ratio(ROUNDS, at, 'ours', 'absent', (each) => each.requestsPerS)).toBeUndefined();
});
