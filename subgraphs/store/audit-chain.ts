// Reads the audit log from its beginning and tells whether it is whole: nothing missing, changed or put elsewhere.
import { createHash } from 'node:crypto';
import { asc, gt } from 'drizzle-orm';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Row = Tables['auditEntry']['$inferSelect'];

export interface ChainFault {
  readonly seq: number;
  readonly kind: 'MISSING' | 'CHANGED' | 'NOT_LINKED' | 'CUT_OFF';
}

export interface ChainReport {
  readonly entries: number;
  /** The last entry's number and hash: kept elsewhere, they prove later that nothing was cut off and written anew. */
  readonly head: { readonly seq: number; readonly hash: string };
  readonly faults: readonly ChainFault[];
}

const PAGE = 1_000;
const MAX_FAULTS = 100;
const BEGINNING = '0'.repeat(64);

/** SHA-256 of the entry as a JSON list, the hash before it included: what the database computes when it appends. */
export function hashOf(row: Omit<Row, 'hash'>): string {
  const { seq, previousHash, atMs, times, actorId, customerId, action, objectId } = row;
  const { outcome, detail, requestId, origin } = row;
  const link = [seq, previousHash, atMs, times, actorId, customerId, action, objectId];
  const text = JSON.stringify([...link, outcome, detail, requestId, origin]);
  return createHash('sha256').update(text).digest('hex');
}

function faultsOf(row: Row, before: { readonly seq: number; readonly hash: string }): ChainFault[] {
  const faults: ChainFault[] = [];
  if (row.seq !== before.seq + 1) faults.push({ seq: before.seq + 1, kind: 'MISSING' });
  if (hashOf(row) !== row.hash) faults.push({ seq: row.seq, kind: 'CHANGED' });
  if (row.previousHash !== before.hash) faults.push({ seq: row.seq, kind: 'NOT_LINKED' });
  return faults;
}

/** `known`: a head that was noted before; the chain must still go through it. */
export async function verifyChain(
  store: Store,
  known?: { readonly seq: number; readonly hash: string },
): Promise<ChainReport> {
  const { auditEntry, auditHead } = store.tables;
  const [end] = await store.db.select().from(auditHead);
  const faults: ChainFault[] = [];
  let before = { seq: 0, hash: BEGINNING };
  let entries = 0;
  for (;;) {
    const rows = await store.db
      .select()
      .from(auditEntry)
      .where(gt(auditEntry.seq, before.seq))
      .orderBy(asc(auditEntry.seq))
      .limit(PAGE);
    for (const row of rows) {
      if (faults.length < MAX_FAULTS) faults.push(...faultsOf(row, before));
      if (known?.seq === row.seq && known.hash !== row.hash) faults.push({ seq: row.seq, kind: 'CHANGED' });
      before = { seq: row.seq, hash: row.hash };
      entries += 1;
    }
    if (rows.length < PAGE) break;
  }
  const expected = Math.max(end?.seq ?? 0, known?.seq ?? 0);
  // entries that came while we read are behind the head that was read first
  if (before.seq < expected) faults.push({ seq: before.seq + 1, kind: 'CUT_OFF' });
  if (end === undefined) faults.push({ seq: before.seq, kind: 'CUT_OFF' });
  if (before.seq === end?.seq && before.hash !== end.hash) faults.push({ seq: end.seq, kind: 'CHANGED' });
  return { entries, head: before, faults };
}
