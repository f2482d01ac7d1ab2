// What was promised to whom, and what a month in which a promise was broken gives back on the next bill.
import { offeringOf } from '../catalogue/offerings.ts';
import { recurringPrices } from '../catalogue/pricing.ts';
import { type Month, monthName, monthStart } from './calendar.ts';
import type { CustomerModel, ServiceModel } from './customer-model.ts';
import { INDICATORS, type Indicator, missedMonths } from './quality.ts';
import type { World } from './world.ts';

export const CREDIT_PERCENT = 10;

export interface Pledge {
  readonly service: ServiceModel;
  readonly indicator: Indicator;
}

export interface SlaCredit extends Pledge {
  readonly violationId: number;
  /** Before tax; negative. */
  readonly cents: number;
}

export const hasSla = (customer: CustomerModel): boolean => customer.segment === 'enterprise';

export function pledges(customer: CustomerModel): Pledge[] {
  return customer.services
    .filter(({ state }) => state !== 'designed')
    .flatMap((service) => INDICATORS[service.kind].map((indicator) => ({ service, indicator })));
}

/** Month (yyyymm), then the customer's thousand, then a serial: this version of the API numbers its resources. */
export const violationId = (month: Month, at: number, serial: number): number =>
  Number(monthName(month).replace('-', '')) * 10_000 + (at + 1) * 1_000 + serial;

/** What the violations of the month before give back on the month's bill. */
export function slaCredits(
  world: World,
  customer: CustomerModel,
  accountId: string,
  month: Month,
): SlaCredit[] {
  if (!hasSla(customer)) return [];
  const at = world.pinned.indexOf(customer);
  return pledges(customer).flatMap((pledge, serial) => {
    const { service, indicator } = pledge;
    if (service.accountId !== accountId) return [];
    const missed = missedMonths(world.seed, service, indicator, monthStart(month) - 1, 1);
    const fee = recurringPrices(offeringOf(service.offeringId), service.settings);
    const cents = -Math.round((fee.reduce((sum, each) => sum + each.cents, 0) * CREDIT_PERCENT) / 100);
    return missed.length === 0 ? [] : [{ ...pledge, violationId: violationId(month - 1, at, serial), cents }];
  });
}
