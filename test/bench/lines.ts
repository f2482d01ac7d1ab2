// Generated lines of the simulator, drawn by Zipf's law: the nth is asked for 1/n^exponent as often as the first.
import { encodeId } from '../../schema/id.ts';

export interface Lines {
  readonly count: number;
  /** 0: each as often as the others. */
  readonly exponent: number;
}

/** Where a line's id stands in a request's body. */
export const LINE = 'LINE';

/** The share of each line and all before it. */
function shares({ count, exponent }: Lines): Float64Array {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    sum += (at + 1) ** -exponent;
    sums[at] = sum;
  }
  return sums.map((each) => each / sum);
}

const lineId = (index: number): string =>
  encodeId('home', 'Service', `svc-sub-${String(index).padStart(6, '0')}-m-1`);

/** A line's id each time it is called. */
export function drawLines(lines: Lines): () => string {
  const upTo = shares(lines);
  return () => {
    const chance = Math.random();
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((upTo[middle] ?? 1) < chance) low = middle + 1;
      else high = middle;
    }
    return lineId(low + 1);
  };
}

/**
 * The part of the reads, 0 to 1, that a cache can answer which asks for a value at its first read and at the first
 * after each life: of a line that is read n times a life, one read in n + 1 asks.
 */
export function bestHits(lines: Lines, readsPerLife: number): number {
  let hits = 0;
  let before = 0;
  for (const upTo of shares(lines)) {
    const share = upTo - before;
    before = upTo;
    const reads = share * readsPerLife;
    hits += (share * reads) / (reads + 1);
  }
  return hits;
}
