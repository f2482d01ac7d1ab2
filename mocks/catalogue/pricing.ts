// What a configured offering costs: which entries of the price list apply, and how often.
import type { SettingValue } from '../world/customer-model.ts';
import { offeringOf } from './offerings.ts';
import type { OfferingEntry, PriceCondition, PriceEntry } from './price-list.ts';

type Settings = Readonly<Record<string, SettingValue>>;

function applies(when: PriceCondition | undefined, settings: Settings): boolean {
  if (when === undefined) return true;
  const setting = settings[when.name];
  if (when.value !== undefined) return setting === when.value;
  return (
    typeof setting === 'number' && setting >= (when.from ?? 0) && setting <= (when.to ?? Number.MAX_VALUE)
  );
}

export interface AppliedPrice {
  readonly price: PriceEntry;
  /** Cents for one month, the number of seats counted in. */
  readonly cents: number;
}

export function recurringPrices(offering: OfferingEntry, settings: Settings): AppliedPrice[] {
  return offering.prices
    .filter((price) => price.kind === 'recurring' && applies(price.when, settings))
    .map((price) => {
      const count =
        price.unit === undefined || price.when === undefined ? 1 : Number(settings[price.when.name]);
      return { price, cents: price.cents * count };
    });
}

export type UsageKind = 'data' | 'voice' | 'sms';
export const USAGE_UNITS = { data: 'GB', voice: 'min', sms: 'sms' } as const satisfies Record<
  UsageKind,
  string
>;

/** Cents for one GB, minute or message beyond the allowance; undefined where the offering has no such price. */
export function unitPrice(offeringId: string, kind: UsageKind): number | undefined {
  return offeringOf(offeringId).prices.find((price) => price.kind === 'usage' && price.key === kind)?.cents;
}

/** Included in a month, in GB, minutes or messages; undefined where nothing is counted against a limit. */
export function allowanceOf(offeringId: string, kind: UsageKind): number | undefined {
  const { allowance } = offeringOf(offeringId);
  if (allowance === undefined) return undefined;
  return { data: allowance.dataGb, voice: allowance.voiceMin, sms: allowance.sms }[kind];
}
