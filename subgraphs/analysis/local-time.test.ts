// SSM-C-12 Local days and hours: across clock changes, in zones of half and quarter hours, where midnight is skipped.
import { describe, expect, it } from 'vitest';
import { isZone, localTime, type Step } from './local-time.ts';

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
const hours = ({ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number }) =>
  (untilMs - fromMs) / 3_600_000;

function over(zone: string, from: string, until: string) {
  const time = localTime(zone, day(from), day(until));
  return { ...time, buckets: (step: Step) => time.buckets(day(from), day(until), step) };
}

describe('SSM-C-12 local time', () => {
  it.each([
    ['Europe/Oslo', '2026-03-29', 23, '2026-03-28T23:00'],
    ['Europe/Oslo', '2026-10-25', 25, '2026-10-24T22:00'],
    ['Europe/Oslo', '2026-11-14', 24, '2026-11-13T23:00'],
    ['America/New_York', '2026-11-01', 25, '2026-11-01T04:00'],
    ['Asia/Kolkata', '2026-11-14', 24, '2026-11-13T18:30'],
    ['Asia/Kathmandu', '2026-11-14', 24, '2026-11-13T18:15'],
    ['Australia/Lord_Howe', '2026-10-04', 23.5, '2026-10-03T13:30'],
    // clocks go from 23:59 to 01:00: the day begins at one
    ['Africa/Cairo', '2026-04-24', 23, '2026-04-23T22:00'],
    ['Pacific/Kiritimati', '2026-11-14', 24, '2026-11-13T10:00'],
    ['UTC', '2026-11-14', 24, '2026-11-14T00:00'],
  ])('%s: %s has %d hours and begins at %s', (zone, date, length, start) => {
    const next = new Date(day(date) + 86_400_000).toISOString().slice(0, 10);
    const [only, ...more] = over(zone, date, next).buckets('DAY');
    expect(more).toEqual([]);
    expect(only && [only.label, hours(only), iso(only.fromMs)]).toEqual([date, length, start]);
  });

  it('names the hour that comes twice apart', () => {
    const labels = over('Europe/Oslo', '2026-10-25', '2026-10-26')
      .buckets('HOUR')
      .map(({ label }) => label);
    expect(labels).toHaveLength(25);
    expect(labels.slice(1, 5)).toEqual([
      '2026-10-25T01:00+02:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T03:00+01:00',
    ]);
  });

  it('leaves out the hour that there is not', () => {
    const labels = over('Europe/Oslo', '2026-03-29', '2026-03-30')
      .buckets('HOUR')
      .map(({ label }) => label.slice(11, 16));
    expect(labels).toHaveLength(23);
    expect(labels).not.toContain('02:00');
  });

  it.each(['HOUR', 'DAY', 'MONTH'] as const)('cuts a year into %s without gap or overlap', (step) => {
    for (const zone of ['Europe/Oslo', 'Asia/Kathmandu', 'America/Santiago', 'Australia/Lord_Howe']) {
      const time = over(zone, '2025-11-15', '2026-11-15');
      const buckets = time.buckets(step);
      expect(buckets.at(0)?.fromMs).toBe(time.dayStart(day('2025-11-15')));
      expect(buckets.at(-1)?.untilMs).toBe(time.dayStart(day('2026-11-15')));
      for (const [at, { untilMs }] of buckets.slice(0, -1).entries())
        expect(buckets[at + 1]?.fromMs).toBe(untilMs);
    }
  });

  it('cuts at quarters of an hour, in every zone that this machine knows', () => {
    for (const zone of Intl.supportedValuesOf('timeZone'))
      for (const { fromMs } of over(zone, '2026-01-01', '2026-01-02').buckets('DAY'))
        expect([zone, fromMs % 900_000]).toEqual([zone, 0]);
  });

  it.each([
    ['Europe/Oslo', true],
    ['UTC', true],
    ['Europe/Atlantis', false],
    ['', false],
    ["UTC'; --", false],
    ['x'.repeat(100), false],
  ])('%s is a zone: %s', (zone, is) => {
    expect(isZone(zone)).toBe(is);
  });
});
