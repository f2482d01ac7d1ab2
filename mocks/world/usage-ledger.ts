// A service's month of usage, rated in order: what real-time usage, usage records and bills all read.
import { LRUCache } from 'lru-cache';
import { allowanceOf, type UsageKind, unitPrice } from '../catalogue/pricing.ts';
import { drawsOnGroup } from './allowances.ts';
import { DAY_MS, type Month, monthDays, monthOf, monthStart } from './calendar.ts';
import { type CustomerModel, type ServiceModel, serviceId } from './customer-model.ts';
import { UNIT_SIZE, type UsageEvent, usageOfDay } from './usage-pattern.ts';
import type { World } from './world.ts';

export interface RatedUsage extends UsageEvent {
  /** Before tax; 0 inside an allowance. */
  readonly cents: number;
  readonly tag: 'usage' | 'included usage' | 'non included usage';
  /** Counted so far in the month, this one included, in bytes, seconds or messages. */
  readonly countedSoFar: number;
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

const counts = ({ kind, direction }: UsageEvent, service: ServiceModel): boolean =>
  kind !== 'voice' || direction === 'outgoing' || service.kind === 'callCentre';

function rated(customer: CustomerModel, service: ServiceModel, events: readonly UsageEvent[]): RatedUsage[] {
  const soFar = { data: 0, voice: 0, sms: 0 };
  return events.map((event) => {
    const { kind } = event;
    if (!counts(event, service))
      return { ...event, cents: 0, tag: 'included usage', countedSoFar: soFar[kind] };
    const before = soFar[kind];
    soFar[kind] += event.amount;
    const limit = allowanceOf(service.offeringId, kind);
    const price = unitPrice(service.offeringId, kind);
    const beyond = Math.min(
      event.amount,
      Math.max(0, before + event.amount - (limit ?? 0) * UNIT_SIZE[kind]),
    );
    const free = price === undefined || beyond === 0 || drawsOnGroup(customer, service, kind);
    return {
      ...event,
      cents: free ? 0 : Math.round((beyond / UNIT_SIZE[kind]) * price),
      tag: limit === undefined ? 'usage' : beyond === 0 ? 'included usage' : 'non included usage',
      countedSoFar: soFar[kind],
    };
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
    const startMs = monthStart(month);
    const events: UsageEvent[] = [];
    for (let day = 0; day < monthDays(month); day += 1) {
      events.push(...usageOfDay(world.seed, customer, service, startMs + day * DAY_MS));
    }
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
      if (entry !== undefined && entry.endMs <= nowMs) low = middle + 1;
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
      const entry = entries[at];
      if (entry === undefined || entry.endMs > nowMs + LONGEST_EVENT_MS) break;
      if (entry.kind !== kind || entry.startMs >= nowMs || !counts(entry, service)) continue;
      amount += Math.floor((entry.amount * (nowMs - entry.startMs)) / (entry.endMs - entry.startMs));
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
      while (last >= 0 && entries[last]?.kind !== kind) last -= 1;
      const counted = entries[last]?.countedSoFar ?? 0;
      return inUnits(kind, counted + underWay(entries, count, kind, service, nowMs));
    },
    charged(customer, service, kind, month, nowMs) {
      return closed(customer, service, month, nowMs)
        .filter((entry) => entry.kind === kind)
        .reduce((sum, { cents }) => sum + cents, 0);
    },
    add(customer, service, kind, amount) {
      const id = serviceId(service);
      const nowMs = world.now();
      const events = added.get(id) ?? [];
      const event: UsageEvent = {
        id: `usg-${service.key}-x${events.length + 1}`,
        kind,
        startMs: nowMs,
        endMs: nowMs,
        amount: Math.round(amount * UNIT_SIZE[kind]),
        direction: 'outgoing',
        ...(kind === 'voice' ? { answered: true } : {}),
      };
      added.set(id, [...events, event]);
      const month = monthOf(nowMs);
      kept.delete(`${service.key}@${month}`);
      const entry = ledger(customer, service, month).find((each) => each.id === event.id);
      if (entry === undefined) throw new Error('the added usage is not in its ledger');
      return entry;
    },
  };
}
