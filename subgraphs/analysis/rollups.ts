// The rollups' rows, read and written many at once: one JSON parameter a statement.

import { type SQL, sql } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/pg-core';
import type { Database, Store } from '../store/store.ts';
import type { CallDirection } from './call-record.ts';
import {
  addDurations,
  type Counts,
  type Dimension,
  isNothing,
  noCounts,
  type SlotKey,
  type Sums,
} from './slots.ts';

/** Rows of a query; the drivers of both databases give them so. */
export async function rowsOf<Row>(db: Database, query: SQL): Promise<readonly Row[]> {
  const answer = (await db.execute(query)) as unknown as { readonly rows: readonly Row[] };
  return answer.rows;
}

/** Whoever counts, counts alone, on whatever instance: until the transaction's end. */
export async function lockRollups(tx: Database, { tables }: Store): Promise<void> {
  const name = `calls ${getTableConfig(tables.callSlot).schema}`;
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

interface SlotRow {
  readonly subject: number;
  readonly dimension: Dimension;
  readonly slot_ms: number | string;
  readonly direction: CallDirection;
  readonly from_key: string;
  readonly to_key: string;
  readonly calls: number;
  readonly answered: number;
  readonly talk_seconds: number | string;
  readonly busy_seconds: number | string;
  readonly duration_buckets: readonly number[];
  readonly duration_counts: readonly number[];
}

const KEY = sql`subject integer, dimension text, slot timestamptz, direction text, from_key text, to_key text`;

const keyJson = ({ subject, dimension, slotMs, direction, fromKey, toKey }: SlotKey) => ({
  subject,
  dimension,
  slot: new Date(slotMs).toISOString(),
  direction,
  from_key: fromKey,
  to_key: toKey,
});

const textOf = (key: SlotKey): string => JSON.stringify(keyJson(key));

function readRow(row: SlotRow): { readonly key: SlotKey; readonly counts: Counts } {
  const { subject, dimension, direction } = row;
  const durations = new Map(row.duration_buckets.map((bucket, at) => [bucket, row.duration_counts[at] ?? 0]));
  return {
    key: {
      subject,
      dimension,
      direction,
      slotMs: Number(row.slot_ms),
      fromKey: row.from_key,
      toKey: row.to_key,
    },
    counts: {
      calls: row.calls,
      answered: row.answered,
      talkSeconds: Number(row.talk_seconds),
      busySeconds: Number(row.busy_seconds),
      durations,
    },
  };
}

function plus(a: Counts, b: Counts): Counts {
  const sum = {
    calls: a.calls + b.calls,
    answered: a.answered + b.answered,
    talkSeconds: a.talkSeconds + b.talkSeconds,
    busySeconds: a.busySeconds + b.busySeconds,
    durations: new Map(a.durations),
  };
  for (const [bucket, count] of b.durations) addDurations(sum.durations, bucket, count);
  return sum;
}

async function write(
  tx: Database,
  { tables: { callSlot } }: Store,
  rows: readonly { readonly key: SlotKey; readonly counts: Counts }[],
): Promise<void> {
  const gone = rows.filter(({ counts }) => isNothing(counts)).map(({ key }) => keyJson(key));
  const kept = rows.filter(({ counts }) => !isNothing(counts));
  if (gone.length > 0)
    await tx.execute(sql`
      DELETE FROM ${callSlot} AS s USING jsonb_to_recordset(${JSON.stringify(gone)}::jsonb) AS k(${KEY})
      WHERE s.subject = k.subject AND s.dimension = k.dimension AND s.slot = k.slot
        AND s.direction = k.direction AND s.from_key = k.from_key AND s.to_key = k.to_key`);
  if (kept.length === 0) return;
  const json = kept.map(({ key, counts }) => {
    const durations = [...counts.durations].sort(([a], [b]) => a - b);
    return {
      ...keyJson(key),
      calls: counts.calls,
      answered: counts.answered,
      talk_seconds: counts.talkSeconds,
      busy_seconds: counts.busySeconds,
      duration_buckets: durations.map(([bucket]) => bucket),
      duration_counts: durations.map(([, count]) => count),
    };
  });
  await tx.execute(sql`
    INSERT INTO ${callSlot}
    SELECT * FROM jsonb_to_recordset(${JSON.stringify(json)}::jsonb) AS r(${KEY}, calls integer, answered integer,
      talk_seconds bigint, busy_seconds bigint, duration_buckets smallint[], duration_counts integer[])
    ON CONFLICT (subject, dimension, slot, direction, from_key, to_key) DO UPDATE SET
      calls = excluded.calls, answered = excluded.answered,
      talk_seconds = excluded.talk_seconds, busy_seconds = excluded.busy_seconds,
      duration_buckets = excluded.duration_buckets, duration_counts = excluded.duration_counts`);
}

/** Adds the sums to what is there; the lock is held. */
export async function addSums(tx: Database, store: Store, sums: Sums): Promise<void> {
  const changes = [...sums.entries()].filter(({ counts }) => !isNothing(counts));
  if (changes.length === 0) return;
  const keys = JSON.stringify(changes.map(({ key }) => keyJson(key)));
  const { callSlot } = store.tables;
  const found = await rowsOf<SlotRow>(
    tx,
    sql`SELECT s.*, extract(epoch FROM s.slot) * 1000 AS slot_ms
        FROM ${callSlot} AS s JOIN jsonb_to_recordset(${keys}::jsonb) AS k(${KEY})
        USING (subject, dimension, slot, direction, from_key, to_key)`,
  );
  const before = new Map(found.map(readRow).map(({ key, counts }) => [textOf(key), counts]));
  const rows = changes.map(({ key, counts }) => ({
    key,
    counts: plus(before.get(textOf(key)) ?? noCounts(), counts),
  }));
  await write(tx, store, rows);
}

/** Puts the sums in the place of what is there, in the subject's slots from the first instant to before the second. */
export async function replaceSums(
  tx: Database,
  store: Store,
  {
    subject,
    fromMs,
    untilMs,
  }: { readonly subject: number; readonly fromMs: number; readonly untilMs: number },
  sums: Sums,
): Promise<void> {
  const [from, until] = [new Date(fromMs).toISOString(), new Date(untilMs).toISOString()];
  await tx.execute(sql`DELETE FROM ${store.tables.callSlot}
    WHERE subject = ${subject} AND slot >= ${from}::timestamptz AND slot < ${until}::timestamptz`);
  await write(
    tx,
    store,
    [...sums.entries()].filter(({ counts }) => !isNothing(counts)),
  );
}
