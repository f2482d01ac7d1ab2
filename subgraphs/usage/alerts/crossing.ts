// Whether an allowance or a sum has reached a threshold, exactly; and of which period, so that it counts once.
import Big from 'big.js';
import { asText, instantMs } from '../../tmf/read.ts';
import { isRecord } from '../../tmf/tmf-object.ts';
import { allowance } from '../allowance.ts';
import type { Bucket } from '../bucket.ts';
import type { AlertRow, Crossing } from './firing.ts';

export const PERCENT = 'PERCENT';

interface Amount {
  readonly amount: number;
  readonly unit: string | null;
}

/** As `allowance` makes it. */
const amountOf = (value: unknown): Amount | undefined =>
  isRecord(value) && typeof value.amount === 'number' ? (value as unknown as Amount) : undefined;

/** Some charging systems stop counting at the limit, and count on in another counter. */
function allUsed(
  used: Amount | undefined,
  limit: Amount | undefined,
  beyond: Amount | undefined,
): Amount | undefined {
  if (used === undefined || beyond === undefined || beyond.unit !== used.unit) return used;
  const isWhole = limit !== undefined && limit.unit === used.unit && used.amount > limit.amount;
  return isWhole ? used : { ...used, amount: new Big(used.amount).plus(beyond.amount).toNumber() };
}

/** Of a bucket without a period: the calendar month, in UTC. */
function periodOf({ validFor }: Bucket, nowMs: number): { readonly key: string; readonly isNow: boolean } {
  const [start, end] = ['startDateTime', 'endDateTime'].map((name) =>
    instantMs(isRecord(validFor) ? validFor[name] : undefined),
  );
  const isNow = (start ?? nowMs) <= nowMs && nowMs < (end ?? Number.POSITIVE_INFINITY);
  const known = start ?? end;
  return { key: known === undefined ? monthOf(nowMs) : new Date(known).toISOString(), isNow };
}

export const monthOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 7);

const sameUnit = (a: string, b: string | null): boolean => a.toLowerCase() === b?.toLowerCase();

/** What the alert has to tell of the bucket; an event of a period that is over tells nothing. */
export function usageCrossing(alert: AlertRow, bucket: Bucket, nowMs: number): Crossing | undefined {
  const read = allowance(bucket);
  const kind = asText(read.usageType)?.toUpperCase();
  if (alert.usageKind !== null && kind !== alert.usageKind) return undefined;
  const limit = amountOf(read.limit);
  const used = allUsed(amountOf(read.used), limit, amountOf(read.beyondLimit));
  const { key: period, isNow } = periodOf(bucket, nowMs);
  if (used === undefined || !isNow) return undefined;
  const about = asText(read.id) ?? '';
  const name = asText(read.name) ?? kind ?? '';
  if (alert.unit !== PERCENT) {
    if (!sameUnit(alert.unit, used.unit) || new Big(used.amount).lt(alert.threshold)) return undefined;
    return { about, period, name, value: String(used.amount), unit: alert.unit };
  }
  if (limit === undefined || limit.unit !== used.unit || limit.amount <= 0) return undefined;
  const percent = new Big(used.amount).times(100).div(limit.amount);
  if (percent.lt(alert.threshold)) return undefined;
  return { about, period, name, value: percent.round(1).toFixed(), unit: PERCENT };
}
