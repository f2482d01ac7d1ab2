// Reads who an actor is and what it may do: one snapshot, at most a moment old, dropped at once when it changes.
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { authorityOf } from '../../schema/authority-rules.ts';
import type { GrantReader, TopicBus } from '../../schema/ports.ts';
import { ACTOR_KINDS, type ActorKind, type Principal, type Validity } from '../../schema/principal.ts';
import { createSnapshots } from '../cache/snapshots.ts';
import { authorityGrant, givenAuthority } from './authority.ts';
import { grantIn } from './authorization-row.ts';
import type { Store } from './store.ts';

/** The topic that says: this actor's authorizations have changed. */
export const grantsTopic = (actorId: string): string => `grants:${actorId}`;

export interface GrantReaderOptions {
  /** Without it a change is seen after `maxAgeMs`. */
  readonly bus?: TopicBus;
  /** Bound on a revocation's delay when the bus loses its message. */
  readonly maxAgeMs?: number;
  readonly maxActors?: number;
  readonly now?: () => number;
}

/** Kinds that act on behalf of a customer. */
const OF_CUSTOMERS: ReadonlySet<ActorKind> = new Set(['MANAGER', 'AUTHORIZED_USER', 'SSM_USER']);

type Rows = Pick<Store, 'db' | 'tables'>;

function isKind(kind: string): kind is ActorKind {
  return ACTOR_KINDS.some((each) => each === kind);
}

/** The actor with its authorizations in force, each with the one under which it was enabled. */
function rowsOf({ db, tables }: Rows, actorId: string, nowMs: number) {
  const { actor, authorization, authority } = tables;
  const parent = alias(authorization, 'parent');
  const holder = alias(actor, 'holder');
  const inForce = and(
    eq(authorization.actorId, actor.actorId),
    isNull(authorization.revokedAt),
    isNull(authorization.suspendedAt),
    or(isNull(authorization.validUntil), gt(authorization.validUntil, new Date(nowMs))),
    // what one customer granted is nothing at another
    or(isNull(authorization.customerId), eq(authorization.customerId, actor.customerId)),
  );
  const parentInForce = and(
    eq(parent.id, authorization.parentId),
    isNull(parent.revokedAt),
    isNull(parent.suspendedAt),
  );
  const holderThere = and(
    eq(holder.actorId, parent.actorId),
    eq(holder.active, true),
    eq(holder.customerId, actor.customerId),
  );
  return db
    .select({
      actor,
      authorization,
      parent,
      holder: holder.actorId,
      hasAuthority: sql<boolean>`EXISTS (SELECT FROM ${authority}
        WHERE ${authority.actorId} = ${actor.actorId} AND ${authority.withdrawnAt} IS NULL)`,
    })
    .from(actor)
    .leftJoin(authorization, inForce)
    .leftJoin(parent, parentInForce)
    .leftJoin(holder, holderThere)
    .where(and(eq(actor.actorId, actorId), eq(actor.active, true)))
    .orderBy(authorization.id);
}

async function authorityPeriods(
  store: Rows,
  actorId: string,
  customerId: string | null,
): Promise<readonly Validity[]> {
  if (customerId === null) return [];
  const { given, managers } = await givenAuthority(store, customerId);
  return authorityOf(actorId, given, managers);
}

/** Who it is now, from the rows themselves: also inside a transaction. */
export async function readPrincipal(
  store: Rows,
  actorId: string,
  nowMs: number,
): Promise<Principal | undefined> {
  const rows = await rowsOf(store, actorId, nowMs);
  const found = rows[0]?.actor;
  if (found === undefined) return undefined;
  if (!isKind(found.kind)) throw new Error(`actor ${actorId} is of an unknown kind`);
  // M.3345 §6: without a profile no function is available, and a customer's actor without its customer has none
  if (found.customerId === null && OF_CUSTOMERS.has(found.kind)) return undefined;
  const authority =
    rows[0]?.hasAuthority === true ? await authorityPeriods(store, actorId, found.customerId) : [];
  const grants = rows.flatMap(({ authorization, parent, holder }) => {
    if (authorization === null) return [];
    if (authorization.parentId === null) return grantIn(authorization) ?? [];
    return parent === null || holder === null ? [] : (grantIn(authorization, parent) ?? []);
  });
  return {
    actorId,
    kind: found.kind,
    ...(found.customerId === null ? {} : { customerId: found.customerId }),
    ...(found.displayName === null ? {} : { displayName: found.displayName }),
    grants: [...grants, ...authority.map(authorityGrant)],
    ...(authority.length === 0 ? {} : { authority }),
    grantVersion: String(found.grantVersion),
  };
}

/** Rejects when the store can't answer; never answers from a snapshot older than `maxAgeMs`. */
export function grantReader(store: Store, options: GrantReaderOptions = {}): GrantReader {
  const { bus, maxAgeMs = 2_000, maxActors = 10_000, now = Date.now } = options;
  const read = createSnapshots({
    load: (actorId) => readPrincipal(store, actorId, now()),
    topicOf: grantsTopic,
    bus,
    maxAgeMs,
    max: maxActors,
  });
  return { read };
}
