// All that the store keeps of a person: gathered for the person to have, or erased so that only references stay.
import { and, desc, eq, getTableColumns, inArray, isNull, or } from 'drizzle-orm';
import { authorityWithout } from './authority.ts';
import { type Inside, revokeBelow, touch } from './authorizations.ts';
import { forgetSignIn } from './sessions.ts';
import type { Store } from './store.ts';

/** The newest of each kind: an answer is bounded, and the audit trail can be paged besides. */
const MAX_ROWS = 1_000;

/** No secret is in it, not as a hash either; undefined for who isn't there. */
export async function gatherPerson(
  { db, tables }: Pick<Store, 'db' | 'tables'>,
  actorId: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { actor, authorization, authority, credential, tokenFamily, auditOrigin, auditEntry, spending } =
    tables;
  const { seedHash: _, ...columns } = getTableColumns(actor);
  const [profile] = await db.select(columns).from(actor).where(eq(actor.actorId, actorId));
  if (profile === undefined) return undefined;
  const [signIn] = await db
    .select({
      passwordSetAt: credential.passwordSetAt,
      dynamicPasswordConfirmedAt: credential.totpConfirmedAt,
    })
    .from(credential)
    .where(eq(credential.actorId, actorId));
  const authorizations = await db
    .select()
    .from(authorization)
    .where(or(eq(authorization.actorId, actorId), eq(authorization.grantorId, actorId)))
    .orderBy(desc(authorization.id))
    .limit(MAX_ROWS);
  const authorities = await db
    .select()
    .from(authority)
    .where(or(eq(authority.actorId, actorId), eq(authority.giverId, actorId)))
    .orderBy(desc(authority.id))
    .limit(MAX_ROWS);
  const sessions = await db
    .select()
    .from(tokenFamily)
    .where(eq(tokenFamily.actorId, actorId))
    .orderBy(desc(tokenFamily.createdAt))
    .limit(MAX_ROWS);
  const addresses = await db
    .select({ reference: auditOrigin.ref, address: auditOrigin.address })
    .from(auditOrigin)
    .where(eq(auditOrigin.actorId, actorId))
    .limit(MAX_ROWS);
  const actions = await db
    .select({
      number: auditEntry.seq,
      atMs: auditEntry.atMs,
      action: auditEntry.action,
      objectId: auditEntry.objectId,
      outcome: auditEntry.outcome,
      origin: auditEntry.origin,
    })
    .from(auditEntry)
    .where(eq(auditEntry.actorId, actorId))
    .orderBy(desc(auditEntry.seq))
    .limit(MAX_ROWS);
  const { moneyAct } = tables;
  const payments = await db
    .select({
      reference: moneyAct.reference,
      kind: moneyAct.kind,
      state: moneyAct.state,
      amount: moneyAct.amount,
      currency: moneyAct.currency,
      parts: moneyAct.parts,
      methodId: moneyAct.methodId,
      madeAt: moneyAct.madeAt,
      endedAt: moneyAct.endedAt,
    })
    .from(moneyAct)
    .where(eq(moneyAct.actorId, actorId))
    .orderBy(desc(moneyAct.number))
    .limit(MAX_ROWS);
  const spendings = await db
    .select()
    .from(spending)
    .where(eq(spending.actorId, actorId))
    .orderBy(desc(spending.reservedAt))
    .limit(MAX_ROWS);
  return {
    profile,
    signIn: signIn ?? null,
    authorizations,
    authorities,
    sessions,
    addresses,
    spendings,
    payments,
    actions,
  };
}

async function endAuthorizations(
  inside: Inside,
  actorId: string,
  by: { readonly revokedAt: Date; readonly revokedBy: string },
): Promise<readonly string[]> {
  const { authorization } = inside.tables;
  const own = await inside.db
    .update(authorization)
    .set(by)
    .where(and(eq(authorization.actorId, actorId), isNull(authorization.revokedAt)))
    .returning({ id: authorization.id });
  const affected: string[] = [];
  for (const { id } of own) affected.push(...(await revokeBelow(inside, id, by)));
  return affected;
}

async function endAuthority(inside: Inside, actorId: string, customerId: string, at: Date, by: string) {
  const { authority } = inside.tables;
  const withdrawn = { withdrawnAt: at, withdrawnBy: by };
  await inside.db
    .update(authority)
    .set(withdrawn)
    .where(and(eq(authority.actorId, actorId), isNull(authority.withdrawnAt)));
  const below = await authorityWithout(inside, customerId, actorId);
  if (below.length === 0) return [];
  const rows = await inside.db
    .update(authority)
    .set(withdrawn)
    .where(inArray(authority.id, [...below]))
    .returning({ actorId: authority.actorId });
  return rows.map((row) => row.actorId);
}

/** For good: the row stays as a reference, so that nobody comes to be it again. Gives whose grants changed. */
export async function erasePerson(
  inside: Inside,
  actorId: string,
  { nowMs, by }: { readonly nowMs: number; readonly by: string },
): Promise<readonly string[]> {
  const { db, tables } = inside;
  const { actor, auditOrigin, securityAlarm } = tables;
  const at = new Date(nowMs);
  const [row] = await db
    .update(actor)
    .set({ displayName: null, active: false, erasedAt: at })
    .where(eq(actor.actorId, actorId))
    .returning({ customerId: actor.customerId });
  const ended = await endAuthorizations(inside, actorId, { revokedAt: at, revokedBy: by });
  const left = row?.customerId == null ? [] : await endAuthority(inside, actorId, row.customerId, at, by);
  await forgetSignIn(db, inside, actorId);
  await db.delete(auditOrigin).where(eq(auditOrigin.actorId, actorId));
  await db.update(securityAlarm).set({ origin: null }).where(eq(securityAlarm.actorId, actorId));
  const affected = [actorId, ...ended, ...left];
  await touch(inside, affected);
  return affected;
}
