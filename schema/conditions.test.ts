// Conditions of a grant: hours of the day wherever the clock stands, and amounts as decimals.
import { describe, expect, test } from 'vitest';
import { AMOUNT_LIMIT, DAILY_WINDOW, isOpen, withinLimit } from './conditions.ts';

const at = (instant: string) => Date.parse(instant);
const oslo = { from: '08:00', until: '16:00', zone: 'Europe/Oslo' };

describe('SSM-A-02 hours of the day', () => {
  test.each([
    ['before', oslo, '2026-11-15T06:59:59.999Z', false],
    ['at its beginning', oslo, '2026-11-15T07:00:00Z', true],
    ['inside', oslo, '2026-11-15T14:59:59.999Z', true],
    ['at its end', oslo, '2026-11-15T15:00:00Z', false],
    ['in summer time an hour earlier', oslo, '2026-07-01T06:00:00Z', true],
    [
      'over midnight: the evening',
      { from: '22:00', until: '06:00', zone: 'UTC' },
      '2026-11-15T22:00:00Z',
      true,
    ],
    [
      'over midnight: the morning',
      { from: '22:00', until: '06:00', zone: 'UTC' },
      '2026-11-15T05:59:00Z',
      true,
    ],
    ['over midnight: the day', { from: '22:00', until: '06:00', zone: 'UTC' }, '2026-11-15T06:00:00Z', false],
    ['midnight itself', { from: '00:00', until: '00:01', zone: 'UTC' }, '2026-11-15T00:00:30Z', true],
    [
      'a zone of half hours',
      { from: '15:30', until: '15:31', zone: 'Asia/Kolkata' },
      '2026-11-15T10:00:00Z',
      true,
    ],
  ])('%s', (_, window, instant, open) => {
    expect(isOpen(window, at(instant))).toBe(open);
  });

  test.each([
    { ...oslo, from: '8:00' },
    { ...oslo, until: '24:00' },
    { ...oslo, zone: 'Europe/Atlantis' },
    { ...oslo, zone: '' },
    { ...oslo, until: oslo.from },
  ])('%j is none', (window) => expect(DAILY_WINDOW.safeParse(window).success).toBe(false));
});

describe('SSM-A-02 amounts', () => {
  const limit = { amount: '0.30', currency: 'EUR', per: 'DAY' } as const;
  test.each([
    ['0.10', '0.20', true],
    ['0.10', '0.2000001', false],
    ['0.30', '0', true],
    ['0.31', '0', false],
  ])('%s spent and %s more of 0.30', (spent, amount, fits) => {
    expect(withinLimit(limit, spent, { amount, currency: 'EUR' })).toBe(fits);
  });
  test('another currency is never within it', () => {
    expect(withinLimit(limit, '0', { amount: '0.01', currency: 'SEK' })).toBe(false);
  });
  test.each(['-1', '1e3', '', '1.', 'NaN', '1234567890123'])('"%s" is no amount', (amount) =>
    expect(AMOUNT_LIMIT.safeParse({ ...limit, amount }).success).toBe(false),
  );
});
