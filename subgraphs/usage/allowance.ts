// From a charging system's bucket to an allowance: used, left, limit, and what follows from two of them.
import { asList, asQuantity, asText, at } from '../tmf/read.ts';
import { isRecord } from '../tmf/tmf-object.ts';
import type { Bucket } from './bucket.ts';

export interface Quantity {
  readonly amount: number;
  readonly unit: string | null;
}

export function quantity(value: unknown): Quantity | undefined {
  const read = asQuantity(value);
  return read === undefined ? undefined : { amount: Number(read.amount), unit: read.unit ?? null };
}

export const word = (value: unknown): string =>
  asText(value)
    ?.toLowerCase()
    .replaceAll(/[\s_-]/g, '') ?? '';

/** A counter of the bucket; a group's counter before that of one of its users. */
function counter(bucket: Bucket, types: readonly string[]): Quantity | undefined {
  const counters = asList(bucket.bucketCounter).filter(
    (each) => isRecord(each) && types.includes(word(each.counterType)),
  );
  const whole = counters.find((each) => word(at(each, 'level')) !== 'user') ?? counters[0];
  return quantity(at(whole, 'value'));
}

function isUnlimited(bucket: Bucket): boolean {
  const names = [
    bucket.remainingValueName,
    ...asList(bucket.bucketCounter).map((each) => at(each, 'valueName')),
  ];
  return names.some((name) => word(name) === 'unlimited');
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

function limitOf(
  bucket: Bucket,
  used: Quantity | undefined,
  remaining: Quantity | undefined,
): Quantity | undefined {
  const stated = counter(bucket, ['limit', 'total', 'allowance', 'initial']);
  if (stated !== undefined) return stated;
  if (used === undefined || remaining === undefined || used.unit !== remaining.unit) return undefined;
  return { amount: round(used.amount + remaining.amount), unit: used.unit };
}

const worked = new WeakMap<Bucket, Bucket>();

/** The bucket with what the schema adds to it. Worked out once: a bucket is kept for many readers, and may be many lines'. */
export function allowance(bucket: Bucket): Bucket {
  const known = worked.get(bucket) ?? workOut(bucket);
  worked.set(bucket, known);
  return known;
}

function workOut(bucket: Bucket): Bucket {
  const remaining = quantity(bucket.remainingValue);
  const stated = counter(bucket, ['used', 'consumed']);
  const unlimited = isUnlimited(bucket);
  const limit = unlimited ? undefined : limitOf(bucket, stated, remaining);
  const derived =
    stated === undefined && limit !== undefined && remaining !== undefined && limit.unit === remaining.unit
      ? { amount: round(limit.amount - remaining.amount), unit: limit.unit }
      : undefined;
  const used = stated ?? derived;
  const comparable =
    used !== undefined && limit !== undefined && used.unit === limit.unit && limit.amount > 0;
  return {
    ...bucket,
    id: asText(bucket.id) ?? '',
    isShared: bucket.isShared ?? false,
    used: used ?? null,
    limit: limit ?? null,
    isUnlimited: unlimited,
    beyondLimit: counter(bucket, ['outofbucket', 'overage', 'exceeded']) ?? null,
    usedPercent: comparable ? Math.round((used.amount / limit.amount) * 1000) / 10 : null,
  };
}
