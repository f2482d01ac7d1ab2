// Usage records as a bill is held against them: read once each, sorted into what counts and what is odd.

import type { Item } from '../item.ts';
import { compileIds, compileNamed } from '../path.ts';
import { asList, asMoney, asText, at, instantMs, type Money } from '../tmf/read.ts';

const characteristics = compileNamed('usageCharacteristic', [
  'serviceId',
  'number',
  'volume',
  'duration',
  'count',
  'counterparty',
  'direction',
]);
const products = compileIds('ratedProductUsage.productRef.id');
/** Besides what tells whose it is: what is read of a record here, and nothing more of some thousands. */
export const RECORD_ATTRIBUTES = ['usageDate', 'usageType', 'usageCharacteristic', 'ratedProductUsage'];

export interface ReadRecord {
  readonly item: Item;
  readonly service: string | undefined;
  readonly number: string | undefined;
  readonly product: string | undefined;
  readonly usageType: string | undefined;
  readonly atMs: number | undefined;
  /** Undefined where it isn't rated: it has no amount yet. */
  readonly taxExcluded: Money | undefined;
  readonly ratedAtMs: number | undefined;
  readonly isBilled: boolean;
  /** What two records of one use have in common. */
  readonly signature: string;
}

export function readRecord(item: Item): ReadRecord {
  const { raw } = item;
  const [rating] = asList(raw.ratedProductUsage);
  const [services, numbers, ...measures] = characteristics(raw);
  const service = services?.[0];
  const [product] = products(raw);
  const usageType = asText(raw.usageType)?.toLowerCase();
  const taxExcluded = asMoney(at(rating, 'taxExcludedRatingAmount'));
  const atMs = instantMs(raw.usageDate);
  const rated = at(rating, 'ratingDate');
  return {
    item,
    service,
    number: numbers?.[0],
    product,
    usageType,
    atMs,
    taxExcluded,
    // most are rated as they come
    ratedAtMs: rated === raw.usageDate ? atMs : instantMs(rated),
    isBilled: String(at(rating, 'isBilled')) === 'true',
    signature: [service ?? product, usageType, raw.usageDate, taxExcluded?.amount, ...measures].join('\n'),
  };
}
