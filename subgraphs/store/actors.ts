// Saves actors with their authorizations, as seeding does: again and again, with the same result.
import { createHash } from 'node:crypto';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { TopicBus } from '../../schema/ports.ts';
import type { Principal } from '../../schema/principal.ts';
import { meaningOf, type NewAuthorizationRow, rowOf, WHOLE_CONTRACT } from './authorization-row.ts';
import { grantsTopic } from './grants.ts';
import type { Store } from './store.ts';

export interface ActorToSave extends Omit<Principal, 'grantVersion' | 'authority'> {
  /** A manager's: all that the customer's contract names, whatever it names. */
  readonly wholeContract?: boolean;
}

/** Rows in one statement: PostgreSQL takes 65,535 parameters. */
const ACTORS_AT_ONCE = 500;

type Transaction = Parameters<Parameters<Store['db']['transaction']>[0]>[0];

/** The actors that were new or changed. Those who aren't named stay as they are. */
export async function saveActors(
  store: Store,
  actors: readonly ActorToSave[],
  options: {
    readonly bus?: TopicBus;
    /** What was saved from the same seed before stays as users have made it since. */
    readonly isSeed?: boolean;
  } = {},
): Promise<readonly string[]> {
  // in one order for everybody, so that two instances that seed at once don't lock each other out
  const byId = new Map(actors.map((actor) => [actor.actorId, actor]));
  const sorted = [...byId.values()].sort((a, b) => (a.actorId < b.actorId ? -1 : 1));
  const changed: string[] = [];
  for (let start = 0; start < sorted.length; start += ACTORS_AT_ONCE) {
    const some = sorted.slice(start, start + ACTORS_AT_ONCE);
    const saved = await store.db.transaction((tx) => saveSome(tx, store, some, options.isSeed === true));
    changed.push(...saved);
    // after the commit: who hears of it reads the store at once
    await Promise.all(saved.map((actorId) => options.bus?.publish(grantsTopic(actorId), 'saved')));
  }
  return changed;
}

function rowsToSave({ actorId, customerId, grants, wholeContract }: ActorToSave): NewAuthorizationRow[] {
  const rows = grants.map((grant) => rowOf(actorId, customerId, grant));
  if (wholeContract !== true) return rows;
  const all = rowOf(actorId, customerId, { functions: [], scope: { kind: 'CUSTOMER' } });
  return [{ ...all, functions: [WHOLE_CONTRACT] }, ...rows];
}

const hashOfSeed = (actor: ActorToSave, rows: readonly NewAuthorizationRow[]): string =>
  createHash('sha256')
    .update(JSON.stringify([actor.kind, actor.displayName, actor.customerId, rows.map(meaningOf).sort()]))
    .digest('base64url');

async function saveSome(
  tx: Transaction,
  store: Store,
  actors: readonly ActorToSave[],
  isSeed: boolean,
): Promise<string[]> {
  const { actor: actorTable, authorization } = store.tables;
  const ids = actors.map((actor) => actor.actorId);
  // grant version 0 marks the new ones: they become 1 below
  await tx
    .insert(actorTable)
    .values(actors.map(({ actorId, kind }) => ({ actorId, kind, grantVersion: 0 })))
    .onConflictDoNothing();
  const stored = await tx
    .select()
    .from(actorTable)
    .where(inArray(actorTable.actorId, ids))
    .orderBy(actorTable.actorId)
    .for('update');
  const inForce = await tx
    .select()
    .from(authorization)
    // what somebody granted meanwhile isn't this function's to take back
    .where(
      and(
        inArray(authorization.actorId, ids),
        isNull(authorization.revokedAt),
        isNull(authorization.grantorId),
      ),
    );

  const meanings = new Map<string, string[]>();
  for (const row of inForce)
    meanings.set(row.actorId, [...(meanings.get(row.actorId) ?? []), meaningOf(row)]);
  const before = new Map(stored.map((row) => [row.actorId, row]));
  const changed: string[] = [];
  for (const actor of actors) {
    const was = before.get(actor.actorId);
    const rows = rowsToSave(actor);
    const seedHash = isSeed ? hashOfSeed(actor, rows) : null;
    if (isSeed && was?.seedHash === seedHash) continue;
    const has = (meanings.get(actor.actorId) ?? []).sort();
    const sameGrants = JSON.stringify(has) === JSON.stringify(rows.map(meaningOf).sort());
    const next = {
      kind: actor.kind,
      displayName: actor.displayName ?? null,
      customerId: actor.customerId ?? null,
      active: true,
      seedHash,
    };
    const sameActor =
      was?.seedHash === next.seedHash &&
      was?.kind === next.kind &&
      was.displayName === next.displayName &&
      was.customerId === next.customerId &&
      was.active;
    // who was erased stays so, whatever is seeded
    if (was === undefined || was.erasedAt !== null || (sameActor && sameGrants && was.grantVersion > 0))
      continue;
    changed.push(actor.actorId);
    await tx
      .update(actorTable)
      .set({ ...next, grantVersion: was.grantVersion + 1 })
      .where(eq(actorTable.actorId, actor.actorId));
    if (sameGrants) continue;
    await tx
      .update(authorization)
      .set({ revokedAt: new Date() })
      .where(
        and(
          eq(authorization.actorId, actor.actorId),
          isNull(authorization.revokedAt),
          isNull(authorization.grantorId),
        ),
      );
    if (rows.length > 0) await tx.insert(authorization).values(rows);
  }
  return changed;
}
