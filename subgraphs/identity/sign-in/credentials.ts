// What actors do with their own credentials: change and reset the password, set up and remove the dynamic one.
import { and, eq, gt } from 'drizzle-orm';
import type { Operation } from '../../../schema/ports.ts';
import { endSessions, forgetLinks, tellEnded } from '../../store/sessions.ts';
import type { Database } from '../../store/store.ts';
import { entryOf, type FaultCode, fault, type KnownActor, type SignIn, type UserFault } from './attempt.ts';
import { forgive } from './delay.ts';
import {
  forgetDynamicPassword,
  judgeCode,
  newTotp,
  replaceRecoveryCodes,
  spendStep,
} from './dynamic-password.ts';
import { linkHash, newLink, RESET_MS } from './links.ts';
import { passwordFault, unchanged } from './password.ts';
import { admitted, credentialOf, late, spend, typedId } from './sign-in.ts';

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
    /** What must hold in the same transaction; false: nothing is changed. */
    readonly given?: (tx: Database) => Promise<boolean>;
  },
): Promise<boolean> {
  const { actorId, password, action, but, given = async () => true } = change;
  const { store, bus, audit } = own;
  const { nowMs } = operation;
  const passwordHash = await passwords.hash(password);
  const passwordSetAt = new Date(nowMs);
  const ended = await store.db.transaction(async (tx) => {
    const { credential } = store.tables;
    if (!(await given(tx))) return undefined;
    await tx
      .insert(credential)
      .values({ actorId, passwordHash, passwordSetAt })
      .onConflictDoUpdate({ target: credential.actorId, set: { passwordHash, passwordSetAt } });
    // whoever came in with the old one is out, and so is what was begun with it
    await forgetLinks(tx, store, actorId);
    const which = but === undefined ? { actorId } : { actorId, but };
    const ids = await endSessions(tx, store, { ...which, by: 'PASSWORD_CHANGED', nowMs });
    await audit.append(entryOf(operation, { action, outcome: 'DONE', objectId: actorId }, change), tx);
    return ids;
  });
  if (ended === undefined) return false;
  await tellEnded(bus, ended);
  return true;
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
  const bad = passwordFault(input.newPassword, actorId) ?? unchanged(input.password, input.newPassword);
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
  sendLink(around, found, operation).catch(parts.onFault);
  return {};
}

/** Whoever asks for links in another's name fills no mailbox, and makes none of them useless. */
async function sendLink({ own, parts }: SignIn, to: KnownActor, operation: Operation): Promise<void> {
  const { passwordLink } = own.store.tables;
  const { actorId } = to;
  const { nowMs } = operation;
  const fresh = new Date(nowMs + RESET_MS - LINK_EVERY_MS);
  const there = await own.store.db
    .select({ hash: passwordLink.hash })
    .from(passwordLink)
    .where(and(eq(passwordLink.actorId, actorId), gt(passwordLink.expiresAt, fresh)));
  if (there.length > 0) return;
  const link = await own.store.db.transaction(async (tx) => {
    const made = await newLink(tx, own.store, { actorId, nowMs, lifetimeMs: RESET_MS });
    const tried = { action: 'passwordLink', outcome: 'DONE', objectId: actorId } as const;
    await own.audit.append(entryOf(operation, tried, to), tx);
    return made;
  });
  await parts.sender.send({ kind: 'PASSWORD_RESET', actorId, ...link });
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
  const link = eq(passwordLink.hash, linkHash(input.token));
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
  const given = async (tx: Database) => (await tx.delete(passwordLink).where(link).returning()).length === 1;
  const change = { ...found, password: input.newPassword, action, given };
  return (await setPassword(around, operation, change))
    ? {}
    : refused(around, operation, action, 'LINK_OVER', 'token');
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
  const totpSecret = sealing.seal(secret, actorId);
  await own.store.db.transaction(async (tx) => {
    await tx.update(table).set({ totpSecret, totpLastStep: null }).where(eq(table.actorId, actorId));
    await own.audit.append(entryOf(operation, { action, outcome: 'DONE', objectId: actorId }), tx);
  });
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
  const { nowMs } = operation;
  const shown = { actorId, secret: credential.totpSecret, code: input.code, nowMs };
  const wrong = await own.store.db.transaction(async (tx) => {
    // with a wrong code nothing was taken: there is nothing to undo
    const code = await spend(tx, around, shown);
    if (code !== undefined) return code;
    await forgetDynamicPassword(tx, own.store, actorId);
    await own.audit.append(entryOf(operation, { action, outcome: 'DONE', objectId: actorId }), tx);
    return undefined;
  });
  return wrong === undefined ? {} : refused(around, operation, action, wrong, 'code');
}
