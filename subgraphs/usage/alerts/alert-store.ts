// Alerts and what they told, as the store has them.
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Own } from '../../own.ts';
import type { AlertRow, FiringRow } from './firing.ts';

/** The newest first. */
export async function firedOf({ store }: Own, alertIds: readonly number[]): Promise<readonly FiringRow[]> {
  const { alertFiring } = store.tables;
  return store.db
    .select()
    .from(alertFiring)
    .where(inArray(alertFiring.alertId, [...alertIds]))
    .orderBy(sql`${alertFiring.id} DESC`)
    .limit(1_000);
}

export async function alertById({ store }: Own, id: number): Promise<AlertRow | undefined> {
  const { alert } = store.tables;
  const [row] = await store.db
    .select()
    .from(alert)
    .where(and(eq(alert.id, id), isNull(alert.deletedAt)));
  return row;
}
