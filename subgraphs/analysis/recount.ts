// Counts the rollups anew from the records that they are made of: day by day, while gateways go on counting.
import { sql } from 'drizzle-orm';
import type { Store } from '../store/store.ts';
import { MAX_SECONDS } from './call-record.ts';
import { RECORD_COLUMNS, type RecordRow, storedCall } from './fold.ts';
import { lockRollups, replaceSums, rowsOf } from './rollups.ts';
import { createSums } from './slots.ts';

const DAY_MS = 86_400_000;

interface Span {
  readonly subject: number;
  readonly from_ms: number | string | null;
  readonly until_ms: number | string | null;
}

/** What has slots or records, and from when until when. */
async function spansOf({ db, tables }: Store, provider: string | undefined): Promise<readonly Span[]> {
  const { callSubject, callRecord, callSlot } = tables;
  return rowsOf<Span>(
    db,
    sql`SELECT s.id AS subject, extract(epoch FROM least(r.first, o.first)) * 1000 AS from_ms,
          extract(epoch FROM greatest(r.last, o.last)) * 1000 AS until_ms
        FROM ${callSubject} AS s
        LEFT JOIN (SELECT subject, min(started_at) AS first,
            max(started_at + seconds * interval '1 second') AS last
          FROM ${callRecord} WHERE state = 'COUNTED' GROUP BY subject) AS r ON r.subject = s.id
        LEFT JOIN (SELECT subject, min(slot) AS first, max(slot) AS last
          FROM ${callSlot} GROUP BY subject) AS o ON o.subject = s.id
        WHERE ${provider === undefined ? sql`true` : sql`s.provider = ${provider}`} ORDER BY s.id`,
  );
}

async function recountDay(store: Store, subject: number, fromMs: number): Promise<number> {
  const { callRecord, callSubject } = store.tables;
  const untilMs = fromMs + DAY_MS;
  const text = (ms: number) => new Date(ms).toISOString();
  return store.db.transaction(async (tx) => {
    await lockRollups(tx, store);
    const rows = await rowsOf<RecordRow>(
      tx,
      sql`SELECT ${RECORD_COLUMNS} FROM ${callRecord} AS r JOIN ${callSubject} AS s ON s.id = r.subject
          WHERE r.subject = ${subject} AND r.state = 'COUNTED' AND r.started_at < ${text(untilMs)}::timestamptz
            AND r.started_at >= ${text(fromMs - (MAX_SECONDS + 1) * 1000)}::timestamptz
            AND r.started_at + r.seconds * interval '1 second' >= ${text(fromMs)}::timestamptz`,
    );
    const sums = createSums((slotMs) => slotMs >= fromMs && slotMs < untilMs);
    for (const row of rows) sums.add(subject, storedCall(row), 1);
    await replaceSums(tx, store, { subject, fromMs, untilMs }, sums);
    return rows.filter(({ started_ms }) => Number(started_ms) >= fromMs).length;
  });
}

/** Of one provider, or of all; resolves with how many records it counted. */
export async function recount(store: Store, provider?: string): Promise<number> {
  let counted = 0;
  for (const { subject, from_ms, until_ms } of await spansOf(store, provider)) {
    if (from_ms === null || until_ms === null) continue;
    const firstMs = Math.floor(Number(from_ms) / DAY_MS) * DAY_MS;
    for (let dayMs = firstMs; dayMs <= Number(until_ms); dayMs += DAY_MS)
      counted += await recountDay(store, subject, dayMs);
  }
  return counted;
}

/** Has everything that back ends still keep read again, by whichever gateway reads next. */
export async function readAgain({ db, tables: { callReading } }: Store): Promise<void> {
  await db.update(callReading).set({ readUntil: new Date(0) });
}
