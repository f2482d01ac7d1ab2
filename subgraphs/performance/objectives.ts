// Objectives judged: what was promised (TMF657) against what was measured (TMF628), once an operation each.

import type { SubgraphContext } from '../context.ts';
import { converterFor } from '../convert.ts';
import { globalId, type Item } from '../item.ts';
import type { Objects } from '../objects.ts';
import { all, asNumber, asText, at, instantMs } from '../tmf/read.ts';
import { type Sample, samplesOf, type Window } from './measurements.ts';
import {
  aggregate,
  algorithmOf,
  type Comparator,
  excessOf,
  type Status,
  statusOf,
  type Trend,
  trendOf,
} from './verdict.ts';

/** What judging reads of an objective. */
export const OF_OBJECTIVE = [
  'name',
  'serviceLevelObjectiveParameter',
  'conformanceComparator',
  'conformanceTarget',
  'thresholdTarget',
  'conformancePeriod',
];

export interface Judged {
  readonly measured: { value: number; unit: string | null; measurements: number; asOf: string | null } | null;
  readonly status: Status;
  readonly trend: Trend;
  /** Relative distance beyond the target; undefined where nothing can be said. */
  readonly excess: number | undefined;
}

/** The objective's own period so far, else this calendar month (UTC). */
function windowOf(objective: Item, nowMs: number): Window {
  const now = new Date(nowMs);
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const from = instantMs(at(objective.raw, 'conformancePeriod.startDateTime')) ?? month;
  const until = instantMs(at(objective.raw, 'conformancePeriod.endDateTime')) ?? nowMs;
  const untilMs = Math.max(from, Math.min(until, nowMs));
  // a promise that has held for years is judged on this month of it
  return {
    fromMs: untilMs - from > 92 * 86_400_000 ? Math.max(from, month) : from,
    untilMs,
    granularity: 'DAY',
  };
}

function comparatorOf(objective: Item, { contract }: SubgraphContext): Comparator | undefined {
  const convert = converterFor('Comparator', contract.subgraphs.get('performance')?.enums ?? new Map());
  const word = convert?.(
    SIGNS[asText(objective.raw.conformanceComparator) ?? ''] ?? objective.raw.conformanceComparator,
  );
  return word === 'OTHER' || typeof word !== 'string' ? undefined : (word as Comparator); // a value of the enum
}

/** How the signs are spelt besides. */
const SIGNS: Readonly<Record<string, string>> = {
  '≥': '>=',
  '≤': '<=',
  '.ge': '>=',
  '.le': '<=',
  '.gt': '>',
  '.lt': '<',
  '==': '=',
};

async function judgeAnew(objective: Item, context: SubgraphContext): Promise<Judged> {
  const { objects, operation } = context;
  const indicator = asText(at(objective.raw, 'serviceLevelObjectiveParameter.name'));
  const services = all(objective.raw, 'serviceLevelObjectiveParameter.relatedEntity.id').map(String);
  const window = windowOf(objective, operation.nowMs);
  const found = await Promise.all(
    services.map((service) => samplesOf(objects, objective.provider, service, window)),
  );
  const samples: Sample[] = [];
  for (const ofService of found)
    for (const sample of ofService) if (sample.indicator === indicator) samples.push(sample);
  const comparator = comparatorOf(objective, context);
  const target = asNumber(objective.raw.conformanceTarget);
  const algorithm = algorithmOf(
    asText(at(objective.raw, 'serviceLevelObjectiveParameter.transformationAlgorithmOfKQI')),
  );
  const value = aggregate(samples, algorithm);
  return {
    measured: value === undefined ? null : measured(value, samples),
    status: statusOf(value, comparator, target, asNumber(objective.raw.thresholdTarget)),
    trend: trendOf(samples, comparator),
    excess:
      value === undefined || comparator === undefined || target === undefined
        ? undefined
        : excessOf(value, comparator, target),
  };
}

function measured(value: number, samples: readonly Sample[]) {
  let last = Number.NEGATIVE_INFINITY;
  for (const { untilMs } of samples) last = Math.max(last, untilMs);
  return {
    value: Math.round(value * 1e6) / 1e6,
    unit: samples.find((sample) => sample.unit !== null)?.unit ?? null,
    measurements: samples.length,
    asOf: Number.isFinite(last) ? new Date(last).toISOString() : null,
  };
}

const verdicts = new WeakMap<Objects, Map<string, Promise<Judged>>>();

export function judge(objective: Item, context: SubgraphContext): Promise<Judged> {
  const known = verdicts.get(context.objects) ?? new Map<string, Promise<Judged>>();
  verdicts.set(context.objects, known);
  const verdict = known.get(globalId(objective)) ?? judgeAnew(objective, context);
  known.set(globalId(objective), verdict);
  return verdict;
}
