// The bill of this period before it is made: what is charged so far, where it is heading, and how that was computed.
import Big from 'big.js';
import type { SubgraphContext } from '../context.ts';
import { backEndId, type Item, reference } from '../item.ts';
import type { Money } from '../tmf/read.ts';
import { CHARGE_ATTRIBUTES, type ReadCharge, readCharge, walk } from './charge-walk.ts';
import { type Projection, projectUsage } from './forecast-usage.ts';
import { addTo, moneyOf, type Sums, shown } from './money-sums.ts';

const DAY_MS = 86_400_000;
/** Three periods and the days until their last bill. */
const LOOK_BACK_MS = 135 * DAY_MS;
const EARLIER_PERIODS = 3;
const MAX_SERVICES = 500;

interface Part {
  readonly item: Item;
  readonly charge: ReadCharge;
}

interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
}

function monthOf(nowMs: number): Period {
  const now = new Date(nowMs);
  const month = (ahead: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1);
  return { fromMs: month(0), untilMs: month(1) };
}

/** The period of the charges that are under way now; the calendar month in UTC where none says. */
function periodOf(parts: readonly Part[], nowMs: number): Period {
  for (const { charge, item } of parts) {
    const { fromMs, untilMs } = charge;
    const open = String(item.raw.isBilled) === 'false';
    if (open && fromMs !== undefined && untilMs !== undefined && fromMs <= nowMs && nowMs < untilMs)
      return { fromMs, untilMs };
  }
  return monthOf(nowMs);
}

const amount = ({ charge }: Part): Big => new Big(charge.taxIncluded?.amount ?? 0);
const sum = (parts: readonly Part[]): Big =>
  parts.reduce((total, part) => total.plus(amount(part)), new Big(0));
const fixed = ({ charge }: Part): boolean => !charge.isUsage && charge.category !== 'credit';

interface Forecast extends Projection {
  readonly soFar: Big;
  readonly fixed: Big;
  readonly expectsFixed: boolean;
}

function forecastOf(now: readonly Part[], before: readonly (readonly Part[])[], elapsed: number): Forecast {
  const usage = ({ charge }: Part): boolean => charge.isUsage;
  const soFar = sum(now);
  // fees that are charged at a period's end aren't there yet: those of the last one are expected again
  const expectsFixed = !now.some(fixed) && (before[0]?.some(fixed) ?? false);
  const rest = expectsFixed ? sum((before[0] ?? []).filter(fixed)).plus(soFar) : soFar;
  const used = sum(now.filter(usage));
  const made = projectUsage({
    soFar: Number(used),
    earlier: before.map((parts) => Number(sum(parts.filter(usage)))),
    elapsed,
  });
  const base = rest.minus(used);
  const plus = (value: number) => Number(base.plus(value.toFixed(2)));
  return {
    method: made.method,
    projected: plus(made.projected),
    low: plus(made.low),
    high: plus(made.high),
    soFar,
    fixed: base,
    expectsFixed,
  };
}

function confidenceOf(
  forecasts: readonly Forecast[],
  earlier: number,
  elapsed: number,
): 'LOW' | 'MEDIUM' | 'HIGH' {
  const total = (pick: (forecast: Forecast) => number) =>
    forecasts.reduce((all, each) => all + pick(each), 0);
  const projected = Math.abs(total((each) => each.projected));
  const spread = projected === 0 ? 0 : total((each) => each.high - each.low) / projected;
  if (earlier >= EARLIER_PERIODS && elapsed >= 0.25 && spread <= 0.1) return 'HIGH';
  return earlier > 0 && spread <= 0.4 ? 'MEDIUM' : 'LOW';
}

/** The periods before this one that have charges, the newest first. */
function earlierPeriods(parts: readonly Part[], period: Period): readonly number[] {
  const starts = parts.flatMap(({ charge: { fromMs } }) =>
    fromMs !== undefined && fromMs < period.fromMs ? [fromMs] : [],
  );
  return [...new Set(starts)].sort((a, b) => b - a).slice(0, EARLIER_PERIODS);
}

const explain = (earlier: number, expectsFixed: boolean): string =>
  [
    'Fees, discounts and credits are taken as they are charged in this period',
    expectsFixed ? ', or as in the last one where none is charged yet' : '',
    earlier === 0
      ? '. There is no earlier period: usage charges go on at the rate of this period so far.'
      : `. Usage charges: the mean of the last ${earlier} period${earlier === 1 ? '' : 's'}; where the rate of this period so far is higher, that rate, weighed by how much of the period has passed; never less than is charged already. Low and high: the least and the most of those periods and of the rate.`,
  ].join('');

export async function billForecast(account: Item, context: SubgraphContext) {
  const { nowMs } = context.operation;
  const parts: Part[] = [];
  const filter = {
    'billingAccount.id': backEndId(account),
    'date.gte': new Date(nowMs - LOOK_BACK_MS).toISOString(),
  };
  const attributes = [...CHARGE_ATTRIBUTES, 'isBilled'];
  const asked = { type: 'Charge', provider: account.provider, filter, attributes };
  const walked = await walk(context, asked, (item) => {
    parts.push({ item, charge: readCharge(item) });
  });
  // what can't be read is in no sum
  const isComplete = walked.isComplete && parts.every(({ charge }) => charge.taxIncluded !== undefined);
  const period = periodOf(parts, nowMs);
  const elapsed = Math.min(1, Math.max(0, (nowMs - period.fromMs) / (period.untilMs - period.fromMs)));
  const inNow = parts.filter(
    ({ charge: { fromMs } }) => fromMs !== undefined && fromMs >= period.fromMs && fromMs < period.untilMs,
  );
  const current = new Set(inNow);
  const starts = earlierPeriods(parts, period);
  const soFar: Sums = new Map();
  for (const { charge } of inNow) addTo(soFar, charge.taxIncluded);
  const currencies = new Set(parts.flatMap(({ charge }) => charge.taxIncluded?.currency ?? []));
  const [currency] = currencies;
  const byService = new Map<string, Part[]>();
  for (const part of parts) {
    const key = part.charge.service ?? '';
    const known = byService.get(key);
    if (known === undefined) byService.set(key, [part]);
    else known.push(part);
  }
  // amounts in two currencies have no sum, and are heading nowhere together
  const services =
    currency === undefined || currencies.size > 1
      ? []
      : [...byService].map(([key, own]) => {
          const now = own.filter((part) => current.has(part));
          const before = starts.map((start) => own.filter(({ charge }) => charge.fromMs === start));
          return { key, first: own[0], forecast: forecastOf(now, before, elapsed) };
        });
  const forecasts = services.map(({ forecast }) => forecast);
  const money = (value: number | Big): Money | null =>
    currency === undefined ? null : moneyOf(new Big(new Big(value).toFixed(2)), currency);
  const total = (pick: (forecast: Forecast) => number): Money | null =>
    forecasts.length === 0 ? null : money(forecasts.reduce((all, each) => all.plus(pick(each)), new Big(0)));
  const expectsFixed = forecasts.some((each) => each.expectsFixed);
  const unknown = forecasts.length === 0;
  const fees = forecasts.reduce((all, each) => all.plus(each.fixed), new Big(0));
  const usedSoFar = sum(inNow.filter(({ charge }) => charge.isUsage));
  return {
    period: { start: new Date(period.fromMs).toISOString(), end: new Date(period.untilMs).toISOString() },
    asOf: new Date(nowMs).toISOString(),
    elapsedPercent: Math.round(elapsed * 1000) / 10,
    soFar: shown(soFar),
    projected: total((each) => each.projected),
    low: total((each) => each.low),
    high: total((each) => each.high),
    method: unknown ? 'NONE' : starts.length === 0 ? 'RUN_RATE' : 'EARLIER_PERIODS',
    confidence: unknown || !isComplete ? 'LOW' : confidenceOf(forecasts, starts.length, elapsed),
    explanation: unknown
      ? currencies.size > 1
        ? 'Charges are in several currencies, which have no sum.'
        : 'Nothing was charged in this period or before it.'
      : explain(starts.length, expectsFixed),
    inputs: unknown
      ? []
      : [
          { name: 'Fees, discounts and credits', amount: money(fees), period: null },
          { name: 'Usage charges so far', amount: money(usedSoFar), period: null },
          ...starts.map((start) => ({
            name: 'Usage charges of an earlier period',
            amount: money(sum(parts.filter(({ charge }) => charge.isUsage && charge.fromMs === start))),
            period: {
              start: new Date(start).toISOString(),
              end: untilOf(parts, start),
            },
          })),
        ],
    services: services
      .sort((a, b) => b.forecast.projected - a.forecast.projected)
      .slice(0, MAX_SERVICES)
      .flatMap(({ key, first, forecast }) =>
        first === undefined ? [] : [shownService(key, first, forecast, money)],
      ),
    isComplete,
  };
}

const untilOf = (parts: readonly Part[], start: number): string | null => {
  const end = parts.find(({ charge }) => charge.fromMs === start)?.charge.untilMs;
  return end === undefined ? null : new Date(end).toISOString();
};

/** It stands where its first charge stands, so that its number is as well guarded. */
function shownService(
  key: string,
  { item, charge }: Part,
  forecast: Forecast,
  money: (value: number | Big) => Money | null,
): Item {
  return {
    __typename: 'ServiceForecast',
    provider: item.provider,
    whole: item,
    raw: {
      service: key === '' ? null : reference('Service', item.provider, key),
      number: charge.number ?? null,
      soFar: money(forecast.soFar),
      projected: money(forecast.projected),
      low: money(forecast.low),
      high: money(forecast.high),
      method: forecast.method,
    },
  };
}
