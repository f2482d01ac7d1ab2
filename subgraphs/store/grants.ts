// Reads who an actor is and what it may do: one snapshot, at most a moment old, dropped at once when it changes.
import { and, eq, gt, isNull, or } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { GrantReader, TopicBus } from '../../schema/ports.ts';
import { ACTOR_KINDS, type ActorKind, type Principal } from '../../schema/principal.ts';
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

interface Entry {
  snapshot: Promise<Principal | undefined>;
  readAtMs: number;
  leave: Promise<() => Promise<void>> | undefined;
}

function expire(entry: Entry): void {
  entry.readAtMs = Number.NEGATIVE_INFINITY;
}

function isKind(kind: string): kind is ActorKind {
  return ACTOR_KINDS.some((each) => each === kind);
}

async function readSnapshot(store: Store, actorId: string, nowMs: number): Promise<Principal | undefined> {
  const { actor, authorization } = store.tables;
  const inForce = and(
    eq(authorization.actorId, actor.actorId),
    isNull(authorization.revokedAt),
    or(isNull(authorization.validUntil), gt(authorization.validUntil, new Date(nowMs))),
  );
  const rows = await store.db
    .select({ actor, authorization })
    .from(actor)
    .leftJoin(authorization, inForce)
    .where(and(eq(actor.actorId, actorId), eq(actor.active, true)))
    .orderBy(authorization.id);
  const found = rows[0]?.actor;
  if (found === undefined) return undefined;
  if (!isKind(found.kind)) throw new Error(`actor ${actorId} is of an unknown kind`);
  return {
    actorId,
    kind: found.kind,
    ...(found.customerId === null ? {} : { customerId: found.customerId }),
    ...(found.displayName === null ? {} : { displayName: found.displayName }),
    grants: rows.flatMap((row) => (row.authorization === null ? [] : (grantIn(row.authorization) ?? []))),
    grantVersion: String(found.grantVersion),
  };
}

/** Rejects when the store can't answer; never answers from a snapshot older than `maxAgeMs`. */
export function grantReader(store: Store, options: GrantReaderOptions = {}): GrantReader {
  const { bus, maxAgeMs = 2_000, maxActors = 10_000, now = Date.now } = options;
  const entries = new LRUCache<string, Entry>({
    max: maxActors,
    // the subscription goes with the entry; it outlives the snapshot, which is read anew every two seconds
    dispose: (entry) => void entry.leave?.then((leave) => leave()).catch(() => {}),
    noDisposeOnSet: true,
  });

  function forget(actorId: string): void {
    const entry = entries.peek(actorId);
    // a read under way may have begun before the change: who comes now must not join it
    if (entry !== undefined) expire(entry);
  }

  return {
    async read(actorId) {
      const known = entries.get(actorId);
      // real time: the bound holds whatever instant the operation is answered for
      if (known !== undefined && performance.now() - known.readAtMs < maxAgeMs) return known.snapshot;
      const leave = known?.leave ?? bus?.subscribe(grantsTopic(actorId), () => forget(actorId));
      const entry: Entry = {
        snapshot: readSnapshot(store, actorId, now()),
        readAtMs: performance.now(),
        leave,
      };
      entries.set(actorId, entry);
      // a change between the first read and the start of the listening would be missed: read once more after it
      if (known === undefined) leave?.then(() => expire(entry)).catch(() => {});
      // a failed read isn't kept: the next one asks again
      entry.snapshot.catch(() => expire(entry));
      return entry.snapshot;
    },
  };
}
