// Whether a customer's calls are counted at all: asked for each record that comes, so answered from memory.

import { and, eq } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Store } from '../store/store.ts';
import type { Call } from './call-record.ts';

/** A customer that begins is counted from its first reading on, which finds what came before this is asked anew. */
const KEPT_MS = 10_000;
const KEPT = 10_000;

const answers = new WeakMap<Store, LRUCache<string, boolean>>();

async function isKnown({ db, tables: { callRecord } }: Store, record: string): Promise<boolean> {
  const rows = await db
    .select({ record: callRecord.record })
    .from(callRecord)
    .where(eq(callRecord.record, record));
  return rows.length > 0;
}

/** Whether there is anything to count of it, or to take back: a known record is corrected, whoever it names now. */
export async function isCounted(
  store: Store,
  { provider, customerId, record, state }: Call,
): Promise<boolean> {
  const kept = answers.get(store) ?? new LRUCache<string, boolean>({ max: KEPT, ttl: KEPT_MS });
  answers.set(store, kept);
  const key = JSON.stringify([provider, customerId]);
  let isRead = kept.get(key);
  if (isRead === undefined) {
    const { callReading } = store.tables;
    const rows = await store.db
      .select({ provider: callReading.provider })
      .from(callReading)
      .where(and(eq(callReading.provider, provider), eq(callReading.customerId, customerId)));
    isRead = rows.length > 0;
    kept.set(key, isRead);
  }
  // data and messages are the most of all records, and were never counted
  if (isRead && state !== 'NO_CALL') return true;
  return !isRead && state === 'NO_CALL' ? false : isKnown(store, record);
}
