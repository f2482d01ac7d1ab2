// Amount limits: what each lets through in its calendar period, and how much is left.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarPeriod } from './conditions.ts';
import type { Grant, GrantLimit } from './principal.ts';
import { isSpendable, judgeSpending } from './spending-rules.ts';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const limit = (of: string, amount: string, currency = 'EUR'): GrantLimit => ({
  of,
  amount,
  currency,
  per: 'MONTH',
});
const grant = (id: string, ...limits: GrantLimit[]): Grant => ({
  id,
  functions: ['BILL_VIEW'],
  scope: { kind: 'CUSTOMER' },
  ...(limits.length === 0 ? {} : { limits }),
});
const spent =
  (totals: Record<string, string>) =>
  ({ of }: GrantLimit) =>
    totals[of ?? ''] ?? '0';

describe('SSM-A-02 the amount limit of an authorization', () => {
  test.each([
    ['up to the last cent', '49.99', { kind: 'WITHIN', by: ['1'] }],
    [
      'one cent more',
      '50',
      { kind: 'BEYOND', code: 'AMOUNT_OVER_LIMIT', room: { ...eur('49.99'), per: 'MONTH' } },
    ],
  ])('%s', (_, amount, verdict) => {
    expect(judgeSpending([grant('1', limit('1', '100'))], eur(amount), spent({ 1: '50.01' }))).toEqual(
      verdict,
    );
  });

  test('spent over a limit that was lowered since: nothing is left, and not less', () => {
    expect(judgeSpending([grant('1', limit('1', '10'))], eur('1'), spent({ 1: '50' }))).toMatchObject({
      room: { amount: '0' },
    });
  });

  test('of two limits both bound', () => {
    const under = [grant('1', limit('1', '100'), limit('2', '30'))];
    expect(judgeSpending(under, eur('30'), spent({}))).toEqual({ kind: 'WITHIN', by: ['1', '2'] });
    expect(judgeSpending(under, eur('30.01'), spent({}))).toMatchObject({ room: { amount: '30' } });
  });

  test('of two authorizations the one that nothing bounds pays, else one that has room; the larger room is told', () => {
    const [free, small, large] = [grant('1'), grant('2', limit('2', '10')), grant('3', limit('3', '20'))];
    expect(judgeSpending([small, free], eur('5'), spent({}))).toEqual({ kind: 'WITHIN', by: ['1'] });
    expect(judgeSpending([small, large], eur('15'), spent({}))).toEqual({ kind: 'WITHIN', by: ['3'] });
    expect(judgeSpending([small, large], eur('25'), spent({}))).toMatchObject({ room: { amount: '20' } });
  });

  test('another currency than the limit’s is not covered', () => {
    expect(judgeSpending([grant('1', limit('1', '100', 'NOK'))], eur('1'), spent({}))).toEqual({
      kind: 'BEYOND',
      code: 'CURRENCY_NOT_COVERED',
    });
  });

  test('a limit that counts by nothing lets nothing through', () => {
    const { of: _of, ...uncounted } = limit('1', '100');
    expect(judgeSpending([grant('1', uncounted)], eur('1'), spent({}))).toMatchObject({ kind: 'BEYOND' });
  });

  test.each(['0', '0.00', '-1', '1e3', '1,5', '', ' 1', '1.1234567'])(
    '"%s" is no amount to spend',
    (amount) => {
      expect(isSpendable(eur(amount))).toBe(false);
    },
  );

  test('decimals are decimal: ten times ten cents are one', () => {
    expect(judgeSpending([grant('1', limit('1', '1'))], eur('0.1'), spent({ 1: '0.9' }))).toMatchObject({
      kind: 'WITHIN',
    });
  });
});

describe('SSM-A-02 calendar periods', () => {
  test.each([
    ['DAY', '2026-11-15T23:59:59.999Z', '2026-11-15', '2026-11-16'],
    ['WEEK', '2026-11-15T23:59:59.999Z', '2026-11-09', '2026-11-16'],
    ['WEEK', '2026-11-16T00:00:00Z', '2026-11-16', '2026-11-23'],
    ['MONTH', '2026-12-31T23:59:59.999Z', '2026-12-01', '2027-01-01'],
  ] as const)('the %s of %s', (per, at, from, until) => {
    expect(calendarPeriod(per, Date.parse(at))).toEqual({
      fromMs: Date.parse(from),
      untilMs: Date.parse(until),
    });
  });

  test('each instant lies in its period, and periods follow on each other', () => {
    const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(fc.constantFrom('DAY', 'WEEK', 'MONTH'), instants, (per, nowMs) => {
        const { fromMs, untilMs } = calendarPeriod(per, nowMs);
        expect(fromMs <= nowMs && nowMs < untilMs).toBe(true);
        expect(calendarPeriod(per, untilMs).fromMs).toBe(untilMs);
        expect(calendarPeriod(per, fromMs)).toEqual({ fromMs, untilMs });
      }),
    );
  });
});
