// The shape of the price list, and its entries in short: amounts in cents before tax.
import type { Segment, SettingValue } from '../world/customer-model.ts';

/** When a price applies: a configured value, or a range of one. */
export interface PriceCondition {
  readonly name: string;
  readonly value?: SettingValue;
  readonly from?: number;
  readonly to?: number;
}

export interface PriceEntry {
  readonly key: string;
  readonly name: string;
  readonly kind: 'recurring' | 'oneTime' | 'usage' | 'discount';
  readonly cents: number;
  /** Per how much; a recurring price with a unit is multiplied by the characteristic that `when` names. */
  readonly unit?: 'GB' | 'min' | 'sms' | 'seat';
  readonly percentage?: number;
  readonly when?: PriceCondition;
}

export interface OfferingEntry {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly specificationId: string;
  readonly categories: readonly string[];
  readonly segments: readonly Segment[];
  readonly lifecycle: 'Active' | 'Retired' | 'In design';
  readonly allowance?: { readonly dataGb: number; readonly voiceMin: number; readonly sms: number };
  readonly prices: readonly PriceEntry[];
  readonly bundle?: readonly {
    readonly id: string;
    readonly from: number;
    readonly to: number;
    readonly byDefault: number;
  }[];
  readonly from: string;
  readonly until?: string;
}

export const monthly = (cents: number): PriceEntry => ({
  key: 'monthly',
  name: 'Monthly fee',
  kind: 'recurring',
  cents,
});
export const once = (key: string, name: string, cents: number): PriceEntry => ({
  key,
  name,
  kind: 'oneTime',
  cents,
});
export const option = (key: string, name: string, cents: number, when: PriceCondition): PriceEntry => ({
  key,
  name,
  kind: 'recurring',
  cents,
  when,
});
export const perUnit = (
  key: string,
  name: string,
  cents: number,
  unit: 'GB' | 'min' | 'sms',
): PriceEntry => ({
  key,
  name,
  kind: 'usage',
  cents,
  unit,
});
export const seats = (key: string, cents: number, from: number, to: number): PriceEntry => ({
  key,
  name: `Seat, ${from} to ${to}`,
  kind: 'recurring',
  cents,
  unit: 'seat',
  when: { name: 'seats', from, to },
});
export const discount = (percentage: number): PriceEntry => ({
  key: 'discount',
  name: `Bundle discount ${percentage} %`,
  kind: 'discount',
  cents: 0,
  percentage,
});

export const RETAIL: readonly Segment[] = ['residential'];
export const BUSINESS: readonly Segment[] = ['enterprise'];

export const priceId = (offering: OfferingEntry, price: PriceEntry): string =>
  `price-${offering.id.replace(/^off-/, '')}-${price.key}`;
