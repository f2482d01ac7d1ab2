// What each account is charged for a month: lines whose sum is the bill.
import { LRUCache } from 'lru-cache';
import { offeringOf } from '../catalogue/offerings.ts';
import { recurringPrices, type UsageKind, unitPrice } from '../catalogue/pricing.ts';
import { groupDataUsed, usageKinds } from './allowances.ts';
import { type Month, monthName, monthOf, monthStart } from './calendar.ts';
import {
  type AccountModel,
  type CustomerModel,
  productId,
  type ServiceModel,
  serviceId,
} from './customer-model.ts';
import { billedDifferently } from './disagreements.ts';
import { vatOn } from './money.ts';
import { slaCredits } from './sla-credits.ts';
import type { UsageBook } from './usage-ledger.ts';
import type { World } from './world.ts';

export interface BillLine {
  readonly id: string;
  readonly name: string;
  readonly kind: 'recurringCharge' | 'usageCharge' | 'discount' | 'credit';
  /** Of a usage charge: what was used. */
  readonly usageKind?: UsageKind;
  /** Of a credit: the violation (TMF623) that it is given for. */
  readonly slaViolationId?: string;
  /** Before tax; negative for a discount or a credit. */
  readonly cents: number;
  readonly productId: string;
  readonly productName: string;
  readonly serviceId?: string;
  readonly number?: string;
}

export interface BillTotals {
  readonly taxExcludedCents: number;
  readonly taxCents: number;
  readonly taxIncludedCents: number;
}

export interface Billing {
  /** Charges of a month up to the instant; for a month that is over, all of them. */
  lines(customer: CustomerModel, account: AccountModel, month: Month, nowMs: number): readonly BillLine[];
  totals(customer: CustomerModel, account: AccountModel, month: Month): BillTotals;
  /** Months that have been billed, the oldest first. */
  billedMonths(customer: CustomerModel, account: AccountModel, nowMs: number): Month[];
}

const BILLED_MONTHS = 6;
const KEPT_MONTHS = 2_000;

export const billId = (account: AccountModel, month: Month): string =>
  `bill-${account.id}-${monthName(month)}`;

const USAGE_NAMES = { data: 'Data', voice: 'Calls', sms: 'Messages' } as const;

export function sumOf(lines: readonly BillLine[]): BillTotals {
  const taxExcludedCents = lines.reduce((sum, { cents }) => sum + cents, 0);
  const taxCents = lines.reduce((sum, { cents }) => sum + vatOn(cents), 0);
  return { taxExcludedCents, taxCents, taxIncludedCents: taxExcludedCents + taxCents };
}

export function createBilling(book: UsageBook, world: World): Billing {
  const kept = new LRUCache<string, readonly BillLine[]>({ max: KEPT_MONTHS });

  function serviceLines(
    customer: CustomerModel,
    service: ServiceModel,
    account: AccountModel,
    month: Month,
    nowMs: number,
  ): BillLine[] {
    if (service.state !== 'active' || Date.parse(service.startedOn) >= monthStart(month + 1)) return [];
    const shared = {
      productId: productId(service),
      productName: service.name,
      serviceId: serviceId(service),
      ...(service.number === undefined ? {} : { number: service.number }),
    };
    const id = (key: string): string => `rate-${account.id}-${monthName(month)}-${service.key}-${key}`;
    const recurring = recurringPrices(offeringOf(service.offeringId), service.settings).map(
      ({ price, cents }): BillLine => ({
        ...shared,
        id: id(price.key),
        name: price.name,
        kind: 'recurringCharge',
        cents,
      }),
    );
    const usage = usageKinds(service)
      .filter((kind) => unitPrice(service.offeringId, kind) !== undefined)
      .map((kind: UsageKind): BillLine => {
        const cents = book.charged(customer, service, kind, month, nowMs);
        return {
          ...shared,
          id: id(`usage-${kind}`),
          name: `${USAGE_NAMES[kind]} beyond the allowance`,
          kind: 'usageCharge',
          usageKind: kind,
          cents,
        };
      });
    return [...recurring, ...usage.filter(({ cents }) => cents !== 0)];
  }

  function groupLines(
    customer: CustomerModel,
    account: AccountModel,
    own: readonly BillLine[],
    month: Month,
    nowMs: number,
  ): BillLine[] {
    const { group } = customer;
    if (group === undefined || group.accountId !== account.id) return [];
    const shared = { productId: productId(group), productName: 'Mobile business group' };
    const id = (key: string): string => `rate-${account.id}-${monthName(month)}-${group.key}-${key}`;
    const { prices } = offeringOf(group.offeringId);
    const percentage = prices.find(({ kind }) => kind === 'discount')?.percentage ?? 0;
    const recurring = own.reduce((sum, { kind, cents }) => sum + (kind === 'recurringCharge' ? cents : 0), 0);
    const beyondGb = Math.max(0, groupDataUsed(book, customer, month, nowMs) - group.sharedDataGb);
    const lines: BillLine[] = [
      ...recurringPrices(offeringOf(group.offeringId), {}).map(
        ({ price, cents }): BillLine => ({
          ...shared,
          id: id(price.key),
          name: price.name,
          kind: 'recurringCharge',
          cents,
        }),
      ),
      {
        ...shared,
        id: id('usage-data'),
        name: 'Data beyond the shared allowance',
        kind: 'usageCharge',
        usageKind: 'data',
        cents: Math.round(beyondGb * (unitPrice(group.offeringId, 'data') ?? 0)),
      },
      {
        ...shared,
        id: id('discount'),
        name: `Group discount ${percentage} %`,
        kind: 'discount',
        cents: -Math.round((recurring * percentage) / 100),
      },
    ];
    return lines.filter(({ cents }) => cents !== 0);
  }

  /** What last month's broken promises give back this month. */
  function credits(customer: CustomerModel, account: AccountModel, month: Month): BillLine[] {
    return slaCredits(world, customer, account.id, month).map(
      ({ service, indicator, cents, violationId }) => ({
        id: `rate-${account.id}-${monthName(month)}-${service.key}-credit-${indicator.name}`,
        name: `Service credit: ${indicator.name} in ${monthName(month - 1)}`,
        kind: 'credit',
        slaViolationId: String(violationId),
        cents,
        productId: productId(service),
        productName: service.name,
        serviceId: serviceId(service),
        ...(service.number === undefined ? {} : { number: service.number }),
      }),
    );
  }

  function lines(
    customer: CustomerModel,
    account: AccountModel,
    month: Month,
    nowMs: number,
  ): readonly BillLine[] {
    const over = month < monthOf(nowMs);
    const key = `${account.id}@${month}`;
    const before = over ? kept.get(key) : undefined;
    if (before !== undefined) return before;
    const untilMs = Math.min(nowMs, monthStart(month + 1) - 1);
    const own = customer.services
      .filter(({ accountId }) => accountId === account.id)
      .flatMap((service) => serviceLines(customer, service, account, month, untilMs));
    const id = (service: ServiceModel, key: string): string =>
      `rate-${account.id}-${monthName(month)}-${service.key}-${key}`;
    const all = [
      ...groupLines(customer, account, own, month, untilMs),
      ...(over ? billedDifferently(customer, own, id) : own),
      ...credits(customer, account, month),
    ];
    if (over) kept.set(key, all);
    return all;
  }

  return {
    lines,
    totals: (customer, account, month) => sumOf(lines(customer, account, month, monthStart(month + 1))),
    billedMonths(customer, account, nowMs) {
      if (account.kind === 'prepaid') return [];
      const first = monthOf(Math.min(...customer.services.map(({ startedOn }) => Date.parse(startedOn))));
      const current = monthOf(nowMs);
      const oldest = Math.max(first, current - BILLED_MONTHS);
      return Array.from({ length: Math.max(0, current - oldest) }, (_, at) => oldest + at);
    },
  };
}
