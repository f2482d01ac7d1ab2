// The conditions of a grant besides scope and period: hours of the day, and an amount for a period.
import Big from 'big.js';
import { z } from 'zod';

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Hours of every day in a time zone; `until` is exclusive, and before `from` it is the next day's. */
export const DAILY_WINDOW = z
  .object({
    from: z.string().regex(TIME, 'a time of day is HH:MM'),
    until: z.string().regex(TIME, 'a time of day is HH:MM'),
    zone: z.string().max(64).refine(isZone, 'a time zone is named as in the IANA data base'),
  })
  .refine(({ from, until }) => from !== until, 'a window that ends where it begins is none')
  .readonly();
export type DailyWindow = z.infer<typeof DAILY_WINDOW>;

/** What may be spent in each calendar period. The amount is decimal text, in the currency's main unit. */
export const AMOUNT_LIMIT = z
  .object({
    amount: z.string().regex(/^\d{1,12}(\.\d{1,6})?$/, 'an amount is a decimal number'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'a currency is an ISO 4217 code'),
    per: z.enum(['DAY', 'WEEK', 'MONTH']),
  })
  .readonly();
export type AmountLimit = z.infer<typeof AMOUNT_LIMIT>;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The time of day in the zone, as HH:MM: such texts compare as the times do. */
function timeIn(zone: string, nowMs: number): string {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  formats.set(zone, format);
  return format.format(nowMs);
}

export function isOpen({ from, until, zone }: DailyWindow, nowMs: number): boolean {
  const time = timeIn(zone, nowMs);
  return from < until ? from <= time && time < until : from <= time || time < until;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The limit's calendar period that the instant lies in, by the clock of UTC; a week begins on Monday (ISO 8601). */
export function calendarPeriod(
  per: AmountLimit['per'],
  nowMs: number,
): { readonly fromMs: number; readonly untilMs: number } {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  if (per === 'MONTH') return { fromMs: Date.UTC(year, month), untilMs: Date.UTC(year, month + 1) };
  const dayMs = Date.UTC(year, month, now.getUTCDate());
  const fromMs = per === 'DAY' ? dayMs : dayMs - ((now.getUTCDay() + 6) % 7) * DAY_MS;
  return { fromMs, untilMs: fromMs + (per === 'DAY' ? 1 : 7) * DAY_MS };
}

/** May so much more be spent? `spent` is what was spent in the limit's current period, in its currency. */
export function withinLimit(
  limit: AmountLimit,
  spent: string,
  more: { readonly amount: string; readonly currency: string },
): boolean {
  return more.currency === limit.currency && new Big(spent).plus(more.amount).lte(limit.amount);
}
