// A service's month of usage, rated in order: what real-time usage, usage records and bills all read.
import { LRUCache } from 'lru-cache';
import { allowanceOf, type UsageKind, unitPrice } from '../catalogue/pricing.ts';
import { drawsOnGroup } from './allowances.ts';
import { type Month, monthDays, monthOf, monthStart } from './calendar.ts';
import { type CustomerModel, type ServiceModel, serviceId } from './customer-model.ts';
import { addUsage, UNIT_SIZE, type UsageEvent } from './usage-pattern.ts';
import type { World } from './world.ts';

export interface RatedUsage {
  readonly event: UsageEvent;
  /** Before tax; 0 inside an allowance. */
  readonly cents: number;
  readonly tag: 'usage' | 'included usage' | 'non included usage';
  /** Counted so far in the month, this one included, in bytes, seconds or messages. */
  readonly countedSoFar: number;
  /** Of a record that came late: when it was rated, and that no bill has it. */
  readonly ratedMs?: number;
  readonly isBilled?: boolean;
}

export interface UsageBook {
  /** Rated events of the month that ended before the instant, in the order in which they ended. */
  closed(customer: CustomerModel, service: ServiceModel, month: Month, nowMs: number): readonly RatedUsage[];
  /** Counted against the allowance so far, what is going on right now included: GB, minutes or messages. */
  used(customer: CustomerModel, service: ServiceModel, kind: UsageKind, month: Month, nowMs: number): number;
  /** Charges of the month so far, in cents before tax. */
  charged(
    customer: CustomerModel,
    service: ServiceModel,
    kind: UsageKind,
    month: Month,
    nowMs: number,
  ): number;
  /** Usage on top of what the seed draws; the rated event. */
  add(customer: CustomerModel, service: ServiceModel, kind: UsageKind, amount: number): RatedUsage;
}

const KEPT_LEDGERS = 1_000;
const LONGEST_EVENT_MS = 9 * 3_600_000;

function isCounted({ kind, isIncoming }: UsageEvent, service: ServiceModel): boolean {
  return kind !== 'voice' || !isIncoming || service.kind === 'callCentre';
}

interface Rate {
  /** Bytes, seconds or messages; undefined where nothing limits the use. */
  readonly limit: number | undefined;
  readonly centsPerUnit: number;
}

function rateOf(customer: CustomerModel, service: ServiceModel, kind: UsageKind): Rate {
  const allowance = allowanceOf(service.offeringId, kind);
  const price = drawsOnGroup(customer, service, kind) ? undefined : unitPrice(service.offeringId, kind);
  return {
    limit: allowance === undefined ? undefined : allowance * UNIT_SIZE[kind],
    centsPerUnit: price ?? 0,
  };
}

function rated(customer: CustomerModel, service: ServiceModel, events: readonly UsageEvent[]): RatedUsage[] {
  const rates = {
    data: rateOf(customer, service, 'data'),
    voice: rateOf(customer, service, 'voice'),
    sms: rateOf(customer, service, 'sms'),
  };
  const soFar = { data: 0, voice: 0, sms: 0 };
  return events.map((event) => {
    const { kind, amount } = event;
    const { limit, centsPerUnit } = rates[kind];
    if (!isCounted(event, service))
      return { event, cents: 0, tag: 'included usage', countedSoFar: soFar[kind] };
    soFar[kind] += amount;
    const countedSoFar = soFar[kind];
    if (limit === undefined) return { event, cents: 0, tag: 'usage', countedSoFar };
    const beyond = Math.min(amount, Math.max(0, countedSoFar - limit));
    const cents = Math.round((beyond / UNIT_SIZE[kind]) * centsPerUnit);
    return { event, cents, tag: beyond === 0 ? 'included usage' : 'non included usage', countedSoFar };
  });
}

function inUnits(kind: UsageKind, amount: number): number {
  const digits = kind === 'data' ? 1000 : 100;
  return Math.round((amount / UNIT_SIZE[kind]) * digits) / digits;
}

export function createUsageBook(world: World): UsageBook {
  const added = new Map<string, UsageEvent[]>();
  const kept = new LRUCache<string, readonly RatedUsage[]>({ max: KEPT_LEDGERS });

  function ledger(customer: CustomerModel, service: ServiceModel, month: Month): readonly RatedUsage[] {
    const key = `${service.key}@${month}`;
    const before = kept.get(key);
    if (before !== undefined) return before;
    const events: UsageEvent[] = [];
    addUsage(events, world.seed, customer, service, monthStart(month), monthDays(month));
    for (const event of added.get(serviceId(service)) ?? [])
      if (monthOf(event.startMs) === month) events.push(event);
    events.sort((left, right) => left.endMs - right.endMs);
    const entries = rated(customer, service, events);
    kept.set(key, entries);
    return entries;
  }

  /** How many of the entries ended at or before the instant. */
  function closedCount(entries: readonly RatedUsage[], nowMs: number): number {
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = entries[middle];
      if (entry !== undefined && entry.event.endMs <= nowMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function underWay(
    entries: readonly RatedUsage[],
    from: number,
    kind: UsageKind,
    service: ServiceModel,
    nowMs: number,
  ): number {
    let amount = 0;
    for (let at = from; at < entries.length; at += 1) {
      const event = entries[at]?.event;
      if (event === undefined || event.endMs > nowMs + LONGEST_EVENT_MS) break;
      if (event.kind !== kind || event.startMs >= nowMs || !isCounted(event, service)) continue;
      amount += Math.floor((event.amount * (nowMs - event.startMs)) / (event.endMs - event.startMs));
    }
    return amount;
  }

  function closed(
    customer: CustomerModel,
    service: ServiceModel,
    month: Month,
    nowMs: number,
  ): readonly RatedUsage[] {
    const entries = ledger(customer, service, month);
    return entries.slice(0, closedCount(entries, nowMs));
  }

  return {
    closed,
    used(customer, service, kind, month, nowMs) {
      const entries = ledger(customer, service, month);
      const count = closedCount(entries, nowMs);
      let last = count - 1;
      while (last >= 0 && entries[last]?.event.kind !== kind) last -= 1;
      const counted = entries[last]?.countedSoFar ?? 0;
      return inUnits(kind, counted + underWay(entries, count, kind, service, nowMs));
    },
    charged(customer, service, kind, month, nowMs) {
      return closed(customer, service, month, nowMs)
        .filter((entry) => entry.event.kind === kind)
        .reduce((sum, { cents }) => sum + cents, 0);
    },
    add(customer, service, kind, amount) {
      const id = serviceId(service);
      const nowMs = world.now();
      const events = added.get(id) ?? [];
      const event: UsageEvent = {
        code: `x${events.length + 1}`,
        kind,
        startMs: nowMs,
        endMs: nowMs,
        amount: Math.round(amount * UNIT_SIZE[kind]),
        isIncoming: false,
        isLost: false,
        chance: events.length,
      };
      added.set(id, [...events, event]);
      const month = monthOf(nowMs);
      kept.delete(`${service.key}@${month}`);
      const entry = ledger(customer, service, month).find((each) => each.event === event);
      if (entry === undefined) throw new Error('the added usage is not in its ledger');
      return entry;
    },
  };
}
