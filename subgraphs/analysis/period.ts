// The period that a client asks for: calendar days of its zone, checked, and as many days before.
import { clientError } from '../../schema/errors.ts';
import { instantMs } from '../tmf/read.ts';
import type { Part } from './figures.ts';
import { isZone, type LocalTime, localTime } from './local-time.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 400;

export interface AskedPeriod {
  readonly zone: string;
  readonly time: LocalTime;
  readonly firstDayMs: number;
  readonly untilDayMs: number;
  readonly now: Part;
  readonly before: Part;
}

function dayMs(text: string, name: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? instantMs(text) : undefined;
  if (ms === undefined) throw clientError('BAD_USER_INPUT', `"${name}" is a day: YYYY-MM-DD.`);
  return ms;
}

export function askedPeriod(input: {
  readonly from: string;
  readonly until: string;
  readonly zone: string;
}): AskedPeriod {
  const { zone } = input;
  const [firstDayMs, untilDayMs] = [dayMs(input.from, 'from'), dayMs(input.until, 'until')];
  if (untilDayMs <= firstDayMs)
    throw clientError('BAD_USER_INPUT', '"until" is the day after the last one: it must lie after "from".');
  if (untilDayMs - firstDayMs > MAX_DAYS * DAY_MS)
    throw clientError('BAD_USER_INPUT', `The period is at most ${MAX_DAYS} days.`);
  if (!isZone(zone))
    throw clientError(
      'BAD_USER_INPUT',
      '"zone" is a time zone of the IANA data base, for example Europe/Paris.',
    );
  const earlierDayMs = firstDayMs - (untilDayMs - firstDayMs);
  const time = localTime(zone, earlierDayMs, untilDayMs);
  const startMs = time.dayStart(firstDayMs);
  return {
    zone,
    time,
    firstDayMs,
    untilDayMs,
    now: { fromMs: startMs, untilMs: time.dayStart(untilDayMs) },
    before: { fromMs: time.dayStart(earlierDayMs), untilMs: startMs },
  };
}
