// What a service uses on one day: sessions, calls and messages, drawn from the seed.
import { allowanceOf, type UsageKind } from '../catalogue/pricing.ts';
import { DAY_MS, HOUR_MS, iso } from './calendar.ts';
import { type CustomerModel, type ServiceModel, serviceId } from './customer-model.ts';
import { between, hash, mix, unit } from './random.ts';

/** One session, call or message before it is rated. */
export interface UsageEvent {
  readonly id: string;
  readonly kind: UsageKind;
  readonly startMs: number;
  readonly endMs: number;
  /** Bytes, seconds or messages. */
  readonly amount: number;
  readonly direction: 'outgoing' | 'incoming';
  readonly counterparty?: string;
  /** Calls only. */
  readonly answered?: boolean;
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

/** Share of the allowance that a line uses in a whole month. */
function load(seed: number, customer: CustomerModel, service: ServiceModel, kind: UsageKind): number {
  const chance = unit(hash(seed, service.key, kind, 'load'));
  if (customer.group !== undefined && kind === 'data') return 0.5 + chance * 2.5;
  if (service.key === 'family-m-3') return 1.6 + chance;
  return 0.3 + chance * 0.85;
}

function stranger(state: number): string {
  return `3363998${String(4000 + (state % 5000))}`;
}

interface Day {
  readonly key: string;
  readonly startMs: number;
  /** One draw for the day; every event mixes its own salt in. */
  readonly chance: number;
}

const idOf = ({ key, startMs }: Day, letter: string, index: number): string =>
  `usg-${key}-${iso(startMs).slice(0, 10).replaceAll('-', '')}-${letter}${index}`;

function sessions(day: Day, bytesADay: number): UsageEvent[] {
  return Array.from({ length: SESSIONS }, (_, index) => {
    const chance = mix(day.chance, 100 + index);
    const startMs =
      day.startMs + FIRST_SESSION_MS + index * SESSION_SLOT_MS + between(mix(chance, 1), 0, 600) * 1000;
    return {
      id: idOf(day, 'd', index),
      kind: 'data',
      startMs,
      endMs: startMs + between(mix(chance, 2), 5_400, 11_700) * 1000,
      amount: Math.round((bytesADay / SESSIONS) * (0.4 + 1.2 * unit(mix(chance, 3)))),
      direction: 'outgoing',
    };
  });
}

interface Calls {
  readonly letter: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly count: number;
  readonly secondsEach: number;
  readonly fromHour: number;
  readonly untilHour: number;
  readonly lostPercent: number;
}

function calls(
  day: Day,
  { letter, direction, count, secondsEach, fromHour, untilHour, lostPercent }: Calls,
): UsageEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const chance = mix(day.chance, letter.charCodeAt(0) * 1000 + index);
    const second = between(mix(chance, 1), fromHour * 3600, untilHour * 3600 - 1800);
    const startMs = day.startMs + second * 1000;
    const answered = mix(chance, 2) % 100 >= lostPercent;
    const seconds = answered ? Math.max(5, Math.round(secondsEach * (0.2 + 1.6 * unit(mix(chance, 3))))) : 0;
    return {
      id: idOf(day, letter, index),
      kind: 'voice',
      startMs,
      endMs: startMs + Math.min(seconds, 1790) * 1000,
      amount: Math.min(seconds, 1790),
      direction,
      counterparty: stranger(mix(chance, 4)),
      answered,
    };
  });
}

function messages(day: Day, count: number): UsageEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const chance = mix(day.chance, 9000 + index);
    const startMs = day.startMs + between(mix(chance, 1), 7 * 3600, 23 * 3600) * 1000;
    const counterparty = stranger(mix(chance, 2));
    return {
      id: idOf(day, 's', index),
      kind: 'sms',
      startMs,
      endMs: startMs,
      amount: 1,
      direction: 'outgoing',
      counterparty,
    };
  });
}

function lineDay(seed: number, customer: CustomerModel, service: ServiceModel, day: Day): UsageEvent[] {
  const perDay = (kind: UsageKind): number =>
    ((allowanceOf(service.offeringId, kind) ?? 0) * load(seed, customer, service, kind)) / DAYS_IN_MONTH;
  const outgoing = between(mix(day.chance, 1), 2, 4);
  const everyday = { fromHour: 7, untilHour: 22, lostPercent: 8 };
  return [
    ...sessions(day, perDay('data') * UNIT_SIZE.data),
    ...calls(day, {
      ...everyday,
      letter: 'o',
      direction: 'outgoing',
      count: outgoing,
      secondsEach: (perDay('voice') * 60) / 3,
    }),
    ...calls(day, {
      ...everyday,
      letter: 'i',
      direction: 'incoming',
      count: between(mix(day.chance, 2), 1, 3),
      secondsEach: 140,
    }),
    ...messages(day, Math.floor(perDay('sms') * 2 * unit(mix(day.chance, 3)) + 0.5)),
  ];
}

/** Accounting cuts a fixed access into three sessions of eight hours. */
function accessDay(day: Day): UsageEvent[] {
  return Array.from({ length: 3 }, (_, index) => {
    const startMs = day.startMs + index * 8 * HOUR_MS;
    const amount = Math.round((1 + 6 * unit(mix(day.chance, index))) * UNIT_SIZE.data);
    return {
      id: idOf(day, 'd', index),
      kind: 'data',
      startMs,
      endMs: startMs + 8 * HOUR_MS - 1000,
      amount,
      direction: 'outgoing',
    };
  });
}

function centreDay(day: Day): UsageEvent[] {
  const weekday = new Date(day.startMs).getUTCDay();
  const open = weekday !== 0 && weekday !== 6;
  const hours = { fromHour: 7, untilHour: 18, secondsEach: 210 };
  const incoming = open ? between(mix(day.chance, 1), 28, 44) : between(mix(day.chance, 1), 3, 7);
  return [
    ...calls(day, {
      ...hours,
      letter: 'i',
      direction: 'incoming',
      count: incoming,
      lostPercent: open ? 11 : 35,
    }),
    ...calls(day, { ...hours, letter: 'o', direction: 'outgoing', count: open ? 6 : 0, lostPercent: 5 }),
  ];
}

/** Everything that starts on the UTC day; all of it ends on the same day. */
export function usageOfDay(
  seed: number,
  customer: CustomerModel,
  service: ServiceModel,
  startMs: number,
): UsageEvent[] {
  if (service.state !== 'active' || startMs + DAY_MS <= Date.parse(service.startedOn)) return [];
  const day = {
    key: service.key,
    startMs,
    chance: hash(seed, serviceId(service), startMs / DAY_MS, 'usage'),
  };
  switch (service.kind) {
    case 'mobile':
      return lineDay(seed, customer, service, day);
    case 'broadband':
      return accessDay(day);
    case 'callCentre':
      return centreDay(day);
    case 'iptv':
      return [];
  }
}
