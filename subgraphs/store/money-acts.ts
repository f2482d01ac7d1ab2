// Rows of what moves money: written before a back end is asked, led by one instance at a time, ended once.
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { AuditEntry } from '../../schema/ports.ts';
import type { StoredAudit } from './audit.ts';
import type { Inside } from './authorizations.ts';
import type { MoneyAct } from './money-tables.ts';
import type { Spending } from './spending.ts';
import type { Store } from './store.ts';

/** Longer than one attempt takes, from its first call to the last: then somebody else may go on. */
const LEASE = sql`interval '15 seconds'`;

export type NewMoneyAct = Omit<
  MoneyAct,
  'number' | 'state' | 'refusal' | 'backEndId' | 'endedAt' | 'sentAt' | 'leaseUntil'
>;

type Where = Pick<Store, 'db' | 'tables'> | Inside;

/** With the lease of who writes it. Undefined: the key is taken. */
export async function begin({ db, tables: { moneyAct } }: Where, act: NewMoneyAct) {
  const [row] = await db
    .insert(moneyAct)
    .values({
      ...act,
      state: 'SENDING',
      sentAt: sql`clock_timestamp()`,
      leaseUntil: sql`clock_timestamp() + ${LEASE}`,
    })
    .onConflictDoNothing()
    .returning();
  return row;
}

export async function actByKey(
  { db, tables: { moneyAct } }: Where,
  actorId: string,
  key: string,
): Promise<MoneyAct | undefined> {
  const [row] = await db
    .select()
    .from(moneyAct)
    .where(and(eq(moneyAct.actorId, actorId), eq(moneyAct.key, key)));
  return row;
}

export async function actByReference(
  { db, tables: { moneyAct } }: Where,
  reference: string,
): Promise<MoneyAct | undefined> {
  const [row] = await db.select().from(moneyAct).where(eq(moneyAct.reference, reference));
  return row;
}

/** What of the objects is being paid right now, or was a moment ago: a back end may not show it yet. */
export async function recentParts(
  { db, tables: { moneyAct } }: Where,
  customerId: string,
): Promise<readonly MoneyAct[]> {
  return db
    .select()
    .from(moneyAct)
    .where(
      and(
        eq(moneyAct.customerId, customerId),
        eq(moneyAct.kind, 'PAYMENT'),
        inArray(moneyAct.state, ['SENDING', 'DONE']),
        sql`(${moneyAct.state} = 'SENDING' OR ${moneyAct.sentAt} > clock_timestamp() - interval '10 minutes')`,
      ),
    );
}

export interface Leased {
  readonly act: MoneyAct;
  /** Since it was last sent, on the database's clock. */
  readonly sentAgoMs: number;
}

/** Undefined where somebody else leads it, or it has ended. */
export async function lease(
  { db, tables: { moneyAct } }: Where,
  reference: string,
): Promise<Leased | undefined> {
  const [row] = await db
    .update(moneyAct)
    .set({ leaseUntil: sql`clock_timestamp() + ${LEASE}` })
    .where(
      and(
        eq(moneyAct.reference, reference),
        eq(moneyAct.state, 'SENDING'),
        sql`${moneyAct.leaseUntil} <= clock_timestamp()`,
      ),
    )
    .returning({
      act: moneyAct,
      sentAgoMs: sql<string>`extract(epoch FROM clock_timestamp() - ${moneyAct.sentAt}) * 1000`,
    });
  return row && { act: row.act, sentAgoMs: Number(row.sentAgoMs) };
}

/** Anybody may go on with it. */
export async function letGo({ db, tables: { moneyAct } }: Where, reference: string): Promise<void> {
  await db
    .update(moneyAct)
    .set({ leaseUntil: sql`clock_timestamp()` })
    .where(and(eq(moneyAct.reference, reference), eq(moneyAct.state, 'SENDING')));
}

/** It is about to be sent again: from now on it counts as sent now. */
export async function resent({ db, tables: { moneyAct } }: Where, reference: string): Promise<void> {
  await db
    .update(moneyAct)
    .set({ sentAt: sql`clock_timestamp()`, leaseUntil: sql`clock_timestamp() + ${LEASE}` })
    .where(eq(moneyAct.reference, reference));
}

/** Those that nobody leads, the longest waiting first. */
export async function forsaken(
  { db, tables: { moneyAct } }: Where,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db
    .select({ reference: moneyAct.reference })
    .from(moneyAct)
    .where(and(eq(moneyAct.state, 'SENDING'), sql`${moneyAct.leaseUntil} <= clock_timestamp()`))
    .orderBy(moneyAct.leaseUntil)
    .limit(limit);
  return rows.map(({ reference }) => reference);
}

export interface Ending {
  readonly state: 'DONE' | 'REFUSED';
  readonly backEndId?: string;
  readonly refusal?: string;
  readonly nowMs: number;
}

interface Books {
  readonly store: Store;
  readonly spending: Spending;
  readonly audit: StoredAudit;
}

/** Outcome, amount limits and audit entry in one transaction; the first outcome stands. */
export async function end(
  { store, spending, audit }: Books,
  { reference, actorId, spendKeys }: MoneyAct,
  { state, backEndId, refusal, nowMs }: Ending,
  entry: AuditEntry,
): Promise<void> {
  const { moneyAct } = store.tables;
  await store.db.transaction(async (db) => {
    const rows = await db
      .update(moneyAct)
      .set({
        state,
        endedAt: new Date(nowMs),
        ...(backEndId === undefined ? {} : { backEndId }),
        ...(refusal === undefined ? {} : { refusal }),
      })
      .where(and(eq(moneyAct.reference, reference), eq(moneyAct.state, 'SENDING')))
      .returning({ reference: moneyAct.reference });
    if (rows.length === 0) return;
    for (const key of spendKeys)
      await (state === 'DONE'
        ? spending.settle({ actorId, key }, db)
        : spending.release({ actorId, key }, db));
    await audit.append(entry, db);
  });
}

/** It certainly never reached the back end: the key is free again. */
export async function undo(
  { store, spending, audit }: Books,
  { reference, actorId, spendKeys }: MoneyAct,
  entry: AuditEntry,
): Promise<void> {
  const { moneyAct } = store.tables;
  await store.db.transaction(async (db) => {
    const rows = await db
      .delete(moneyAct)
      .where(and(eq(moneyAct.reference, reference), eq(moneyAct.state, 'SENDING')))
      .returning({ reference: moneyAct.reference });
    if (rows.length === 0) return;
    for (const key of spendKeys) await spending.release({ actorId, key }, db);
    await audit.append(entry, db);
  });
}
