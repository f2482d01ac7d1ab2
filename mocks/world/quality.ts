// How well each service works: indicators with their targets, and what was measured of them when.
import { DAY_MS, dayStart, HOUR_MS, monthOf, monthStart } from './calendar.ts';
import type { ServiceKind, ServiceModel } from './customer-model.ts';
import { between, hash, mix, unit } from './random.ts';

export interface Indicator {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** `>=`: the more the better. */
  readonly comparator: '>=' | '<=';
  readonly target: number;
  /** Beyond this the target is in danger. */
  readonly warning: number;
  readonly tolerance: number;
  /** What a healthy service shows on an ordinary day, and how far days differ. */
  readonly usual: number;
  readonly spread: number;
  readonly digits: number;
}

const availability = (target: number, warning: number): Indicator => ({
  name: 'availability',
  description: 'Share of the time in which the service worked',
  unit: '%',
  comparator: '>=',
  target,
  warning,
  tolerance: 0.05,
  usual: 100,
  spread: 0,
  digits: 3,
});

export const INDICATORS: Readonly<Record<ServiceKind, readonly Indicator[]>> = {
  mobile: [
    availability(99.5, 99.7),
    {
      name: 'callSetupSuccess',
      description: 'Share of call attempts that were set up',
      unit: '%',
      comparator: '>=',
      target: 99,
      warning: 99.2,
      tolerance: 0.2,
      usual: 99.6,
      spread: 0.2,
      digits: 2,
    },
  ],
  broadband: [
    availability(99.9, 99.95),
    {
      name: 'downlinkThroughput',
      description: 'Mean downlink throughput in the busy hour',
      unit: 'Mbit/s',
      comparator: '>=',
      target: 95,
      warning: 98,
      tolerance: 2,
      usual: 104,
      spread: 3,
      digits: 1,
    },
    {
      name: 'latency',
      description: 'Mean round trip to the edge of the network',
      unit: 'ms',
      comparator: '<=',
      target: 20,
      warning: 17,
      tolerance: 1,
      usual: 11,
      spread: 2,
      digits: 1,
    },
    {
      name: 'packetLoss',
      description: 'Share of packets lost',
      unit: '%',
      comparator: '<=',
      target: 0.1,
      warning: 0.08,
      tolerance: 0.01,
      usual: 0.03,
      spread: 0.015,
      digits: 3,
    },
  ],
  iptv: [
    availability(99.8, 99.9),
    {
      name: 'zapTime',
      description: 'Mean time from one channel to the next',
      unit: 's',
      comparator: '<=',
      target: 1.5,
      warning: 1.35,
      tolerance: 0.1,
      usual: 1.1,
      spread: 0.1,
      digits: 2,
    },
  ],
  callCentre: [
    availability(99.9, 99.95),
    {
      name: 'mos',
      description: 'Mean opinion score of speech',
      unit: 'MOS',
      comparator: '>=',
      target: 4,
      warning: 4.1,
      tolerance: 0.1,
      usual: 4.3,
      spread: 0.08,
      digits: 2,
    },
  ],
};

/** Where a service is not as usual: the demonstration needs something to look at. */
const UNUSUAL: Readonly<Record<string, number>> = {
  'acme-m-07/callSetupSuccess': 97.6,
  'acme-bb-1/latency': 17.8,
  'family-tv-1/zapTime': 1.42,
};

interface Outage {
  readonly startMs: number;
  readonly endMs: number;
}

/** The depot's access fails on the first day of each month for longer than its target allows, and again later. */
function depotOutage(dayOfMonth: number, chance: number): number {
  if (dayOfMonth === 1) return between(mix(chance, 5), 50, 110);
  return dayOfMonth === 8 || dayOfMonth === 19 ? between(mix(chance, 5), 15, 55) : 0;
}

/** The outage of a service that began on the UTC day that starts at this instant. */
export function outageOf(seed: number, service: ServiceModel, startMs: number): Outage | undefined {
  const chance = hash(seed, service.key, startMs / DAY_MS, 'outage');
  const rare = chance % 40 === 0 ? between(mix(chance, 6), 3, 12) : 0;
  const dayOfMonth = new Date(startMs).getUTCDate();
  const minutes = service.key === 'acme-bb-2' ? depotOutage(dayOfMonth, chance) : rare;
  if (minutes === 0) return undefined;
  const from = startMs + between(mix(chance, 7), 60, 300) * 60_000;
  return { startMs: from, endMs: from + minutes * 60_000 };
}

function availableShare(seed: number, service: ServiceModel, startMs: number, endMs: number): number {
  const outage = outageOf(seed, service, dayStart(startMs));
  if (outage === undefined) return 100;
  const lostMs = Math.max(0, Math.min(endMs, outage.endMs) - Math.max(startMs, outage.startMs));
  return 100 * (1 - lostMs / (endMs - startMs));
}

/** Hours swing around the day's value and come back to it: their mean over a day is the day's value. */
function swing(indicator: Indicator, startMs: number, endMs: number): number {
  if (endMs - startMs > HOUR_MS) return 0;
  const hour = new Date(startMs).getUTCHours();
  return (
    -0.5 *
    indicator.spread *
    Math.cos((2 * Math.PI * (hour - 21)) / 24) *
    (indicator.comparator === '>=' ? 1 : -1)
  );
}

/** The measured value over a period within one UTC day. */
export function measured(
  seed: number,
  service: ServiceModel,
  indicator: Indicator,
  startMs: number,
  endMs: number,
): number {
  const scale = 10 ** indicator.digits;
  const raw =
    indicator.name === 'availability'
      ? availableShare(seed, service, startMs, endMs)
      : (UNUSUAL[`${service.key}/${indicator.name}`] ?? indicator.usual) +
        indicator.spread *
          (2 * unit(hash(seed, service.key, indicator.name, dayStart(startMs) / DAY_MS)) - 1) *
          0.5 +
        swing(indicator, startMs, endMs);
  return Math.round(raw * scale) / scale;
}

/** Mean of the days of a month until the instant; undefined where nothing has been measured yet. */
export function monthMean(
  seed: number,
  service: ServiceModel,
  indicator: Indicator,
  month: number,
  nowMs: number,
): number | undefined {
  const endMs = Math.min(monthStart(month + 1), nowMs);
  const values: number[] = [];
  for (let startMs = monthStart(month); startMs < endMs; startMs += DAY_MS) {
    values.push(measured(seed, service, indicator, startMs, Math.min(startMs + DAY_MS, endMs)));
  }
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function isMet({ comparator, target }: Indicator, value: number): boolean {
  return comparator === '>=' ? value >= target : value <= target;
}

/** The last months in which the target was missed, the newest first. */
export function missedMonths(
  seed: number,
  service: ServiceModel,
  indicator: Indicator,
  nowMs: number,
  count: number,
): number[] {
  const current = monthOf(nowMs);
  return Array.from({ length: count }, (_, at) => current - at).filter((month) => {
    const mean = monthMean(seed, service, indicator, month, nowMs);
    return mean !== undefined && !isMet(indicator, mean);
  });
}
