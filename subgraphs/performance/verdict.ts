// From samples to a verdict: the value over a period, whether it meets the target, and which way it goes.
import type { Sample } from './measurements.ts';

export type Comparator = 'AT_LEAST' | 'MORE_THAN' | 'AT_MOST' | 'LESS_THAN' | 'EQUAL';
export type Status = 'MET' | 'AT_RISK' | 'BREACHED' | 'UNKNOWN';
export type Trend = 'IMPROVING' | 'STABLE' | 'WORSENING' | 'UNKNOWN';
/** How samples become one value: TMF657's transformationAlgorithmOfKQI; the mean where it says nothing known. */
export type Algorithm = 'MEAN' | 'MIN' | 'MAX' | 'P95';

/** Relative difference of the halves below which they count as the same. */
const STEADY = 0.0005;

export function algorithmOf(word: string | undefined): Algorithm {
  const folded = word?.toLowerCase() ?? '';
  if (folded.startsWith('min')) return 'MIN';
  if (folded.startsWith('max')) return 'MAX';
  return folded.includes('95') ? 'P95' : 'MEAN';
}

/** The value over all samples, each weighted by how long it was measured; undefined for none. */
export function aggregate(samples: readonly Sample[], algorithm: Algorithm): number | undefined {
  if (samples.length === 0) return undefined;
  if (algorithm === 'MEAN') return mean(samples);
  const values = samples.map((sample) => sample.value).sort((a, b) => a - b);
  if (algorithm === 'MIN') return values[0];
  return algorithm === 'MAX' ? values.at(-1) : values[Math.ceil(values.length * 0.95) - 1];
}

/** Of every objective in a list, three times. */
function mean(samples: readonly Sample[]): number {
  let weight = 0;
  let weighted = 0;
  let sum = 0;
  for (const { value, fromMs, untilMs } of samples) {
    weight += untilMs - fromMs;
    weighted += value * (untilMs - fromMs);
    sum += value;
  }
  return weight > 0 ? weighted / weight : sum / samples.length;
}

function meets(value: number, comparator: Comparator, target: number): boolean {
  switch (comparator) {
    case 'AT_LEAST':
      return value >= target;
    case 'MORE_THAN':
      return value > target;
    case 'AT_MOST':
      return value <= target;
    case 'LESS_THAN':
      return value < target;
    case 'EQUAL':
      return value === target;
  }
}

export function statusOf(
  value: number | undefined,
  comparator: Comparator | undefined,
  target: number | undefined,
  warning: number | undefined,
): Status {
  if (value === undefined || comparator === undefined || target === undefined) return 'UNKNOWN';
  if (!meets(value, comparator, target)) return 'BREACHED';
  return warning === undefined || meets(value, comparator, warning) ? 'MET' : 'AT_RISK';
}

/** How far beyond the target, relative to it; 0 or less where it is met. Orders objectives of any unit, the worst first. */
export function excessOf(value: number, comparator: Comparator, target: number): number {
  const scale = Math.abs(target) > 0 ? Math.abs(target) : 1;
  if (comparator === 'EQUAL') return Math.abs(value - target) / scale;
  const rising = comparator === 'AT_LEAST' || comparator === 'MORE_THAN';
  return (rising ? target - value : value - target) / scale;
}

/** The later half of the samples against the earlier one. */
export function trendOf(samples: readonly Sample[], comparator: Comparator | undefined): Trend {
  const middle = Math.floor(samples.length / 2);
  const before = aggregate(samples.slice(0, middle), 'MEAN');
  const after = aggregate(samples.slice(middle), 'MEAN');
  if (before === undefined || after === undefined || comparator === undefined || comparator === 'EQUAL')
    return 'UNKNOWN';
  const scale = Math.max(Math.abs(before), Math.abs(after));
  if (scale === 0 || Math.abs(after - before) / scale <= STEADY) return 'STABLE';
  const rising = after > before;
  return rising === (comparator === 'AT_LEAST' || comparator === 'MORE_THAN') ? 'IMPROVING' : 'WORSENING';
}
