// Which usage each kind of service counts, and how the lines of a group share its data.
import { allowanceOf, type UsageKind } from '../catalogue/pricing.ts';
import type { Month } from './calendar.ts';
import type { CustomerModel, ServiceModel } from './customer-model.ts';
import type { UsageBook } from './usage-ledger.ts';

const KINDS: Readonly<Record<ServiceModel['kind'], readonly UsageKind[]>> = {
  mobile: ['data', 'voice', 'sms'],
  broadband: ['data'],
  callCentre: ['voice'],
  iptv: [],
};

export function usageKinds(service: ServiceModel): readonly UsageKind[] {
  return KINDS[service.kind];
}

/** Lines of a group draw on its allowance after their own; what goes beyond that is charged to the group. */
export function drawsOnGroup(customer: CustomerModel, service: ServiceModel, kind: UsageKind): boolean {
  return customer.group !== undefined && service.kind === 'mobile' && kind === 'data';
}

/** What a line of a group used beyond its own data allowance, in GB. */
export function drawnFromGroup(
  book: UsageBook,
  customer: CustomerModel,
  service: ServiceModel,
  month: Month,
  nowMs: number,
): number {
  const own = allowanceOf(service.offeringId, 'data') ?? 0;
  return Math.max(0, book.used(customer, service, 'data', month, nowMs) - own);
}

/** What the lines of a group used beyond their own data allowances, in GB. */
export function groupDataUsed(book: UsageBook, customer: CustomerModel, month: Month, nowMs: number): number {
  const beyond = customer.services
    .filter((service) => drawsOnGroup(customer, service, 'data'))
    .map((service) => drawnFromGroup(book, customer, service, month, nowMs));
  return Math.round(beyond.reduce((sum, amount) => sum + amount, 0) * 1000) / 1000;
}
