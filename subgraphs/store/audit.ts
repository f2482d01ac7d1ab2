// The audit log: appends entries to the chain, at once or gathered, and keeps addresses beside it by reference.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Audit, AuditEntry } from '../../schema/ports.ts';
import type { Database, Store } from './store.ts';

/** How long a refusal may wait for others, and how many wait at most: what is more is counted in one entry. */
const GATHER_MS = 250;
const MAX_WAITING = 1_000;
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
}

interface Waiting {
  readonly entry: AuditEntry;
  times: number;
}

/** Entries that differ in their instant and request alone are one, with a count: a flood stays short. */
const kindOf = ({ actorId, customerId, action, objectId, outcome, detail, origin }: AuditEntry): string =>
  JSON.stringify([actorId, customerId, action, objectId, outcome, detail, origin]);

/** PostgreSQL's text has no zero character, and UTF-8 no half of a pair. */
const storable = (text: string): string => Buffer.from(text.replaceAll('\0', '\uFFFD')).toString('utf8');

export function createAudit(store: Store, options: AuditOptions = {}): StoredAudit {
  const { onFault = () => {}, onWritten = () => {} } = options;
  const origins = new LRUCache<string, string>({ max: KEPT_ORIGINS });
  const waiting = new Map<string, Waiting>();
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

  async function write(entries: readonly Waiting[], db: Database = store.db): Promise<void> {
    const rows = [];
    for (const { entry, times } of entries) {
      rows.push({
        atMs: entry.atMs,
        actorId: storable(entry.actorId),
        customerId: entry.customerId ?? null,
        action: storable(entry.action),
        objectId: entry.objectId === undefined ? null : storable(entry.objectId),
        outcome: entry.outcome,
        detail: entry.detail === undefined ? null : storable(entry.detail),
        requestId: entry.requestId,
        origin: await originOf(entry, db),
        times,
      });
    }
    await db.insert(store.tables.auditEntry).values(rows);
    onWritten(entries.map(({ entry }) => entry));
  }

  function later(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush().catch(onFault);
    }, GATHER_MS).unref();
  }

  async function writeWaiting(): Promise<void> {
    const entries = [...waiting.values()];
    const missing = lost;
    waiting.clear();
    lost = 0;
    const last = entries.at(-1)?.entry;
    if (last === undefined) return;
    const note: Waiting = {
      entry: {
        atMs: last.atMs,
        actorId: 'gateway',
        action: 'auditOverflow',
        outcome: 'FAILED',
        requestId: last.requestId,
      },
      times: missing,
    };
    try {
      await write(missing > 0 ? [...entries, note] : entries);
    } catch (error) {
      // kept for the next attempt, as far as there is room
      for (const each of entries) keep(each);
      lost += missing;
      later();
      throw error;
    }
  }

  function keep({ entry, times }: Waiting): void {
    const kind = kindOf(entry);
    const same = waiting.get(kind);
    if (same !== undefined) same.times += times;
    else if (waiting.size < MAX_WAITING) waiting.set(kind, { entry, times });
    else lost += times;
  }

  async function flush(): Promise<void> {
    while (flushing !== undefined) await flushing.catch(() => {});
    flushing = writeWaiting().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  return {
    append: (entry, within) => write([{ entry, times: 1 }], within),
    record(entry) {
      keep({ entry, times: 1 });
      later();
    },
    async flush() {
      clearTimeout(timer);
      timer = undefined;
      await flush();
    },
  };
}
