// How long calls were, as counts in logarithmic buckets: they add up, and a percentile of them is within 2 % of a call's.

/** Every duration in a bucket differs by no more than this part from the one that stands for it. */
export const RELATIVE_ERROR = 0.02;
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GROWTH = Math.log(GROWTH);

/** Counts by bucket. */
export type Durations = ReadonlyMap<number, number>;

/** Bucket 0 holds what is no longer than a second. */
export function bucketOf(seconds: number): number {
  return seconds <= 1 ? 0 : Math.ceil(Math.log(seconds) / LOG_GROWTH);
}

/** The duration that stands for the bucket, in seconds. */
function secondsOf(bucket: number): number {
  return bucket === 0 ? 1 : (2 * GROWTH ** bucket) / (GROWTH + 1);
}

/** The duration that so many percent of the calls don't exceed; undefined where there was no call. */
export function percentile(durations: Durations, percent: number): number | undefined {
  const total = [...durations.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  // nearest rank: the value of a call that there was
  let rank = Math.max(1, Math.ceil((percent / 100) * total));
  for (const [bucket, count] of [...durations].sort(([a], [b]) => a - b)) {
    rank -= count;
    if (rank <= 0) return secondsOf(bucket);
  }
  return undefined;
}
