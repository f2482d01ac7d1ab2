// The audit log: appends entries to the chain, at once or gathered, and keeps addresses beside it by reference.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Audit, AuditEntry } from '../../schema/ports.ts';
import { kindOf, type Waiting, type Which, waitingRoom } from './audit-waiting.ts';
import type { Database, Store } from './store.ts';

/** How long a refusal may wait for others, and how many wait at most: what is more is counted in one entry. */
const GATHER_MS = 250;
const MAX_REFUSALS = 1_000;
/** What staff reads is written as soon; of the same again within this time only how often. */
const REPEATS_MS = 5_000;
const MAX_READS = 10_000;
/** Of one statement: the chain's end stays locked while it runs. */
const MAX_ROWS = 500;
const KEPT_ORIGINS = 10_000;

export interface StoredAudit extends Audit {
  /**
   * With `within`, in that transaction: both are kept or neither. Append last in it, since the chain's end stays locked
   * until it is over. Without it never call this inside a transaction: the embedded database has one connection.
   */
  append(entry: AuditEntry, within?: Database): Promise<void>;
  /** Writes what waits; called at the end, and by tests that look at the log. */
  flush(): Promise<void>;
}

export interface AuditOptions {
  /** Told when gathered entries can't be written; they are tried again. */
  readonly onFault?: (error: unknown) => void;
  /** Told of each batch after it is written, gathered or not. */
  readonly onWritten?: (entries: readonly AuditEntry[]) => void;
  readonly gatherMs?: number;
  readonly repeatsMs?: number;
}

const WRITTEN = [
  'at_ms',
  'actor_id',
  'customer_id',
  'action',
  'object_id',
  'outcome',
  'detail',
  'request_id',
  'origin',
  'times',
] as const;
type Column = (typeof WRITTEN)[number];
const COLUMNS = sql.raw(WRITTEN.join());

/** PostgreSQL's text has no zero character, and UTF-8 no half of a pair. */
const storable = (text: string): string => Buffer.from(text.replaceAll('\0', '\uFFFD')).toString('utf8');

export function createAudit(store: Store, options: AuditOptions = {}): StoredAudit {
  const { onFault = () => {}, onWritten = () => {}, gatherMs = GATHER_MS, repeatsMs = REPEATS_MS } = options;
  const origins = new LRUCache<string, string>({ max: KEPT_ORIGINS });
  const refusals = waitingRoom({ max: MAX_REFUSALS, repeatsMs: 0 });
  const reads = waitingRoom({ max: MAX_READS, repeatsMs });
  const rooms = [refusals, reads];
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;

  async function originOf(entry: AuditEntry, db: Database): Promise<string | null> {
    if (entry.origin === undefined) return null;
    const key = `${entry.actorId}\n${entry.origin}`;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const { auditOrigin } = store.tables;
    const [row] = await db
      .insert(auditOrigin)
      .values({ ref: randomUUID(), actorId: storable(entry.actorId), address: storable(entry.origin) })
      // an update of nothing, so that the row that is there comes back
      .onConflictDoUpdate({
        target: [auditOrigin.actorId, auditOrigin.address],
        set: { address: sql`excluded.address` },
      })
      .returning({ ref: auditOrigin.ref });
    if (row === undefined) return null;
    // a transaction may still be undone, and its row with it
    if (db === store.db) origins.set(key, row.ref);
    return row.ref;
  }

  async function write(
    entries: readonly Pick<Waiting, 'entry' | 'times'>[],
    db: Database = store.db,
  ): Promise<void> {
    const rows: Record<Column, string | number | null>[] = [];
    for (const { entry, times } of entries) {
      const { customerId, objectId, detail } = entry;
      rows.push({
        at_ms: entry.atMs,
        actor_id: storable(entry.actorId),
        customer_id: customerId === undefined ? null : storable(customerId),
        action: storable(entry.action),
        object_id: objectId === undefined ? null : storable(objectId),
        outcome: entry.outcome,
        detail: detail === undefined ? null : storable(detail),
        request_id: storable(entry.requestId),
        origin: await originOf(entry, db),
        times,
      });
    }
    // one parameter: hundreds of rows with ten each would cost more to write down than to keep
    await db.execute(sql`INSERT INTO ${store.tables.auditEntry} (${COLUMNS})
      SELECT ${COLUMNS} FROM json_populate_recordset(NULL::${store.tables.auditEntry}, ${JSON.stringify(rows)})`);
    onWritten(entries.map(({ entry }) => entry));
  }

  function later(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush('DUE')
        .catch(onFault)
        .finally(() => {
          if (rooms.some((room) => !room.isEmpty())) later();
        });
    }, gatherMs).unref();
  }

  async function writeWaiting(which: Which): Promise<void> {
    const waited = rooms.flatMap((room) => room.take(which).map((each) => ({ ...each, room })));
    const last = waited.at(-1)?.entry;
    if (last === undefined) return;
    const note = { entry: overflow(last), times: lost, kind: '', room: undefined };
    const entries = lost > 0 ? [...waited, note] : waited;
    lost = 0;
    let done = 0;
    try {
      for (; done < entries.length; done += MAX_ROWS) await write(entries.slice(done, done + MAX_ROWS));
    } catch (error) {
      // kept for the next attempt, as far as there is room
      for (const each of entries.slice(done)) if (each.room?.takeBack(each) !== true) lost += each.times;
      later();
      throw error;
    }
  }

  async function flush(which: Which): Promise<void> {
    while (flushing !== undefined) await flushing.catch(() => {});
    flushing = writeWaiting(which).finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  return {
    append: (entry, within) => write([{ entry, times: 1 }], within),
    record(entry) {
      if (!refusals.add(kindOf(entry), '', () => entry)) lost += 1;
      later();
    },
    recordReads(entry, customerIds) {
      const kind = kindOf(entry);
      for (const customerId of customerIds) {
        const ofCustomer = () => ({ ...entry, customerId, objectId: customerId });
        if (!reads.add(kind, customerId, ofCustomer)) lost += 1;
      }
      later();
    },
    async flush() {
      clearTimeout(timer);
      timer = undefined;
      await flush('ALL');
    },
  };
}

const overflow = ({ atMs, requestId }: AuditEntry): AuditEntry => ({
  atMs,
  actorId: 'gateway',
  action: 'auditOverflow',
  outcome: 'FAILED',
  requestId,
});
