// The people of one customer as actors: added, switched off and on, listed; erased ones are nobody.
import { and, asc, eq, gt, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Person } from '../../schema/authorization-rules.ts';
import { ACTOR_KINDS } from '../../schema/principal.ts';
import type { Inside } from './authorizations.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

export type ActorRow = Tables['actor']['$inferSelect'];

/** An actor with whether it could sign in by a password. */
export interface FoundPerson {
  readonly row: ActorRow;
  readonly hasPassword: boolean;
  readonly hasDynamicPassword: boolean;
}

type Rows = Pick<Store, 'db' | 'tables'> | Inside;

export type PersonState = 'INVITED' | 'ACTIVE' | 'INACTIVE';

/** `passwords`: whether actors sign in by one, so that who has none is still to come. */
export function personState({ row, hasPassword }: FoundPerson, passwords: boolean): PersonState {
  if (!row.active) return 'INACTIVE';
  return passwords && !hasPassword ? 'INVITED' : 'ACTIVE';
}

function select({ db, tables: { actor, credential } }: Rows, which: SQL | undefined) {
  return db
    .select({
      row: actor,
      hasPassword: sql<boolean>`${credential.passwordHash} IS NOT NULL`,
      hasDynamicPassword: sql<boolean>`${credential.totpConfirmedAt} IS NOT NULL`,
    })
    .from(actor)
    .leftJoin(credential, eq(credential.actorId, actor.actorId))
    .where(and(which, isNull(actor.erasedAt)));
}

/** Active or not. */
export async function findPerson(store: Rows, actorId: string): Promise<FoundPerson | undefined> {
  const [found] = await select(store, eq(store.tables.actor.actorId, actorId));
  return found;
}

export function personOf({ row }: FoundPerson): Person | undefined {
  const kind = ACTOR_KINDS.find((each) => each === row.kind);
  if (kind === undefined) return undefined;
  return { actorId: row.actorId, kind, ...(row.customerId === null ? {} : { customerId: row.customerId }) };
}

export interface PeopleAsk {
  readonly customerId: string;
  readonly kinds?: readonly string[];
  readonly states?: readonly PersonState[];
  readonly passwords: boolean;
  readonly after?: string;
  readonly limit: number;
}

/** By id. */
export async function findPeople(store: Rows, ask: PeopleAsk): Promise<readonly FoundPerson[]> {
  const { actor, credential } = store.tables;
  const none = ask.passwords ? isNull(credential.passwordHash) : sql`false`;
  const conditions: Record<PersonState, SQL | undefined> = {
    INACTIVE: eq(actor.active, false),
    INVITED: and(eq(actor.active, true), none),
    ACTIVE: and(eq(actor.active, true), sql`NOT (${none})`),
  };
  const which = and(
    eq(actor.customerId, ask.customerId),
    ask.kinds === undefined ? undefined : inArray(actor.kind, [...ask.kinds]),
    ask.states === undefined ? undefined : (or(...ask.states.map((each) => conditions[each])) ?? sql`false`),
    ask.after === undefined ? undefined : gt(actor.actorId, ask.after),
  );
  return select(store, which).orderBy(asc(actor.actorId)).limit(ask.limit);
}

/** False where the id is taken, by whomever. */
export async function addPerson(
  { db, tables: { actor } }: Inside,
  person: Pick<ActorRow, 'actorId' | 'kind' | 'displayName' | 'customerId' | 'invitedBy' | 'createdAt'>,
): Promise<boolean> {
  const rows = await db.insert(actor).values(person).onConflictDoNothing().returning();
  return rows.length === 1;
}

export async function switchPerson(
  { db, tables: { actor } }: Inside,
  actorId: string,
  off: { readonly at: Date; readonly by: string } | undefined,
): Promise<void> {
  await db
    .update(actor)
    .set({
      active: off === undefined,
      deactivatedAt: off?.at ?? null,
      deactivatedBy: off?.by ?? null,
    })
    .where(eq(actor.actorId, actorId));
}

/** Whose grants hang on this actor's: those for whom it enabled use. */
export async function holdersUnder(
  { db, tables: { authorization } }: Inside,
  actorId: string,
): Promise<readonly string[]> {
  const rows = await db
    .selectDistinct({ actorId: authorization.actorId })
    .from(authorization)
    .where(
      and(
        eq(authorization.grantorId, actorId),
        isNotNull(authorization.parentId),
        isNull(authorization.revokedAt),
      ),
    );
  return rows.map((row) => row.actorId);
}
