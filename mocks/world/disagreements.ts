// Where one customer's bills and its usage records disagree, every month: for those who hold one against the other.

import type { BillLine } from './billing.ts';
import type { Month } from './calendar.ts';
import { DAY_MS, monthOf, monthStart } from './calendar.ts';
import { type CustomerModel, productId, type ServiceModel, serviceId } from './customer-model.ts';
import type { RatedUsage } from './usage-ledger.ts';

const OWNER = 'borealis';
/** Billed more than was used. */
const TOO_MUCH_CENTS = 150;
/** Billed for a service that used nothing beyond its allowance. */
const NEVER_USED = { key: 'borealis-m-09', cents: 240 } as const;
/** Rated when the bill was out already. */
const LATE = { key: 'borealis-m-12', cents: 90, afterMs: 4 * DAY_MS } as const;

const byId = (left: BillLine, right: BillLine): number => (left.id < right.id ? -1 : 1);

/** Of the usage lines in the order of their ids, the first is too dear and the second is missing; one is invented. */
export function billedDifferently(
  customer: CustomerModel,
  lines: readonly BillLine[],
  id: (service: ServiceModel, key: string) => string,
): readonly BillLine[] {
  const service = customer.services.find(({ key }) => key === NEVER_USED.key);
  if (customer.owner !== OWNER || service === undefined) return lines;
  const [first, second] = lines.filter(({ kind }) => kind === 'usageCharge').sort(byId);
  const invented: BillLine = {
    id: id(service, 'usage-sms'),
    name: 'Messages beyond the allowance',
    kind: 'usageCharge',
    usageKind: 'sms',
    cents: NEVER_USED.cents,
    productId: productId(service),
    productName: service.name,
    serviceId: serviceId(service),
    ...(service.number === undefined ? {} : { number: service.number }),
  };
  return [
    ...lines
      .filter((line) => line !== second && line.id !== invented.id)
      .map((line) => (line === first ? { ...line, cents: line.cents + TOO_MUCH_CENTS } : line)),
    invented,
  ];
}

/** Records of a month that is over besides those that its bill was made of: one came twice, one too late. */
export function strayRecords(
  customer: CustomerModel,
  service: ServiceModel,
  month: Month,
  nowMs: number,
  entries: readonly RatedUsage[],
): readonly RatedUsage[] {
  if (customer.owner !== OWNER || month >= monthOf(nowMs)) return [];
  if (service.key === LATE.key) {
    const last = entries.filter(({ event }) => event.kind === 'sms').at(-1);
    const ratedMs = monthStart(month + 1) + LATE.afterMs;
    if (last === undefined || ratedMs > nowMs) return [];
    const event = {
      ...last.event,
      code: 'late',
      startMs: last.event.startMs + 1000,
      endMs: last.event.endMs + 1000,
    };
    return [{ ...last, event, cents: LATE.cents, tag: 'non included usage', ratedMs, isBilled: false }];
  }
  if (service.key !== 'borealis-m-08') return [];
  const dearest = entries
    .filter(({ event }) => event.kind === 'data')
    .reduce<RatedUsage | undefined>(
      (most, each) => (each.cents > (most?.cents ?? 0) ? each : most),
      undefined,
    );
  return dearest === undefined
    ? []
    : [{ ...dearest, event: { ...dearest.event, code: `${dearest.event.code}again` } }];
}
