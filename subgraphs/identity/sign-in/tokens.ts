// Tokens: an access token of minutes, a refresh token that is good once, and what happens to who uses it twice.
import { randomUUID } from 'node:crypto';
import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import type { Operation } from '../../../schema/ports.ts';
import { endSessions, openSession, tellEnded } from '../../store/sessions.ts';
import type { Database } from '../../store/store.ts';
import { entryOf, type FaultCode, fault, type KnownActor, type SignIn, type UserFault } from './attempt.ts';
import { clear, networkOf } from './delay.ts';
import { newSecret, secretHash } from './secret.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();

async function newRefreshToken(db: Database, { own, parts }: SignIn, familyId: string, nowMs: number) {
  const { refreshToken } = own.store.tables;
  const secret = newSecret();
  const expiresAtMs = nowMs + parts.refreshLifetimeMs;
  const hash = secretHash('refresh', secret);
  await db.insert(refreshToken).values({ hash, familyId, expiresAt: new Date(expiresAtMs) });
  return { secret, expiresAtMs };
}

async function tokensOf(
  { parts }: SignIn,
  session: { readonly actorId: string; readonly sessionId: string; readonly nowMs: number },
  refresh: { readonly secret: string; readonly expiresAtMs: number },
): Promise<Tokens> {
  const access = await parts.accessTokens.sign(session);
  return {
    accessToken: access.token,
    accessTokenExpiresAt: iso(access.expiresAtMs),
    refreshToken: refresh.secret,
    refreshTokenExpiresAt: iso(refresh.expiresAtMs),
  };
}

/** A session may be refreshed for so long after it was opened; then the actor signs in again. */
const SESSION_LIFETIME_MS = 90 * 24 * 60 * 60 * 1000;

class NotShown extends Error {
  constructor(readonly code: FaultCode) {
    super(code);
  }
}

/**
 * Opens the session of an actor that has shown who it is. `last` is the last that it shows, taken in the same
 * transaction: with a fault nothing is changed, what it took included.
 */
export async function open(
  signIn: SignIn,
  actor: KnownActor,
  operation: Operation,
  last: (tx: Database) => Promise<FaultCode | undefined> = async () => undefined,
): Promise<{ readonly tokens: Tokens } | { readonly code: FaultCode }> {
  try {
    return { tokens: await opened(signIn, actor, operation, last) };
  } catch (error) {
    if (error instanceof NotShown) return { code: error.code };
    throw error;
  }
}

async function opened(
  signIn: SignIn,
  actor: KnownActor,
  operation: Operation,
  last: (tx: Database) => Promise<FaultCode | undefined>,
): Promise<Tokens> {
  const { own } = signIn;
  const { actorId } = actor;
  const { nowMs, origin } = operation;
  const sessionId = randomUUID();
  const before = await lastOrigin(signIn, actorId, nowMs);
  const { refresh, ended } = await own.store.db.transaction(async (tx) => {
    const code = await last(tx);
    if (code !== undefined) throw new NotShown(code);
    const lifetimeMs = SESSION_LIFETIME_MS;
    const over = await openSession(tx, own.store, { id: sessionId, actorId, origin, nowMs, lifetimeMs });
    const made = await newRefreshToken(tx, signIn, sessionId, nowMs);
    await clear(own.store, { actorId, origin, nowMs }, tx);
    await own.audit.append(
      entryOf(operation, { action: 'signIn', outcome: 'DONE', objectId: sessionId }, actor),
      tx,
    );
    return { refresh: made, ended: over };
  });
  noticePlaceChange(signIn, actor, operation, before);
  await tellEnded(own.bus, ended);
  return tokensOf(signIn, { actorId, sessionId, nowMs }, refresh);
}

/** Addresses say nothing of countries: a change of network within minutes is all that can be seen. */
const widerNetwork = (origin: string): string =>
  networkOf(origin)
    .split(/([.:])/)
    .slice(0, 3)
    .join('');

/** Where the actor came from before, if that is so short a time ago that it matters. */
async function lastOrigin(
  { own, parts }: SignIn,
  actorId: string,
  nowMs: number,
): Promise<string | undefined> {
  if (parts.placeChangeMs === 0) return undefined;
  const { tokenFamily } = own.store.tables;
  const [last] = await own.store.db
    .select({ origin: tokenFamily.origin })
    .from(tokenFamily)
    .where(
      and(eq(tokenFamily.actorId, actorId), gt(tokenFamily.createdAt, new Date(nowMs - parts.placeChangeMs))),
    )
    .orderBy(desc(tokenFamily.createdAt))
    .limit(1);
  return last?.origin ?? undefined;
}

function noticePlaceChange(
  { parts }: SignIn,
  { actorId, customerId }: KnownActor,
  { origin, nowMs, requestId }: Operation,
  before: string | undefined,
): void {
  if (origin === undefined || before === undefined || widerNetwork(before) === widerNetwork(origin)) return;
  const of = { actorId, ...(customerId === null ? {} : { customerId }) };
  parts.alarms.raise({ kind: 'PLACE_CHANGE', ...of, origin, atMs: nowMs, requestId });
}

export type Refreshed = { readonly tokens: Tokens } | { readonly fault: UserFault };

/** New tokens for a refresh token; one that was used before ends its session, since two have it. */
export async function refresh(signIn: SignIn, secret: string, operation: Operation): Promise<Refreshed> {
  const { own } = signIn;
  const { store } = own;
  const { nowMs } = operation;
  const { refreshToken, tokenFamily, actor } = store.tables;
  const hash = secretHash('refresh', secret);
  const taken = await store.db.transaction(async (tx) => {
    const now = new Date(nowMs);
    const [found] = await tx
      .select({ actorId: actor.actorId, customerId: actor.customerId, sessionId: tokenFamily.id })
      .from(refreshToken)
      .innerJoin(tokenFamily, eq(tokenFamily.id, refreshToken.familyId))
      .innerJoin(actor, and(eq(actor.actorId, tokenFamily.actorId), eq(actor.active, true)))
      .where(
        and(
          eq(refreshToken.hash, hash),
          isNull(refreshToken.usedAt),
          gt(refreshToken.expiresAt, now),
          isNull(tokenFamily.endedAt),
          gt(tokenFamily.expiresAt, now),
        ),
      )
      // of two that come with it at once, the second waits here, and then finds it used
      .for('update');
    if (found === undefined) return undefined;
    await tx.update(refreshToken).set({ usedAt: now }).where(eq(refreshToken.hash, hash));
    const next = await newRefreshToken(tx, signIn, found.sessionId, nowMs);
    await own.audit.append(
      entryOf(operation, { action: 'refresh', outcome: 'DONE', objectId: found.sessionId }, found),
      tx,
    );
    return { session: { actorId: found.actorId, sessionId: found.sessionId, nowMs }, next };
  });
  if (taken !== undefined) return { tokens: await tokensOf(signIn, taken.session, taken.next) };
  await noticeReuse(signIn, hash, operation);
  return { fault: fault('SESSION_OVER', 'refreshToken') };
}

async function noticeReuse({ own, parts }: SignIn, hash: string, operation: Operation): Promise<void> {
  const { store, audit, bus } = own;
  const { nowMs, requestId, origin } = operation;
  const { refreshToken, tokenFamily, actor } = store.tables;
  const [found] = await store.db
    .select({
      actorId: tokenFamily.actorId,
      customerId: actor.customerId,
      id: tokenFamily.id,
      usedAt: refreshToken.usedAt,
    })
    .from(refreshToken)
    .innerJoin(tokenFamily, eq(tokenFamily.id, refreshToken.familyId))
    .innerJoin(actor, eq(actor.actorId, tokenFamily.actorId))
    .where(eq(refreshToken.hash, hash));
  if (found === undefined || found.usedAt === null) {
    audit.record(entryOf(operation, { action: 'refresh', outcome: 'REFUSED', detail: 'SESSION_OVER' }));
    return;
  }
  const { actorId, customerId, id } = found;
  const ended = await store.db.transaction(async (tx) => {
    const ids = await endSessions(tx, store, { ids: [id], by: 'REUSE', nowMs });
    const tried = { action: 'refresh', outcome: 'REFUSED', objectId: id, detail: 'TOKEN_REUSE' } as const;
    await audit.append(entryOf(operation, tried, found), tx);
    return ids;
  });
  await tellEnded(bus, ended);
  parts.alarms.raise({
    kind: 'TOKEN_REUSE',
    actorId,
    ...(customerId === null ? {} : { customerId }),
    atMs: nowMs,
    requestId,
    ...(origin === undefined ? {} : { origin }),
  });
}

/** Ends the session of the token that asks, or all of its actor's. */
export async function signOut(
  { own }: SignIn,
  which: 'THIS' | 'ALL',
  operation: Operation,
): Promise<UserFault | undefined> {
  const { principal, nowMs } = operation;
  const { actorId, sessionId } = principal;
  const action = which === 'ALL' ? 'signOutEverywhere' : 'signOut';
  if (which === 'THIS' && sessionId === undefined) {
    await own.audit.append(entryOf(operation, { action, outcome: 'REFUSED', detail: 'NO_SESSION' }));
    return fault('NO_SESSION');
  }
  const ended = await own.store.db.transaction(async (tx) => {
    const ending = sessionId === undefined || which === 'ALL' ? { actorId } : { ids: [sessionId] };
    const ids = await endSessions(tx, own.store, { ...ending, by: 'SIGN_OUT', nowMs });
    await own.audit.append(
      entryOf(operation, {
        action,
        outcome: 'DONE',
        ...(sessionId === undefined ? {} : { objectId: sessionId }),
      }),
      tx,
    );
    return ids;
  });
  await tellEnded(own.bus, ended);
  return undefined;
}
