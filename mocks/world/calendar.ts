// Months and days in UTC: billing periods, usage periods and measurement days all use these.

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** A calendar month as year × 12 + month (0 to 11), so that months can be counted with. */
export type Month = number;

export function monthOf(instantMs: number): Month {
  const date = new Date(instantMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export function monthStart(month: Month): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1);
}

export function monthDays(month: Month): number {
  return Math.round((monthStart(month + 1) - monthStart(month)) / DAY_MS);
}

/** 2026-10 */
export function monthName(month: Month): string {
  return `${Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, '0')}`;
}

export function dayStart(instantMs: number): number {
  return Math.floor(instantMs / DAY_MS) * DAY_MS;
}

export function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}

/** Both ends as TM Forum gives them; the end is the first instant after the period. */
export function period(startMs: number, endMs: number): { startDateTime: string; endDateTime: string } {
  return { startDateTime: iso(startMs), endDateTime: iso(endMs) };
}

const periods = new Map<Month, { readonly startDateTime: string; readonly endDateTime: string }>();

/** The same object for the same month: bills of a large world ask for few months many times. */
export function monthPeriod(month: Month): { readonly startDateTime: string; readonly endDateTime: string } {
  const known = periods.get(month);
  if (known !== undefined) return known;
  const drawn = period(monthStart(month), monthStart(month + 1));
  periods.set(month, drawn);
  return drawn;
}
