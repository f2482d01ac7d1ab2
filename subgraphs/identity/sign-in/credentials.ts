// What actors do with their own credentials: change and reset the password, set up and remove the dynamic one.
import { and, eq, gt } from 'drizzle-orm';
import type { Operation } from '../../../schema/ports.ts';
import { endSessions, tellEnded } from '../../store/sessions.ts';
import type { Store } from '../../store/store.ts';
import { entryOf, type FaultCode, fault, type SignIn, type UserFault } from './attempt.ts';
import { forgive } from './delay.ts';
import { judgeCode, newTotp, replaceRecoveryCodes, spendStep } from './dynamic-password.ts';
import { passwordFault } from './password.ts';
import { newSecret, secretHash } from './secret.ts';
import { admitted, credentialOf, late, spend, typedId } from './sign-in.ts';

const LINK_MS = 30 * 60 * 1000;
const LINK_EVERY_MS = 5 * 60 * 1000;

type Outcome<T = unknown> = ({ readonly fault?: undefined } & T) | { readonly fault: UserFault };

async function refused(
  { own }: SignIn,
  operation: Operation,
  action: string,
  code: FaultCode,
  field?: string,
): Promise<{ readonly fault: UserFault }> {
  await own.audit.append(entryOf(operation, { action, outcome: 'REFUSED', detail: code }));
  return { fault: fault(code, field) };
}

/** Who changes a credential shows once more that it knows the password: a token may be stolen. */
async function confirmed(
  around: SignIn,
  operation: Operation,
  action: string,
  password: string,
): Promise<Outcome<{ readonly found: NonNullable<Awaited<ReturnType<typeof credentialOf>>> }>> {
  const { actorId } = operation.principal;
  const admission = await admitted(around, actorId, 'PASSWORD', operation);
  if (admission.kind === 'LATER') return late(around, operation, action, admission.retryAfterMs);
  const found = await credentialOf(around, actorId);
  const right = await around.passwords.check(password, found?.credential.passwordHash ?? undefined);
  if (right === 'BUSY') return { fault: fault('BUSY') };
  if (!right || found === undefined) return refused(around, operation, action, 'WRONG_PASSWORD', 'password');
  const { origin, nowMs } = operation;
  await forgive(around.own.store, { actorId, origin, step: 'PASSWORD', nowMs });
  return { found };
}

async function setPassword(
  { own, passwords }: SignIn,
  operation: Operation,
  change: {
    readonly actorId: string;
    readonly customerId: string | null;
    readonly password: string;
    readonly action: string;
    readonly but?: string;
  },
): Promise<void> {
  const { actorId, password, action, but } = change;
  const { store, bus, audit } = own;
  const { nowMs } = operation;
  const passwordHash = await passwords.hash(password);
  const passwordSetAt = new Date(nowMs);
  const ended = await store.db.transaction(async (tx) => {
    const { credential, passwordLink, signInChallenge } = store.tables;
    await tx
      .insert(credential)
      .values({ actorId, passwordHash, passwordSetAt })
      .onConflictDoUpdate({ target: credential.actorId, set: { passwordHash, passwordSetAt } });
    // whoever came in with the old one is out, and so is what was begun with it
    await tx.delete(passwordLink).where(eq(passwordLink.actorId, actorId));
    await tx.delete(signInChallenge).where(eq(signInChallenge.actorId, actorId));
    const which = but === undefined ? { actorId } : { actorId, but };
    const ids = await endSessions(tx, store, { ...which, by: 'PASSWORD_CHANGED', nowMs });
    await audit.append(entryOf(operation, { action, outcome: 'DONE', objectId: actorId }, change), tx);
    return ids;
  });
  await tellEnded(bus, ended);
}

/** Ends all sessions but the one that asks. */
export async function changePassword(
  around: SignIn,
  input: { readonly password: string; readonly newPassword: string },
  operation: Operation,
): Promise<Outcome> {
  const action = 'changePassword';
  const { actorId, sessionId } = operation.principal;
  const outcome = await confirmed(around, operation, action, input.password);
  if (outcome.fault !== undefined) return outcome;
  const bad = passwordFault(input.newPassword, actorId);
  if (bad !== undefined) return refused(around, operation, action, bad, 'newPassword');
  const but = sessionId === undefined ? {} : { but: sessionId };
  await setPassword(around, operation, { ...outcome.found, password: input.newPassword, action, ...but });
  return {};
}

/** A link for the actor, if there is one; the answer doesn't say, and doesn't wait for the sending. */
export async function requestReset(around: SignIn, actorId: string, operation: Operation): Promise<Outcome> {
  const { own, parts } = around;
  const action = 'requestPasswordReset';
  const admission = await admitted(around, `reset ${actorId}`, 'PASSWORD', operation);
  if (admission.kind === 'LATER') return late(around, operation, action, admission.retryAfterMs);
  // found or not, one read and one write; the link itself is made behind the answer
  const { actor } = own.store.tables;
  const [found] = await own.store.db
    .select({ actorId: actor.actorId, customerId: actor.customerId })
    .from(actor)
    .where(and(eq(actor.actorId, typedId(actorId)), eq(actor.active, true)));
  await own.audit.append(
    entryOf(operation, { action, outcome: found === undefined ? 'REFUSED' : 'DONE' }, found),
  );
  if (found === undefined) return {};
  sendLink(around, found.actorId, operation.nowMs).catch(parts.onFault);
  return {};
}

/** Whoever asks for links in another's name fills no mailbox, and makes none of them useless. */
async function sendLink({ own, parts }: SignIn, actorId: string, nowMs: number): Promise<void> {
  const { passwordLink } = own.store.tables;
  const fresh = new Date(nowMs + LINK_MS - LINK_EVERY_MS);
  const there = await own.store.db
    .select({ hash: passwordLink.hash })
    .from(passwordLink)
    .where(and(eq(passwordLink.actorId, actorId), gt(passwordLink.expiresAt, fresh)));
  if (there.length > 0) return;
  const link = await newLink(own.store, actorId, nowMs);
  await parts.sender.send({ kind: 'PASSWORD_RESET', actorId, ...link });
}

/** A one-time link by which the actor sets a password; for the sender, and for the operator's command. */
export async function newLink(
  { db, tables: { passwordLink } }: Store,
  actorId: string,
  nowMs: number,
): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
  const token = newSecret();
  const expiresAtMs = nowMs + LINK_MS;
  const hash = secretHash('link', token);
  await db.insert(passwordLink).values({ hash, actorId, expiresAt: new Date(expiresAtMs) });
  return { token, expiresAtMs };
}

/** Ends all sessions. The dynamic password stays: a mailbox alone doesn't open the account. */
export async function resetPassword(
  around: SignIn,
  input: { readonly token: string; readonly newPassword: string },
  operation: Operation,
): Promise<Outcome> {
  const { own } = around;
  const action = 'resetPassword';
  const { passwordLink, actor } = own.store.tables;
  const link = eq(passwordLink.hash, secretHash('link', input.token));
  const [found] = await own.store.db
    .select({ actorId: actor.actorId, customerId: actor.customerId })
    .from(passwordLink)
    .innerJoin(actor, and(eq(actor.actorId, passwordLink.actorId), eq(actor.active, true)))
    .where(and(link, gt(passwordLink.expiresAt, new Date(operation.nowMs))));
  if (found === undefined) {
    own.audit.record(entryOf(operation, { action, outcome: 'REFUSED', detail: 'LINK_OVER' }));
    return { fault: fault('LINK_OVER', 'token') };
  }
  const bad = passwordFault(input.newPassword, found.actorId);
  if (bad !== undefined) return refused(around, operation, action, bad, 'newPassword');
  // taken by whoever comes first
  const taken = await own.store.db.delete(passwordLink).where(link).returning();
  if (taken.length === 0) return refused(around, operation, action, 'LINK_OVER', 'token');
  await setPassword(around, operation, { ...found, password: input.newPassword, action });
  return {};
}

/** A new secret, not in force until a code of it is shown. */
export async function enrol(
  around: SignIn,
  password: string,
  operation: Operation,
): Promise<Outcome<{ readonly uri: string }>> {
  const action = 'enrolDynamicPassword';
  const { own, sealing } = around;
  const outcome = await confirmed(around, operation, action, password);
  if (outcome.fault !== undefined) return outcome;
  const { actorId, credential } = outcome.found;
  if (credential.totpConfirmedAt !== null) return refused(around, operation, action, 'ALREADY_ENROLLED');
  const { secret, uri } = newTotp(actorId);
  const { credential: table } = own.store.tables;
  await own.store.db
    .update(table)
    .set({ totpSecret: sealing.seal(secret, actorId), totpLastStep: null })
    .where(eq(table.actorId, actorId));
  await own.audit.append(entryOf(operation, { action, outcome: 'DONE', objectId: actorId }));
  return { uri };
}

/** Puts the dynamic password in force, and shows the recovery codes: now and never again. */
export async function confirmEnrolment(
  around: SignIn,
  code: string,
  operation: Operation,
): Promise<Outcome<{ readonly recoveryCodes: readonly string[] }>> {
  const action = 'confirmDynamicPassword';
  const { own, sealing } = around;
  const { actorId } = operation.principal;
  const { nowMs } = operation;
  const admission = await admitted(around, actorId, 'CODE', operation);
  if (admission.kind === 'LATER') return late(around, operation, action, admission.retryAfterMs);
  const credential = (await credentialOf(around, actorId))?.credential;
  const secret = credential?.totpSecret ?? undefined;
  if (secret === undefined || credential?.totpConfirmedAt !== null)
    return refused(around, operation, action, 'NOT_ENROLLED');
  const verdict = judgeCode(sealing.open(secret, actorId), code, nowMs);
  if (verdict.kind !== 'FITS')
    return refused(around, operation, action, verdict.kind === 'LATE' ? 'CODE_LATE' : 'WRONG_CODE', 'code');
  const { credential: table } = own.store.tables;
  const recoveryCodes = await own.store.db.transaction(async (tx) => {
    if (!(await spendStep(tx, own.store, actorId, verdict.step))) return undefined;
    await tx
      .update(table)
      .set({ totpConfirmedAt: new Date(nowMs) })
      .where(eq(table.actorId, actorId));
    const codes = await replaceRecoveryCodes(tx, own.store, actorId);
    await own.audit.append(entryOf(operation, { action, outcome: 'DONE', objectId: actorId }), tx);
    return codes;
  });
  if (recoveryCodes === undefined) return refused(around, operation, action, 'WRONG_CODE', 'code');
  await forgive(own.store, { actorId, origin: operation.origin, step: 'CODE', nowMs });
  return { recoveryCodes };
}

export async function removeDynamicPassword(
  around: SignIn,
  input: { readonly password: string; readonly code: string },
  operation: Operation,
): Promise<Outcome> {
  const action = 'removeDynamicPassword';
  const { own } = around;
  const outcome = await confirmed(around, operation, action, input.password);
  if (outcome.fault !== undefined) return outcome;
  const { actorId, credential } = outcome.found;
  if (credential.totpSecret === null || credential.totpConfirmedAt === null)
    return refused(around, operation, action, 'NOT_ENROLLED');
  const admission = await admitted(around, actorId, 'CODE', operation);
  if (admission.kind === 'LATER') return late(around, operation, action, admission.retryAfterMs);
  const wrong = await spend(around, actorId, credential.totpSecret, input.code, operation.nowMs);
  if (wrong !== undefined) return refused(around, operation, action, wrong, 'code');
  const { credential: table, recoveryCode } = own.store.tables;
  await own.store.db.transaction(async (tx) => {
    const none = { totpSecret: null, totpConfirmedAt: null, totpLastStep: null };
    await tx.update(table).set(none).where(eq(table.actorId, actorId));
    await tx.delete(recoveryCode).where(eq(recoveryCode.actorId, actorId));
    await own.audit.append(entryOf(operation, { action, outcome: 'DONE', objectId: actorId }), tx);
  });
  return {};
}
