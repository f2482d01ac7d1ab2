// Counts records into the rollups: each once, a correction in the place of what it corrects, all or nothing.
import { sql } from 'drizzle-orm';
import type { Database, Store } from '../store/store.ts';
import { type Call, type CallDirection, type CallState, replaces } from './call-record.ts';
import { addSums, lockRollups, rowsOf } from './rollups.ts';
import { createSums } from './slots.ts';

/** A clock of a back end may be so much ahead of ours. */
const AHEAD_MS = 5 * 60_000;
/** Records whose time has come are counted so many at a time. */
const DUE_AT_ONCE = 500;

/** A record as the store has it. */
export interface StoredCall extends Call {
  readonly subject: number;
}

export interface RecordRow {
  readonly record: string;
  readonly subject: number;
  readonly provider: string;
  readonly customer_id: string;
  readonly service_id: string;
  readonly state: CallState;
  readonly started_ms: number | string | null;
  readonly direction: CallDirection;
  readonly answered: boolean;
  readonly seconds: number;
  readonly from_group: string;
  readonly to_group: string;
  readonly line: string;
  readonly revision: number | string;
  readonly stated_ms: number | string;
}

export const RECORD_COLUMNS = sql`r.record, r.subject, s.provider, s.customer_id, s.service_id, r.state,
  extract(epoch FROM r.started_at) * 1000 AS started_ms, r.direction, r.answered, r.seconds, r.from_group, r.to_group,
  r.line, r.revision, extract(epoch FROM r.stated_at) * 1000 AS stated_ms`;

export const storedCall = (row: RecordRow): StoredCall => ({
  record: row.record,
  subject: row.subject,
  provider: row.provider,
  customerId: row.customer_id,
  serviceId: row.service_id,
  state: row.state,
  startedMs: row.started_ms === null ? null : Number(row.started_ms),
  direction: row.direction,
  answered: row.answered,
  seconds: row.seconds,
  fromGroup: row.from_group,
  toGroup: row.to_group,
  line: row.line,
  revision: Number(row.revision),
  statedAtMs: Number(row.stated_ms),
});

const subjectText = ({ provider, customerId, serviceId }: Call): string =>
  JSON.stringify([provider, customerId, serviceId]);

/** The numbers of all subjects that the calls name; made where they are new. */
async function subjectsOf(tx: Database, { tables: { callSubject } }: Store, calls: readonly Call[]) {
  const wanted = new Map(calls.map((call) => [subjectText(call), call]));
  const json = JSON.stringify(
    [...wanted.values()].map(({ provider, customerId, serviceId }) => ({
      provider,
      customer_id: customerId,
      service_id: serviceId,
    })),
  );
  const named = sql`jsonb_to_recordset(${json}::jsonb) AS k(provider text, customer_id text, service_id text)`;
  await tx.execute(sql`INSERT INTO ${callSubject} (provider, customer_id, service_id)
    SELECT k.provider, k.customer_id, k.service_id FROM ${named}
    WHERE NOT EXISTS (SELECT FROM ${callSubject} AS s WHERE s.provider = k.provider
      AND s.customer_id = k.customer_id AND s.service_id = k.service_id)
    ON CONFLICT DO NOTHING`);
  const rows = await rowsOf<{ id: number; provider: string; customer_id: string; service_id: string }>(
    tx,
    sql`SELECT s.* FROM ${callSubject} AS s JOIN ${named} USING (provider, customer_id, service_id)`,
  );
  return new Map(
    rows.map((row) => [JSON.stringify([row.provider, row.customer_id, row.service_id]), row.id]),
  );
}

async function keep(tx: Database, { tables: { callRecord } }: Store, calls: readonly StoredCall[]) {
  const json = calls.map((call) => ({
    record: call.record,
    subject: call.subject,
    state: call.state,
    started_at: call.startedMs === null ? null : new Date(call.startedMs).toISOString(),
    direction: call.direction,
    answered: call.answered,
    seconds: call.seconds,
    from_group: call.fromGroup,
    to_group: call.toGroup,
    line: call.line,
    revision: call.revision,
    stated_at: new Date(call.statedAtMs).toISOString(),
  }));
  await tx.execute(sql`
    INSERT INTO ${callRecord}
    SELECT * FROM jsonb_to_recordset(${JSON.stringify(json)}::jsonb) AS r(record uuid, subject integer, state text,
      started_at timestamptz, direction text, answered boolean, seconds integer, from_group text, to_group text,
      line text, revision bigint, stated_at timestamptz)
    ON CONFLICT (record) DO UPDATE SET subject = excluded.subject, state = excluded.state,
      started_at = excluded.started_at, direction = excluded.direction, answered = excluded.answered,
      seconds = excluded.seconds, from_group = excluded.from_group, to_group = excluded.to_group,
      line = excluded.line, revision = excluded.revision, stated_at = excluded.stated_at`);
}

/** What of a call is counted, and where: two that agree in it need no change of the rollups. */
const countedText = (call: StoredCall): string =>
  JSON.stringify([
    call.subject,
    call.state,
    call.startedMs,
    call.direction,
    call.answered,
    call.seconds,
    call.fromGroup,
    call.toGroup,
    call.line,
  ]);

interface Change {
  readonly before: StoredCall | undefined;
  readonly after: StoredCall;
}

async function settle(tx: Database, store: Store, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await keep(
    tx,
    store,
    changes.map(({ after }) => after),
  );
  const sums = createSums();
  for (const { before, after } of changes) {
    if (before !== undefined) sums.add(before.subject, before, -1);
    sums.add(after.subject, after, 1);
  }
  await addSums(tx, store, sums);
}

/** One after another, as if each had come alone: what there is to write in the end. */
function lastWords(
  calls: readonly Call[],
  known: ReadonlyMap<string, StoredCall>,
): readonly { readonly before: StoredCall | undefined; readonly call: Call }[] {
  const last = new Map<string, Call>();
  for (const call of calls) {
    const before = last.get(call.record) ?? known.get(call.record);
    // what was never a call leaves no trace
    if (before === undefined ? call.state !== 'NO_CALL' : replaces(call, before)) last.set(call.record, call);
  }
  return [...last.values()].flatMap((call) => {
    const before = known.get(call.record);
    return before !== undefined && isSame(before, call) ? [] : [{ before, call }];
  });
}

/** In one transaction; resolves with how many records were new or said something new. */
export async function fold(store: Store, calls: readonly Call[], nowMs: number): Promise<number> {
  if (calls.length === 0) return 0;
  const { callRecord, callSubject } = store.tables;
  return store.db.transaction(async (tx) => {
    await lockRollups(tx, store);
    const ids = JSON.stringify([...new Set(calls.map(({ record }) => record))].map((record) => ({ record })));
    const rows = await rowsOf<RecordRow>(
      tx,
      sql`SELECT ${RECORD_COLUMNS} FROM ${callRecord} AS r JOIN ${callSubject} AS s ON s.id = r.subject
          JOIN jsonb_to_recordset(${ids}::jsonb) AS k(record uuid) ON k.record = r.record`,
    );
    const words = lastWords(calls, new Map(rows.map((row) => [row.record, storedCall(row)])));
    if (words.length === 0) return 0;
    const subjects = await subjectsOf(
      tx,
      store,
      words.map(({ call }) => call),
    );
    await settle(
      tx,
      store,
      words.map(({ before, call }) => ({
        before,
        after: {
          ...call,
          state: stateAt(call, nowMs),
          subject: subjects.get(subjectText(call)) ?? missing(call),
        },
      })),
    );
    return words.filter(({ before, call }) => before === undefined || !saysAsMuch(before, call)).length;
  });
}

function stateAt({ state, startedMs }: Call, nowMs: number): CallState {
  return state === 'COUNTED' && startedMs !== null && startedMs > nowMs + AHEAD_MS ? 'FUTURE' : state;
}

/** The very sighting that is kept already. */
function isSame(before: StoredCall, call: Call): boolean {
  return (
    before.revision === call.revision && before.statedAtMs === call.statedAtMs && saysAsMuch(before, call)
  );
}

/** The clock decides between COUNTED and FUTURE, not the back end. */
function saysAsMuch(before: StoredCall, call: Call): boolean {
  const state = before.state === 'FUTURE' ? 'COUNTED' : before.state;
  const same = subjectText(before) === subjectText(call);
  return same && countedText({ ...before, state }) === countedText({ ...call, subject: before.subject });
}

function missing(call: Call): never {
  throw new Error(`no subject was made for a record of ${call.provider}`);
}

/** Counts records that were dated ahead and whose time has come; resolves with how many. */
export async function countDue(store: Store, nowMs: number): Promise<number> {
  const { callRecord, callSubject } = store.tables;
  const due = await store.db.transaction(async (tx) => {
    await lockRollups(tx, store);
    const until = new Date(nowMs + AHEAD_MS).toISOString();
    const rows = await rowsOf<RecordRow>(
      tx,
      sql`SELECT ${RECORD_COLUMNS} FROM ${callRecord} AS r JOIN ${callSubject} AS s ON s.id = r.subject
          WHERE r.state = 'FUTURE' AND r.started_at <= ${until}::timestamptz LIMIT ${DUE_AT_ONCE}`,
    );
    const changes = rows.map(storedCall).map((before) => ({
      before,
      after: { ...before, state: 'COUNTED' } as const,
    }));
    await settle(tx, store, changes);
    return changes.length;
  });
  return due < DUE_AT_ONCE ? due : due + (await countDue(store, nowMs));
}
