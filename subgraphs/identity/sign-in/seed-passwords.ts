// One password for many actors that have none: for demonstrations, never for a real deployment.
import { inArray } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import { createPasswords } from './password.ts';

export async function seedPasswords(
  store: Store,
  actorIds: readonly string[],
  password: string,
  nowMs: number,
): Promise<void> {
  const { credential } = store.tables;
  const there = await store.db
    .select({ actorId: credential.actorId })
    .from(credential)
    .where(inArray(credential.actorId, [...actorIds]));
  const has = new Set(there.map(({ actorId }) => actorId));
  const lacking = actorIds.filter((actorId) => !has.has(actorId));
  if (lacking.length === 0) return;
  const passwordHash = await createPasswords().hash(password);
  const passwordSetAt = new Date(nowMs);
  await store.db
    .insert(credential)
    .values(lacking.map((actorId) => ({ actorId, passwordHash, passwordSetAt })))
    .onConflictDoNothing();
}
