// Sessions: families of tokens that came of one sign-in, opened, ended, and asked for at every request.
import { and, desc, eq, gt, inArray, isNull, lt, ne, sql } from 'drizzle-orm';
import type { SessionReader, TopicBus } from '../../schema/ports.ts';
import { createSnapshots } from '../cache/snapshots.ts';
import type { Database, Store } from './store.ts';

/** The topic that says: this session has ended. */
export const sessionTopic = (sessionId: string): string => `session:${sessionId}`;

/** Open sessions of one actor: the next one ends the oldest. */
const MAX_SESSIONS = 20;

export type SessionEnd = 'SIGN_OUT' | 'REUSE' | 'PASSWORD_CHANGED' | 'TOO_MANY' | 'ERASED' | 'BY_MANAGER';

interface Opening {
  readonly id: string;
  readonly actorId: string;
  readonly origin: string | undefined;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

/** The ids of sessions that had to end for it: to be told by `tellEnded` after the transaction. */
export async function openSession(db: Database, store: Store, opening: Opening): Promise<readonly string[]> {
  const { tokenFamily } = store.tables;
  const { id, actorId, origin, nowMs, lifetimeMs } = opening;
  const now = new Date(nowMs);
  const others = await db
    .select({ id: tokenFamily.id })
    .from(tokenFamily)
    .where(and(eq(tokenFamily.actorId, actorId), isNull(tokenFamily.endedAt), gt(tokenFamily.expiresAt, now)))
    .orderBy(desc(tokenFamily.createdAt))
    .offset(MAX_SESSIONS - 1);
  const ended = await endSessions(db, store, { ids: others.map((each) => each.id), by: 'TOO_MANY', nowMs });
  await db.insert(tokenFamily).values({
    id,
    actorId,
    origin: origin ?? null,
    createdAt: now,
    expiresAt: new Date(nowMs + lifetimeMs),
  });
  return ended;
}

type Ending = { readonly by: SessionEnd; readonly nowMs: number } & (
  | { readonly ids: readonly string[] }
  | { readonly actorId: string; readonly but?: string }
);

/** The ids of those that were open and now aren't: to be told by `tellEnded` after the transaction. */
export async function endSessions(
  db: Database,
  store: Pick<Store, 'tables'>,
  ending: Ending,
): Promise<readonly string[]> {
  const { tokenFamily } = store.tables;
  if ('ids' in ending && ending.ids.length === 0) return [];
  const which =
    'ids' in ending
      ? inArray(tokenFamily.id, [...ending.ids])
      : and(
          eq(tokenFamily.actorId, ending.actorId),
          ending.but === undefined ? undefined : ne(tokenFamily.id, ending.but),
        );
  const rows = await db
    .update(tokenFamily)
    .set({ endedAt: new Date(ending.nowMs), endedBy: ending.by })
    .where(and(which, isNull(tokenFamily.endedAt)))
    .returning({ id: tokenFamily.id });
  return rows.map((row) => row.id);
}

export async function tellEnded(bus: TopicBus, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => bus.publish(sessionTopic(id), 'ended')));
}

/** What was begun and not ended: links to a password, challenges. */
export async function forgetLinks(
  db: Database,
  { tables: { passwordLink, signInChallenge } }: Pick<Store, 'tables'>,
  actorId: string,
): Promise<void> {
  await db.delete(passwordLink).where(eq(passwordLink.actorId, actorId));
  await db.delete(signInChallenge).where(eq(signInChallenge.actorId, actorId));
}

/** Everything by which the actor could sign in or be recognized again: for erasure, in its transaction. */
export async function forgetSignIn(
  db: Database,
  store: Pick<Store, 'tables'>,
  actorId: string,
): Promise<void> {
  const { recoveryCode, credential, tokenFamily } = store.tables;
  await forgetLinks(db, store, actorId);
  for (const table of [recoveryCode, credential, tokenFamily])
    await db.delete(table).where(eq(table.actorId, actorId));
}

/** Rows that nobody can need any more. A used refresh token stays as long as its family: its reuse must be seen. */
export async function tidySessions(store: Store, nowMs: number): Promise<void> {
  const { tokenFamily, signInChallenge, passwordLink, signInDelay } = store.tables;
  const dayAgo = new Date(nowMs - 24 * 60 * 60 * 1000);
  await store.db.delete(signInChallenge).where(lt(signInChallenge.expiresAt, dayAgo));
  await store.db.delete(passwordLink).where(lt(passwordLink.expiresAt, dayAgo));
  await store.db.delete(signInDelay).where(lt(signInDelay.lastAt, dayAgo));
  await store.db.delete(tokenFamily).where(lt(tokenFamily.expiresAt, dayAgo));
}

export interface SessionReaderOptions {
  readonly bus?: TopicBus;
  /** Bound on an ending's delay when the bus loses its message. */
  readonly maxAgeMs?: number;
  readonly now: () => number;
}

export function sessionReader(store: Store, options: SessionReaderOptions): SessionReader {
  const { tokenFamily, actor } = store.tables;
  const read = createSnapshots({
    load: async (id) => {
      const rows = await store.db
        .select({ actorId: tokenFamily.actorId, expiresAt: tokenFamily.expiresAt })
        .from(tokenFamily)
        .innerJoin(actor, and(eq(actor.actorId, tokenFamily.actorId), sql`${actor.active}`))
        .where(and(eq(tokenFamily.id, id), isNull(tokenFamily.endedAt)));
      return rows[0];
    },
    topicOf: sessionTopic,
    bus: options.bus,
    maxAgeMs: options.maxAgeMs ?? 2_000,
    max: 10_000,
  });
  return {
    async isOpen(sessionId, actorId) {
      const found = await read(sessionId);
      return found?.actorId === actorId && options.now() < found.expiresAt.getTime();
    },
  };
}
