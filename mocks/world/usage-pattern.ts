// What a service uses on one day: sessions, calls and messages, drawn from the seed.
import { allowanceOf, type UsageKind } from '../catalogue/pricing.ts';
import { DAY_MS, HOUR_MS, iso } from './calendar.ts';
import type { CustomerModel, ServiceModel } from './customer-model.ts';
import { between, hash, mix, unit } from './random.ts';

/** One session, call or message before it is rated. */
export interface UsageEvent {
  /** Tells the events of one service and day apart. */
  readonly code: string;
  readonly kind: UsageKind;
  readonly startMs: number;
  readonly endMs: number;
  /** Bytes, seconds or messages. */
  readonly amount: number;
  readonly isIncoming: boolean;
  /** Calls only. */
  readonly isLost: boolean;
  /** What else has to be drawn for the event is drawn from this. */
  readonly chance: number;
}

/** Bytes, seconds or messages in one GB, minute or message. */
export const UNIT_SIZE = { data: 1_000_000_000, voice: 60, sms: 1 } as const satisfies Record<
  UsageKind,
  number
>;

const DAYS_IN_MONTH = 30;
const SESSIONS = 5;
const FIRST_SESSION_MS = 5 * HOUR_MS;
const SESSION_SLOT_MS = (18 * HOUR_MS) / SESSIONS;
const LONGEST_CALL_S = 1_790;

export function usageId(service: ServiceModel, { code, startMs }: UsageEvent): string {
  return `usg-${service.key}-${iso(startMs).slice(0, 10).replaceAll('-', '')}-${code}`;
}

/** The other end of a call or message. */
export function counterparty({ chance, kind }: UsageEvent): string | undefined {
  return kind === 'data' ? undefined : `3363998${4000 + (mix(chance, 4) % 5000)}`;
}

/** Bytes, seconds and messages that a line uses on an average day. */
export interface DailyUse {
  readonly data: number;
  readonly voice: number;
  readonly sms: number;
}

export function dailyUse(seed: number, customer: CustomerModel, service: ServiceModel): DailyUse {
  const perDay = (kind: UsageKind): number => {
    const chance = unit(hash(seed, service.key, kind, 'load'));
    const inGroup = customer.group !== undefined && kind === 'data';
    const load = inGroup
      ? 0.5 + chance * 2.5
      : service.key === 'family-m-3'
        ? 1.6 + chance
        : 0.3 + chance * 0.85;
    return ((allowanceOf(service.offeringId, kind) ?? 0) * UNIT_SIZE[kind] * load) / DAYS_IN_MONTH;
  };
  return { data: perDay('data'), voice: perDay('voice'), sms: perDay('sms') };
}

interface Calls {
  readonly code: string;
  readonly isIncoming: boolean;
  readonly count: number;
  readonly secondsEach: number;
  readonly fromHour: number;
  readonly untilHour: number;
  readonly lostPercent: number;
}

function addSessions(events: UsageEvent[], startMs: number, dayChance: number, bytes: number): void {
  for (let index = 0; index < SESSIONS; index += 1) {
    const chance = mix(dayChance, 100 + index);
    const fromMs =
      startMs + FIRST_SESSION_MS + index * SESSION_SLOT_MS + between(mix(chance, 1), 0, 600) * 1000;
    const endMs = fromMs + between(mix(chance, 2), 5_400, 11_700) * 1000;
    const amount = Math.round((bytes / SESSIONS) * (0.4 + 1.2 * unit(mix(chance, 3))));
    events.push({
      code: `d${index}`,
      kind: 'data',
      startMs: fromMs,
      endMs,
      amount,
      isIncoming: false,
      isLost: false,
      chance,
    });
  }
}

function addCalls(events: UsageEvent[], dayMs: number, dayChance: number, calls: Calls): void {
  const salt = calls.code.charCodeAt(0) * 1000;
  for (let index = 0; index < calls.count; index += 1) {
    const chance = mix(dayChance, salt + index);
    const startMs =
      dayMs + between(mix(chance, 1), calls.fromHour * 3600, calls.untilHour * 3600 - 1800) * 1000;
    const isLost = mix(chance, 2) % 100 < calls.lostPercent;
    const talked = Math.max(5, Math.round(calls.secondsEach * (0.2 + 1.6 * unit(mix(chance, 3)))));
    const amount = isLost ? 0 : Math.min(talked, LONGEST_CALL_S);
    const { isIncoming } = calls;
    events.push({
      code: `${calls.code}${index}`,
      kind: 'voice',
      startMs,
      endMs: startMs + amount * 1000,
      amount,
      isIncoming,
      isLost,
      chance,
    });
  }
}

function addMessages(events: UsageEvent[], dayMs: number, dayChance: number, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const chance = mix(dayChance, 9000 + index);
    const startMs = dayMs + between(mix(chance, 1), 7 * 3600, 23 * 3600) * 1000;
    events.push({
      code: `s${index}`,
      kind: 'sms',
      startMs,
      endMs: startMs,
      amount: 1,
      isIncoming: false,
      isLost: false,
      chance,
    });
  }
}

/** Accounting cuts a fixed access into three sessions of eight hours. */
function addAccess(events: UsageEvent[], dayMs: number, dayChance: number): void {
  for (let index = 0; index < 3; index += 1) {
    const chance = mix(dayChance, index);
    const startMs = dayMs + index * 8 * HOUR_MS;
    const amount = Math.round((1 + 6 * unit(chance)) * UNIT_SIZE.data);
    const endMs = startMs + 8 * HOUR_MS - 1000;
    events.push({
      code: `d${index}`,
      kind: 'data',
      startMs,
      endMs,
      amount,
      isIncoming: false,
      isLost: false,
      chance,
    });
  }
}

function addCentre(events: UsageEvent[], dayMs: number, chance: number): void {
  const weekday = new Date(dayMs).getUTCDay();
  const isOpen = weekday !== 0 && weekday !== 6;
  const hours = { fromHour: 7, untilHour: 18, secondsEach: 210 };
  const count = isOpen ? between(mix(chance, 1), 28, 44) : between(mix(chance, 1), 3, 7);
  addCalls(events, dayMs, chance, {
    ...hours,
    code: 'i',
    isIncoming: true,
    count,
    lostPercent: isOpen ? 11 : 35,
  });
  addCalls(events, dayMs, chance, {
    ...hours,
    code: 'o',
    isIncoming: false,
    count: isOpen ? 6 : 0,
    lostPercent: 5,
  });
}

function addLine(events: UsageEvent[], dayMs: number, chance: number, use: DailyUse): void {
  const hours = { fromHour: 7, untilHour: 22, lostPercent: 8 };
  const outgoing = between(mix(chance, 1), 2, 4);
  addSessions(events, dayMs, chance, use.data);
  addCalls(events, dayMs, chance, {
    ...hours,
    code: 'o',
    isIncoming: false,
    count: outgoing,
    secondsEach: use.voice / 3,
  });
  const incoming = between(mix(chance, 2), 1, 3);
  addCalls(events, dayMs, chance, {
    ...hours,
    code: 'i',
    isIncoming: true,
    count: incoming,
    secondsEach: 140,
  });
  addMessages(events, dayMs, chance, Math.floor(use.sms * 2 * unit(mix(chance, 3)) + 0.5));
}

/** Adds everything that starts on the days; all of it ends on the day on which it starts. */
export function addUsage(
  events: UsageEvent[],
  seed: number,
  customer: CustomerModel,
  service: ServiceModel,
  fromMs: number,
  days: number,
): void {
  if (service.state !== 'active') return;
  const startedMs = Date.parse(service.startedOn);
  const use = dailyUse(seed, customer, service);
  const root = hash(seed, service.key, 'usage');
  for (let dayMs = fromMs; dayMs < fromMs + days * DAY_MS; dayMs += DAY_MS) {
    if (dayMs < startedMs) continue;
    const chance = mix(root, dayMs / DAY_MS);
    if (service.kind === 'mobile') addLine(events, dayMs, chance, use);
    else if (service.kind === 'broadband') addAccess(events, dayMs, chance);
    else if (service.kind === 'callCentre') addCentre(events, dayMs, chance);
  }
}
