// Usage records as a bill is held against them: read once each, sorted into what counts and what is odd.

import type { Item } from '../item.ts';
import { compileIds } from '../path.ts';
import { asList, asMoney, asText, at, instantMs, type Money } from '../tmf/read.ts';

const services = compileIds('usageCharacteristic[name=serviceId].value');
const numbers = compileIds('usageCharacteristic[name=number].value');
const products = compileIds('ratedProductUsage.productRef.id');
const measures = ['volume', 'duration', 'count', 'counterparty', 'direction'].map((name) =>
  compileIds(`usageCharacteristic[name=${name}].value`),
);

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
  const [service] = services(raw);
  const [product] = products(raw);
  const usageType = asText(raw.usageType)?.toLowerCase();
  const taxExcluded = asMoney(at(rating, 'taxExcludedRatingAmount'));
  const measured = measures.map((read) => read(raw).join());
  return {
    item,
    service,
    number: numbers(raw)[0],
    product,
    usageType,
    atMs: instantMs(raw.usageDate),
    taxExcluded,
    ratedAtMs: instantMs(at(rating, 'ratingDate')),
    isBilled: String(at(rating, 'isBilled')) === 'true',
    signature: [service ?? product, usageType, raw.usageDate, taxExcluded?.amount, ...measured].join('\n'),
  };
}
