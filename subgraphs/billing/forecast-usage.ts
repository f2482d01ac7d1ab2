// Where usage charges are heading: what was charged so far and what earlier periods came to, in plain numbers.

export interface UsageHistory {
  readonly soFar: number;
  /** Of earlier periods, the newest first. */
  readonly earlier: readonly number[];
  /** Part of the period that has passed, 0 to 1. */
  readonly elapsed: number;
}

export interface Projection {
  readonly method: 'EARLIER_PERIODS' | 'RUN_RATE' | 'AS_CHARGED';
  readonly projected: number;
  readonly low: number;
  readonly high: number;
}

/** Before this a rate is a guess: one call on the first morning would be thirty. */
const LEAST_ELAPSED = 0.1;

/**
 * Usage beyond an allowance is charged late in a period, all at once: the rate so far is then too low, and what earlier
 * periods came to says more; the more of the period has passed, the more a higher rate counts. Charges don't go back.
 */
export function projectUsage({ soFar, earlier, elapsed }: UsageHistory): Projection {
  const rate = elapsed < LEAST_ELAPSED ? soFar : soFar / Math.min(1, elapsed);
  if (earlier.length === 0) {
    return soFar === 0
      ? { method: 'AS_CHARGED', projected: 0, low: 0, high: 0 }
      : { method: 'RUN_RATE', projected: rate, low: soFar, high: rate * 2 };
  }
  const mean = earlier.reduce((sum, each) => sum + each, 0) / earlier.length;
  const projected = Math.max(soFar, elapsed * Math.max(rate, mean) + (1 - elapsed) * mean);
  return {
    method: mean === 0 && soFar === 0 ? 'AS_CHARGED' : 'EARLIER_PERIODS',
    projected,
    low: Math.max(soFar, Math.min(projected, ...earlier)),
    high: Math.max(projected, ...earlier, rate),
  };
}
