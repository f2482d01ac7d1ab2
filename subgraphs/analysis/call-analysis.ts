// `callAnalysis`: the counted calls of a period, each breakdown asked of the rollups only when it is wanted.
import { sql } from 'drizzle-orm';
import { clientError } from '../../schema/errors.ts';
import type { SubgraphContext } from '../context.ts';
import { type Item, reference } from '../item.ts';
import { ownOf } from '../own-acts.ts';
import { coverage } from './coverage.ts';
import {
  byFlow,
  byGroup,
  byLine,
  byQuarterOfDay,
  bySubject,
  NO_SUMS,
  type Part,
  peakHour,
  type Row,
  type Sums,
  series,
  total,
  type View,
} from './figures.ts';
import type { Step } from './local-time.ts';
import { type AskedPeriod, askedPeriod } from './period.ts';
import { elapsedSeconds, erlangsIn, share, shownFigures, shownPeriod } from './shown.ts';
import { addDurations } from './slots.ts';
import { type Subject, type SubjectFilter, visibleSubjects } from './subjects.ts';
import { askApart, askTogether } from './together.ts';

export interface CallAnalysisInput extends SubjectFilter {
  readonly from: string;
  readonly until: string;
  readonly zone: string;
  readonly group?: string | null;
  readonly line?: string | null;
}

/** Who sees aggregates only sees them of so many services at least: fewer would tell of one. */
const LEAST_TOGETHER = 5;
const MAX_DAYS_OF_HOURS = 31;
/** Of all services and both periods: what is more is asked on several connections at once. */
const MAX_DAYS_TOGETHER = 62;
const MAX_ROWS = 500;
const HOUR_MS = 3_600_000;

const received = ({ sums }: { readonly sums: Sums }): number => sums.IN.calls + sums.OUT.calls;
const mostCalls = <T extends { readonly sums: Sums }>(rows: readonly T[]): readonly T[] =>
  [...rows].sort((a, b) => received(b) - received(a)).slice(0, MAX_ROWS);
const two = (value: number): string => String(value).padStart(2, '0');
const clock = (quarter: number): string =>
  `${two(Math.floor((quarter % 96) / 4))}:${two((quarter % 4) * 15)}`;

const add = (a: Sums['IN'], b: Sums['IN']): Sums['IN'] => ({
  calls: a.calls + b.calls,
  answered: a.answered + b.answered,
  talkSeconds: a.talkSeconds + b.talkSeconds,
  busySeconds: a.busySeconds + b.busySeconds,
});

function joined(rows: readonly Row[]): Row {
  const sums = rows.reduce(
    (all, row) => ({
      IN: add(all.IN, row.sums.IN),
      OUT: add(all.OUT, row.sums.OUT),
      services: all.services + row.sums.services,
    }),
    NO_SUMS,
  );
  return {
    key: '',
    sums,
    async durations() {
      const all = new Map<number, number>();
      for (const each of await Promise.all(rows.map((row) => row.durations())))
        for (const [bucket, count] of each) addDurations(all, bucket, count);
      return all;
    },
  };
}

function viewOf(
  context: SubgraphContext,
  subjects: readonly Subject[],
  { before, now }: AskedPeriod,
  { group, line }: CallAnalysisInput,
): View {
  const { db, tables } = ownOf(context).store;
  const isShort = (now.untilMs - before.fromMs) * subjects.length <= MAX_DAYS_TOGETHER * 24 * HOUR_MS;
  const ask = isShort ? askTogether(db) : askApart(db);
  const base = { tables, ask, subjects: subjects.map(({ id }) => id) };
  if (group && line) throw clientError('BAD_USER_INPUT', '"group" and "line" go not together.');
  if (group) return { ...base, dimension: 'FLOW', only: sql`(r.from_key = ${group} OR r.to_key = ${group})` };
  if (line) return { ...base, dimension: 'LINE', only: sql`r.from_key = ${line}` };
  return { ...base, dimension: 'ALL' };
}

export async function callAnalysis(input: CallAnalysisInput, context: SubgraphContext) {
  const asked = askedPeriod(input);
  const { principal, nowMs } = context.operation;
  const aggregatesOnly = principal.kind === 'ANALYTICS';
  const names = [input.customerId, input.siteId, input.serviceIds, input.group, input.line];
  if (aggregatesOnly && names.some((each) => each !== undefined && each !== null))
    throw clientError('FORBIDDEN');
  const subjects = await visibleSubjects(context, input, false);
  const view = viewOf(context, subjects, asked, input);
  const part = asked.now;

  const mayTell = ({ sums }: Row): boolean => !aggregatesOnly || sums.services >= LEAST_TOGETHER;
  const figures = (row: Row, of: Part) => shownFigures(row.sums, of, nowMs, row.durations);

  /** What names something is nothing for those who see aggregates only. */
  function named(dimension: View['dimension'], apart: string | null | undefined): View {
    if (aggregatesOnly) throw clientError('FORBIDDEN');
    if (apart) throw clientError('BAD_USER_INPUT', "Groups aren't told of one line, nor lines of one group.");
    return dimension === view.dimension
      ? view
      : { tables: view.tables, ask: view.ask, subjects: view.subjects, dimension };
  }

  async function totals(of: Part) {
    const row = await total(view, of);
    return mayTell(row) ? figures(row, of) : null;
  }

  return {
    period: shownPeriod(part),
    zone: asked.zone,
    totals: () => totals(part),
    before: () => totals(asked.before),
    async series({ by }: { readonly by: Step }) {
      if (by === 'HOUR' && asked.untilDayMs - asked.firstDayMs > MAX_DAYS_OF_HOURS * 24 * HOUR_MS)
        throw clientError('BAD_USER_INPUT', `By HOUR the period is at most ${MAX_DAYS_OF_HOURS} days.`);
      const buckets = asked.time.buckets(asked.firstDayMs, asked.untilDayMs, by);
      const rows = await series(view, buckets);
      return buckets.flatMap((bucket, at) => {
        const row = rows[at];
        if (row === undefined || !mayTell(row)) return [];
        return [{ label: bucket.label, period: shownPeriod(bucket), figures: figures(row, bucket) }];
      });
    },
    async busyWindow() {
      if (aggregatesOnly) throw clientError('FORBIDDEN');
      const quarters = await byQuarterOfDay(view, part, asked.time.offsets(part.fromMs, part.untilMs));
      const hours = quarters.map((_, at) => {
        const four = [0, 1, 2, 3].map((more) => quarters[(at + more) % 96]);
        return {
          at,
          busySeconds: four.reduce((sum, each) => sum + (each?.busySeconds ?? 0), 0),
          received: four.reduce((sum, each) => sum + (each?.received ?? 0), 0),
        };
      });
      const busiest = hours.reduce((best, each) => (each.busySeconds > best.busySeconds ? each : best));
      if (busiest.busySeconds === 0) return null;
      // days so far: what lies ahead has had no traffic yet
      const days = Math.max(1, Math.ceil(elapsedSeconds(part, nowMs) / 86_400));
      const all = quarters.reduce((sum, { busySeconds }) => sum + busySeconds, 0);
      return {
        from: clock(busiest.at),
        until: clock(busiest.at + 4),
        erlangs: erlangsIn(busiest.busySeconds, days * 3600),
        receivedPerDay: Math.round((busiest.received / days) * 10) / 10,
        trafficPercent: share(busiest.busySeconds, all) ?? 0,
      };
    },
    async peak() {
      if (aggregatesOnly) throw clientError('FORBIDDEN');
      const peak = await peakHour(view, part);
      if (peak === undefined) return null;
      return {
        period: shownPeriod({ fromMs: peak.fromMs, untilMs: peak.fromMs + HOUR_MS }),
        erlangs: erlangsIn(peak.busySeconds, 3600),
        received: peak.received,
      };
    },
    async services() {
      const rows = await bySubject(named(view.dimension, null), part);
      return mostCalls(rows).flatMap((row) => {
        const subject = subjects.find(({ id }) => String(id) === row.key);
        return subject === undefined ? [] : [{ service: serviceOf(subject), figures: figures(row, part) }];
      });
    },
    async sites() {
      const rows = await bySubject(named(view.dimension, null), part);
      const placed = await visibleSubjects(context, input, true);
      const sites = new Map<string, Row[]>();
      for (const row of rows) {
        const site = placed.find(({ id }) => String(id) === row.key)?.sites[0] ?? '';
        sites.set(site, [...(sites.get(site) ?? []), row]);
      }
      const found = [...sites].map(([siteId, some]) => ({ siteId, count: some.length, ...joined(some) }));
      return mostCalls(found).map((row) => ({
        siteId: row.siteId === '' ? null : row.siteId,
        services: row.count,
        figures: figures(row, part),
      }));
    },
    async groups() {
      const rows = await byGroup(named('FLOW', input.line), part);
      return mostCalls(rows).map((row) => ({
        group: row.key === '' ? null : row.key,
        figures: figures(row, part),
      }));
    },
    async flows() {
      const rows = await byFlow(named('FLOW', input.line), part);
      return mostCalls(rows).map(({ key, sums: { IN, OUT } }) => {
        const [from = '', to = ''] = key.split('\n');
        const { calls, answered, busySeconds } = add(IN, OUT);
        return {
          from: from === '' ? null : from,
          to: to === '' ? null : to,
          calls,
          answered,
          lost: calls - answered,
          trafficSeconds: busySeconds,
        };
      });
    },
    async lines() {
      const rows = await byLine(named('LINE', input.group), part);
      const seconds = elapsedSeconds(part, nowMs);
      const busy = ({ sums }: Row) => sums.IN.busySeconds + sums.OUT.busySeconds;
      return [...rows]
        .sort((a, b) => busy(b) - busy(a))
        .slice(0, MAX_ROWS)
        .flatMap((row) => {
          const [id = '', line = ''] = row.key.split('\n');
          const subject = subjects.find((each) => String(each.id) === id);
          if (subject === undefined) return [];
          // calls that overlap on one line are a fault of the records: a line isn't used more than wholly
          const used = share(Math.min(busy(row), seconds), seconds);
          return [
            {
              line,
              service: serviceOf(subject),
              resource: reference('Resource', subject.provider, line),
              figures: figures(row, part),
              usedPercent: used,
              availablePercent: used === null ? null : Math.round((100 - used) * 100) / 100,
            },
          ];
        });
    },
    coverage: () => coverage(context, view.ask, subjects, part),
  };
}

function serviceOf({ provider, serviceId }: Subject): Item {
  return reference('Service', provider, serviceId);
}
