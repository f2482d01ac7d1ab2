// Sums over the rollups: of a period or of each of its parts, of all calls or by group, line and flow.
import { type SQL, sql } from 'drizzle-orm';
import type { Store } from '../store/store.ts';
import type { CallDirection } from './call-record.ts';
import type { Durations } from './durations.ts';
import type { Bucket, Offset } from './local-time.ts';
import { addDurations, type Dimension } from './slots.ts';
import type { Ask } from './together.ts';

export interface Part {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What is looked at: all sums below are of it. */
export interface View {
  readonly tables: Store['tables'];
  readonly ask: Ask;
  readonly subjects: readonly number[];
  readonly dimension: Dimension;
  /** Conditions on keys: a group, a line. */
  readonly only?: SQL;
}

/** Sums of one direction. */
interface Sum {
  readonly calls: number;
  readonly answered: number;
  readonly talkSeconds: number;
  readonly busySeconds: number;
}

export interface Sums {
  readonly IN: Sum;
  readonly OUT: Sum;
  /** Services with a call in it. */
  readonly services: number;
}

const NONE: Sum = { calls: 0, answered: 0, talkSeconds: 0, busySeconds: 0 };
export const NO_SUMS: Sums = { IN: NONE, OUT: NONE, services: 0 };

interface SumRow {
  readonly key: string | number | null;
  readonly direction: CallDirection;
  readonly calls: string | number;
  readonly answered: string | number;
  readonly talk: string | number;
  readonly busy: string | number;
  readonly services: string | number;
}

// arrays as one text: the two drivers write an array's parameter differently

/** Read once a statement: outside of a SELECT of its own the text would be read again for each row. */
const instants = (all: readonly number[]): SQL =>
  sql`(SELECT (${`{${all.map((ms) => new Date(ms).toISOString()).join()}}`}::text)::timestamptz[])`;

const numbers = (values: readonly number[]): SQL => sql`(${`{${values.join()}}`}::text)::integer[]`;

function where({ subjects, dimension, only = sql`true` }: View, { fromMs, untilMs }: Part): SQL {
  return sql`r.subject = ANY(${numbers(subjects)}) AND r.dimension = ${dimension}
    AND r.slot >= ${new Date(fromMs).toISOString()}::timestamptz
    AND r.slot < ${new Date(untilMs).toISOString()}::timestamptz AND ${only}`;
}

/** Sums by whatever the expression names; by its value as text. */
async function sumsBy(view: View, part: Part, key: SQL): Promise<ReadonlyMap<string, Sums>> {
  if (view.subjects.length === 0) return new Map();
  const rows = await view.ask<SumRow>(
    // by service first: counting distinct ones over all rows would sort them
    sql`SELECT key, direction, sum(calls) AS calls, sum(answered) AS answered, sum(talk) AS talk, sum(busy) AS busy,
          count(*) FILTER (WHERE calls > 0) AS services
        FROM (SELECT ${key} AS key, r.direction, sum(r.calls) AS calls, sum(r.answered) AS answered,
            sum(r.talk_seconds) AS talk, sum(r.busy_seconds) AS busy
          FROM ${view.tables.callSlot} AS r WHERE ${where(view, part)} GROUP BY 1, 2, r.subject) AS each
        GROUP BY 1, 2`,
  );
  const found = new Map<string, Sums>();
  for (const row of rows) {
    const name = String(row.key);
    const before = found.get(name) ?? NO_SUMS;
    found.set(name, {
      ...before,
      [row.direction]: {
        calls: Number(row.calls),
        answered: Number(row.answered),
        talkSeconds: Number(row.talk),
        busySeconds: Number(row.busy),
      },
      // of both directions never fewer than of one: a bound that errs towards saying less
      services: Math.max(before.services, Number(row.services)),
    });
  }
  return found;
}

/** How long answered incoming calls were, by whatever the expression names. */
async function durationsBy(view: View, part: Part, key: SQL): Promise<ReadonlyMap<string, Durations>> {
  if (view.subjects.length === 0) return new Map();
  const rows = await view.ask<{ key: string | number | null; bucket: number; count: string | number }>(
    // the offset keeps the key from being worked out for each bucket anew
    sql`SELECT k.key, d.bucket, sum(d.count) AS count
        FROM (SELECT ${key} AS key, r.duration_buckets, r.duration_counts FROM ${view.tables.callSlot} AS r
            WHERE ${where(view, part)} AND r.direction = 'IN' OFFSET 0) AS k,
          unnest(k.duration_buckets, k.duration_counts) AS d(bucket, count) GROUP BY 1, 2`,
  );
  const found = new Map<string, Map<number, number>>();
  for (const row of rows) {
    const name = String(row.key);
    const counts = found.get(name) ?? new Map<number, number>();
    found.set(name, counts);
    addDurations(counts, row.bucket, Number(row.count));
  }
  return found;
}

export interface Row {
  readonly key: string;
  readonly sums: Sums;
  readonly durations: () => Promise<Durations>;
}

/** Durations of all rows are asked for in one query, when the first is wanted. */
async function rowsBy(view: View, part: Part, key: SQL): Promise<readonly Row[]> {
  let asked: Promise<ReadonlyMap<string, Durations>> | undefined;
  const ask = () => {
    asked ??= durationsBy(view, part, key);
    return asked;
  };
  return [...(await sumsBy(view, part, key))].map(([name, sums]) => ({
    key: name,
    sums,
    durations: async () => (await ask()).get(name) ?? new Map(),
  }));
}

const nothing = (key: string): Row => ({ key, sums: NO_SUMS, durations: async () => new Map() });

export async function total(view: View, part: Part): Promise<Row> {
  return (await rowsBy(view, part, sql`0`))[0] ?? nothing('0');
}

/** In the buckets' order; they follow one another without a gap. */
export async function series(view: View, buckets: readonly Bucket[]): Promise<readonly Row[]> {
  const part = { fromMs: buckets.at(0)?.fromMs ?? 0, untilMs: buckets.at(-1)?.untilMs ?? 0 };
  const place = sql`width_bucket(r.slot, ${instants(buckets.map(({ fromMs }) => fromMs))})`;
  const found = new Map((await rowsBy(view, part, place)).map((row) => [row.key, row]));
  return buckets.map((_, at) => found.get(String(at + 1)) ?? nothing(String(at + 1)));
}

export const bySubject = (view: View, part: Part) => rowsBy(view, part, sql`r.subject`);

/** A call's own group: that which took it, or that which made it. */
export const byGroup = (view: View, part: Part) =>
  rowsBy(view, part, sql`CASE r.direction WHEN 'IN' THEN r.to_key ELSE r.from_key END`);

export const byFlow = (view: View, part: Part) => rowsBy(view, part, sql`r.from_key || chr(10) || r.to_key`);

export const byLine = (view: View, part: Part) => rowsBy(view, part, sql`r.subject || chr(10) || r.from_key`);

/** Seconds that lines were engaged, and calls received, in each quarter of the local day: 96 of them. */
export async function byQuarterOfDay(
  view: View,
  part: Part,
  offsets: readonly Offset[],
): Promise<readonly { readonly busySeconds: number; readonly received: number }[]> {
  const shift = sql`(SELECT ${numbers(offsets.map(({ offsetMs }) => offsetMs / 1000))})[width_bucket(r.slot, ${instants(
    offsets.map(({ fromMs }) => fromMs),
  )})]`;
  const quarter = sql`((extract(epoch FROM r.slot)::bigint + ${shift}) / 900) % 96`;
  const found = await sumsBy(view, part, quarter);
  return Array.from({ length: 96 }, (_, at) => {
    const { IN, OUT } = found.get(String(at)) ?? NO_SUMS;
    return { busySeconds: IN.busySeconds + OUT.busySeconds, received: IN.calls };
  });
}

export interface Peak {
  readonly fromMs: number;
  readonly busySeconds: number;
  readonly received: number;
}

/** The hour, beginning at any quarter, with the most traffic; undefined where there was none. */
export async function peakHour(view: View, part: Part): Promise<Peak | undefined> {
  if (view.subjects.length === 0) return undefined;
  const [row] = await view.ask<{
    slot_ms: string | number;
    busy: string | number;
    received: string | number;
  }>(
    sql`WITH k AS (SELECT r.slot, sum(r.busy_seconds) AS busy,
            coalesce(sum(r.calls) FILTER (WHERE r.direction = 'IN'), 0) AS received
          FROM ${view.tables.callSlot} AS r WHERE ${where(view, part)} GROUP BY r.slot),
        h AS (SELECT slot, sum(busy) OVER w AS busy, sum(received) OVER w AS received FROM k
          WINDOW w AS (ORDER BY slot RANGE BETWEEN CURRENT ROW AND interval '45 minutes' FOLLOWING))
        SELECT extract(epoch FROM slot) * 1000 AS slot_ms, busy, received FROM h
        WHERE busy > 0 ORDER BY busy DESC, slot LIMIT 1`,
  );
  return (
    row && { fromMs: Number(row.slot_ms), busySeconds: Number(row.busy), received: Number(row.received) }
  );
}
