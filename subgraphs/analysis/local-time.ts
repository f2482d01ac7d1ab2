// Days and hours of a time zone as instants: also where a day has 23 or 25 hours, and where midnight is skipped.

import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A time in which the zone is so far from UTC. */
export interface Offset {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly offsetMs: number;
}

export type Step = 'HOUR' | 'DAY' | 'MONTH';

/** From its instant to that of the next one. */
export interface Bucket {
  readonly fromMs: number;
  readonly untilMs: number;
  /** As the zone's clocks and calendars name it: 2026-11-14T09:00+01:00, 2026-11-14, 2026-11. */
  readonly label: string;
}

/** Clients name zones, and in any case of letters: whatever is kept of one has a bound. */
const KEPT_ZONES = 1000;
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: KEPT_ZONES });
/** By zone and year: to look at each of its days takes a millisecond. */
const years = new LRUCache<string, readonly Offset[]>({ max: 4 * KEPT_ZONES });

/** @throws RangeError for a zone that there isn't */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  });
  formats.set(zone, made);
  return made;
}

export function isZone(zone: string): boolean {
  if (zone.length > 64) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

function offsetAt(zone: string, ms: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(ms / 1000) * 1000;
}

/** The first instant of the year in UTC; Date.UTC would take the year 99 for 1999. */
const newYear = (year: number): number => new Date(0).setUTCFullYear(year);

/** The instant, to the minute, at which the offset becomes another. */
function changeBetween(zone: string, fromMs: number, untilMs: number): number {
  const before = offsetAt(zone, fromMs);
  let [low, high] = [fromMs / MINUTE_MS, untilMs / MINUTE_MS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * MINUTE_MS) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}

/** What of them lies between the instants. */
const within = (all: readonly Offset[], fromMs: number, untilMs: number): readonly Offset[] =>
  all
    .filter((each) => each.untilMs > fromMs && each.fromMs < untilMs)
    .map((each) => ({
      ...each,
      fromMs: Math.max(each.fromMs, fromMs),
      untilMs: Math.min(each.untilMs, untilMs),
    }));

/** Of the days from the one to before the other, both midnights in UTC. No zone changes twice a day. */
function lookedAt(zone: string, fromMs: number, untilMs: number): readonly Offset[] {
  const found: Offset[] = [];
  let startMs = fromMs;
  let offsetMs = offsetAt(zone, fromMs);
  for (let dayMs = fromMs; dayMs < untilMs; dayMs += DAY_MS) {
    const nextMs = offsetAt(zone, dayMs + DAY_MS);
    if (nextMs === offsetMs) continue;
    const changeMs = changeBetween(zone, dayMs, dayMs + DAY_MS);
    found.push({ fromMs: startMs, untilMs: changeMs, offsetMs });
    startMs = changeMs;
    offsetMs = nextMs;
  }
  return [...found, { fromMs: startMs, untilMs, offsetMs }];
}

function ofYear(zone: string, year: number): readonly Offset[] {
  const key = `${year} ${zone}`;
  const known = years.get(key);
  if (known !== undefined) return known;
  const made = lookedAt(zone, newYear(year), newYear(year + 1));
  years.set(key, made);
  return made;
}

/** All of the zone's offsets between the instants; both are whole days in UTC. */
function offsetsBetween(zone: string, fromMs: number, untilMs: number): readonly Offset[] {
  const found: Offset[] = [];
  const lastYear = new Date(untilMs - 1).getUTCFullYear();
  for (let year = new Date(fromMs).getUTCFullYear(); year <= lastYear; year += 1)
    for (const each of ofYear(zone, year)) {
      const last = found.at(-1);
      if (last?.offsetMs === each.offsetMs) found[found.length - 1] = { ...last, untilMs: each.untilMs };
      else found.push(each);
    }
  return within(found, fromMs, untilMs);
}

const two = (value: number): string => String(value).padStart(2, '0');

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
}

export interface LocalTime {
  /** Midnight at which the calendar day (its midnight in UTC) begins, or what follows where there is none. */
  dayStart(dayMs: number): number;
  /** Offsets within the period, and the period's own bounds. */
  offsets(fromMs: number, untilMs: number): readonly Offset[];
  /** From the beginning of the first day to that of the second, cut into steps. */
  buckets(fromDayMs: number, untilDayMs: number, step: Step): readonly Bucket[];
}

/** Good for the calendar days from the first to before the second, each given as its midnight in UTC. */
export function localTime(zone: string, firstDayMs: number, untilDayMs: number): LocalTime {
  // no zone is more than 15 hours from UTC
  const all = offsetsBetween(zone, firstDayMs - DAY_MS, untilDayMs + DAY_MS);

  function dayStart(dayMs: number): number {
    for (const { fromMs, untilMs, offsetMs } of all) {
      const midnight = Math.max(dayMs - offsetMs, fromMs);
      if (midnight < untilMs) return midnight;
    }
    return dayMs;
  }

  const offsets = (fromMs: number, untilMs: number): readonly Offset[] => within(all, fromMs, untilMs);

  function hours(fromMs: number, untilMs: number): readonly Bucket[] {
    return offsets(fromMs, untilMs).flatMap((part) => {
      const found: Bucket[] = [];
      for (let atMs = part.fromMs; atMs < part.untilMs; ) {
        const localMs = atMs + part.offsetMs;
        const nextMs = Math.min(part.untilMs, atMs + HOUR_MS - (localMs % HOUR_MS));
        const label = `${new Date(localMs).toISOString().slice(0, 16)}${offsetText(part.offsetMs)}`;
        found.push({ fromMs: atMs, untilMs: nextMs, label });
        atMs = nextMs;
      }
      return found;
    });
  }

  function days(fromDayMs: number, toDayMs: number): readonly Bucket[] {
    const found: Bucket[] = [];
    for (let dayMs = fromDayMs; dayMs < toDayMs; dayMs += DAY_MS)
      found.push({
        fromMs: dayStart(dayMs),
        untilMs: dayStart(dayMs + DAY_MS),
        label: new Date(dayMs).toISOString().slice(0, 10),
      });
    // a day that a zone has skipped as a whole
    return found.filter(({ fromMs, untilMs }) => fromMs < untilMs);
  }

  function months(fromDayMs: number, toDayMs: number): readonly Bucket[] {
    const found = new Map<string, Bucket>();
    for (const { fromMs, untilMs, label } of days(fromDayMs, toDayMs)) {
      const month = label.slice(0, 7);
      found.set(month, { fromMs: found.get(month)?.fromMs ?? fromMs, untilMs, label: month });
    }
    return [...found.values()];
  }

  return {
    dayStart,
    offsets,
    buckets(fromDayMs, toDayMs, step) {
      if (step === 'DAY') return days(fromDayMs, toDayMs);
      return step === 'MONTH' ? months(fromDayMs, toDayMs) : hours(dayStart(fromDayMs), dayStart(toDayMs));
    },
  };
}
