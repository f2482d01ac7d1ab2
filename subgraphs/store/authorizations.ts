// Authorizations in the store: read with what the rules need, written so that everyone whom it touches is known.
import { and, arrayContains, desc, eq, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Existing, Person } from '../../schema/authorization-rules.ts';
import { ACTOR_KINDS } from '../../schema/principal.ts';
import { type AuthorizationRow, type NewAuthorizationRow, WHOLE_CONTRACT } from './authorization-row.ts';
import type { Database, Store } from './store.ts';
import type { Tables } from './tables.ts';

export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** The store inside one transaction. */
export interface Inside {
  readonly db: Transaction;
  readonly tables: Tables;
}

/** One change of a customer's authorizations at a time: what is decided holds until it is written. */
export const inside = <T>(
  store: Store,
  customerId: string,
  work: (inside: Inside) => Promise<T>,
): Promise<T> =>
  store.db.transaction(async (db) => {
    await db.execute(
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${`authorizations ${customerId}`}, 0))`,
    );
    return work({ db, tables: store.tables });
  });

/** Undefined for who isn't there, or isn't active. */
export async function personIn(
  { db, tables: { actor } }: Pick<Store, 'db' | 'tables'> | Inside,
  actorId: string,
): Promise<Person | undefined> {
  const [row] = await db
    .select()
    .from(actor)
    .where(and(eq(actor.actorId, actorId), eq(actor.active, true)));
  const kind = ACTOR_KINDS.find((each) => each === row?.kind);
  if (row === undefined || kind === undefined) return undefined;
  return { actorId, kind, ...(row.customerId === null ? {} : { customerId: row.customerId }) };
}

export interface FoundAuthorization {
  readonly row: AuthorizationRow;
  /** The authorization under which it was enabled. */
  readonly parent: AuthorizationRow | null;
}

export async function authorizationIn(
  { db, tables: { authorization } }: Inside,
  id: number,
): Promise<AuthorizationRow | undefined> {
  const [row] = await db.select().from(authorization).where(eq(authorization.id, id));
  return row;
}

export function existing(row: AuthorizationRow): Existing {
  return {
    actorId: row.actorId,
    ...(row.customerId === null ? {} : { customerId: row.customerId }),
    ...(row.grantorId === null ? {} : { grantorId: row.grantorId }),
    enabled: row.parentId !== null,
    wholeContract: row.functions.includes(WHOLE_CONTRACT),
    ...(row.suspendedBy === null ? {} : { suspendedBy: row.suspendedBy }),
    revoked: row.revokedAt !== null,
  };
}

export async function insertAuthorization(
  { db, tables: { authorization } }: Inside,
  row: NewAuthorizationRow,
): Promise<AuthorizationRow> {
  const [made] = await db.insert(authorization).values(row).returning();
  if (made === undefined) throw new Error('an insert that gives no row');
  return made;
}

type Changes = Partial<NewAuthorizationRow>;

/** One version more. */
export async function updateAuthorization(
  { db, tables: { authorization } }: Inside,
  id: number,
  changes: Changes,
): Promise<AuthorizationRow> {
  const [made] = await db
    .update(authorization)
    .set({ ...changes, version: sql`${authorization.version} + 1` })
    .where(eq(authorization.id, id))
    .returning();
  if (made === undefined) throw new Error('an update that gives no row');
  return made;
}

/** What was enabled under it ends with it; whose that was. */
export async function revokeBelow(
  { db, tables: { authorization } }: Inside,
  id: number,
  by: { readonly revokedAt: Date; readonly revokedBy: string },
): Promise<readonly string[]> {
  const ended = await db
    .update(authorization)
    .set({ ...by, version: sql`${authorization.version} + 1` })
    .where(and(eq(authorization.parentId, id), isNull(authorization.revokedAt)))
    .returning({ actorId: authorization.actorId });
  return ended.map(({ actorId }) => actorId);
}

/** Whose authorizations were enabled under it and aren't revoked. */
export async function holdersBelow(
  { db, tables: { authorization } }: Inside,
  id: number,
): Promise<readonly string[]> {
  const rows = await db
    .select({ actorId: authorization.actorId })
    .from(authorization)
    .where(and(eq(authorization.parentId, id), isNull(authorization.revokedAt)));
  return rows.map(({ actorId }) => actorId);
}

/** Their grant version grows; in one order, so that two changes don't lock each other out. */
export async function touch({ db, tables: { actor } }: Inside, actorIds: readonly string[]): Promise<void> {
  for (const actorId of [...new Set(actorIds)].sort()) {
    await db
      .update(actor)
      .set({ grantVersion: sql`${actor.grantVersion} + 1` })
      .where(eq(actor.actorId, actorId));
  }
}

export type StateName = 'PENDING' | 'ACTIVE' | 'SUSPENDED' | 'ENDED';

/** The state in words, of the authorization itself and of the one above it. */
export function stateOf({ row, parent }: FoundAuthorization, nowMs: number): StateName {
  const all = parent === null ? [row] : [row, parent];
  if (all.some((each) => each.revokedAt !== null)) return 'ENDED';
  if (all.some((each) => each.validUntil !== null && each.validUntil.getTime() <= nowMs)) return 'ENDED';
  if (all.some((each) => each.suspendedAt !== null)) return 'SUSPENDED';
  if (all.some((each) => each.validFrom !== null && nowMs < each.validFrom.getTime())) return 'PENDING';
  return 'ACTIVE';
}

/** The same as `stateOf`, for pages that the database makes. */
function stateIs(tables: Tables, parent: Tables['authorization'], nowMs: number): SQL {
  const own = tables.authorization;
  const at = new Date(nowMs);
  return sql`CASE
    WHEN ${own.revokedAt} IS NOT NULL OR ${parent.revokedAt} IS NOT NULL
      OR ${own.validUntil} <= ${at} OR ${parent.validUntil} <= ${at} THEN 'ENDED'
    WHEN ${own.suspendedAt} IS NOT NULL OR ${parent.suspendedAt} IS NOT NULL THEN 'SUSPENDED'
    WHEN ${own.validFrom} > ${at} OR ${parent.validFrom} > ${at} THEN 'PENDING'
    ELSE 'ACTIVE' END`;
}

/** Which rows a reader may see at all. */
export type Readable =
  | { readonly kind: 'EVERYTHING' }
  | { readonly kind: 'CUSTOMER'; readonly customerId: string }
  /** Its own, and those that it gave. */
  | { readonly kind: 'OWN'; readonly actorId: string; readonly customerId: string | null };

export interface AuthorizationAsk {
  readonly readable: Readable;
  readonly id?: number;
  readonly actorId?: string;
  readonly grantorId?: string;
  readonly states?: readonly StateName[];
  readonly function?: string;
  /** Only those with a smaller number. */
  readonly before?: number;
  readonly limit: number;
  readonly nowMs: number;
}

function readableRows({ authorization }: Tables, readable: Readable): SQL | undefined {
  switch (readable.kind) {
    case 'EVERYTHING':
      return undefined;
    case 'CUSTOMER':
      return eq(authorization.customerId, readable.customerId);
    case 'OWN':
      return and(
        readable.customerId === null
          ? isNull(authorization.customerId)
          : eq(authorization.customerId, readable.customerId),
        or(eq(authorization.actorId, readable.actorId), eq(authorization.grantorId, readable.actorId)),
      );
  }
}

/** Newest first. */
export async function findAuthorizations(
  { db, tables }: Pick<Store, 'db' | 'tables'> | Inside,
  ask: AuthorizationAsk,
): Promise<readonly FoundAuthorization[]> {
  const { authorization } = tables;
  const parent = alias(authorization, 'parent');
  // an alias of a table has the table's columns
  const state = stateIs(tables, parent as unknown as Tables['authorization'], ask.nowMs);
  return db
    .select({ row: authorization, parent })
    .from(authorization)
    .leftJoin(parent, eq(parent.id, authorization.parentId))
    .where(
      and(
        readableRows(tables, ask.readable),
        ask.id === undefined ? undefined : eq(authorization.id, ask.id),
        ask.actorId === undefined ? undefined : eq(authorization.actorId, ask.actorId),
        ask.grantorId === undefined ? undefined : eq(authorization.grantorId, ask.grantorId),
        ask.function === undefined ? undefined : arrayContains(authorization.functions, [ask.function]),
        ask.states === undefined ? undefined : inArray(state, [...ask.states]),
        ask.before === undefined ? undefined : lt(authorization.id, ask.before),
      ),
    )
    .orderBy(desc(authorization.id))
    .limit(ask.limit);
}
