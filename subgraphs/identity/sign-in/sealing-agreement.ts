// Instances that share a store seal with the same keys: one that has others is refused at its start, not at a sign-in.
import { asc, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import { sealingKeyId } from './sealed.ts';

/**
 * Registers the key that this instance seals with.
 * @throws where something here can't be opened with these keys, or another instance seals with one that isn't among them
 */
export async function agreeOnSealing(store: Store, keys: readonly Buffer[], nowMs: number): Promise<void> {
  const { sealingKey, credential } = store.tables;
  const own = keys.map(sealingKeyId);
  const [first] = own;
  if (first === undefined) throw new Error('SEALING_KEY_FILE: no key');
  await store.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended('sealing keys', 0))`);
    const used = await tx
      .selectDistinct({ id: sql<string>`split_part(${credential.totpSecret}, '.', 2)` })
      .from(credential)
      .where(isNotNull(credential.totpSecret));
    const unreadable = used.filter(({ id }) => !own.includes(id)).map(({ id }) => id);
    if (unreadable.length > 0)
      throw new Error(
        `SEALING_KEY_FILE: secrets in the database are sealed with ${unreadable.join()}, which is not among its keys (${own.join()})`,
      );
    const known = await tx.select().from(sealingKey).orderBy(asc(sealingKey.registeredAt));
    const latest = known.at(-1)?.id;
    if (latest !== undefined && !own.includes(latest))
      throw new Error(
        `SEALING_KEY_FILE: another instance on this database seals with ${latest}, which is not among its keys (${own.join()}): give all instances the same file`,
      );
    // what nothing is sealed with any more, and the file has no more, was replaced
    const gone = known.map(({ id }) => id).filter((id) => !own.includes(id));
    if (gone.length > 0) await tx.delete(sealingKey).where(inArray(sealingKey.id, gone));
    if (known.some(({ id }) => id === first)) return;
    await tx.insert(sealingKey).values({ id: first, registeredAt: new Date(nowMs) });
  });
}
