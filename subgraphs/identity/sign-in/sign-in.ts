// Signing in: actor id and static password, then the dynamic password where the actor has one.
import { and, eq, gt, lt, sql } from 'drizzle-orm';
import type { Operation } from '../../../schema/ports.ts';
import type { Database } from '../../store/store.ts';
import { entryOf, type FaultCode, fault, type KnownActor, type SignIn, type UserFault } from './attempt.ts';
import { type Admission, admit, forgive, type Step } from './delay.ts';
import { judgeCode, looksLikeRecovery, spendRecoveryCode, spendStep } from './dynamic-password.ts';
import { newSecret, secretHash } from './secret.ts';
import { open, type Tokens } from './tokens.ts';

const CHALLENGE_MS = 5 * 60 * 1000;
const CHALLENGE_ATTEMPTS = 5;

export type SignedIn =
  | { readonly tokens: Tokens }
  | { readonly challenge: { readonly id: string; readonly expiresAt: string } }
  | { readonly fault: UserFault; readonly retryAfterS?: number };

/** Longer than any id of ours. */
const MAX_ID_CHARACTERS = 200;

/** What was typed, as something that can be looked up: PostgreSQL's text has no zero character. */
export const typedId = (text: string): string => text.slice(0, MAX_ID_CHARACTERS).replaceAll('\0', '\uFFFD');

export async function credentialOf({ own }: SignIn, actorId: string) {
  const { actor, credential } = own.store.tables;
  const [row] = await own.store.db
    .select({ actorId: actor.actorId, customerId: actor.customerId, credential })
    .from(actor)
    .innerJoin(credential, eq(credential.actorId, actor.actorId))
    .where(and(eq(actor.actorId, typedId(actorId)), eq(actor.active, true)));
  return row;
}

/** A failed attempt: told to the audit log, and from a certain number on to those who watch. */
async function failed(
  { own, parts }: SignIn,
  operation: Operation,
  failure: {
    readonly code: FaultCode;
    readonly field: string;
    readonly attempts: number;
    readonly actor: KnownActor | undefined;
    readonly action: string;
  },
): Promise<SignedIn> {
  const { code, field, attempts, actor, action } = failure;
  await own.audit.append(entryOf(operation, { action, outcome: 'REFUSED', detail: code }, actor));
  if (attempts % parts.alarmAfterFailures === 0) {
    const { nowMs: atMs, requestId, origin } = operation;
    parts.alarms.raise({
      kind: 'BRUTE_FORCE',
      atMs,
      requestId,
      ...(actor === undefined ? {} : { actorId: actor.actorId }),
      ...(actor?.customerId == null ? {} : { customerId: actor.customerId }),
      ...(origin === undefined ? {} : { origin }),
    });
  }
  return { fault: fault(code, field) };
}

export async function admitted(
  { own }: SignIn,
  actorId: string,
  step: Step,
  operation: Operation,
): Promise<Admission> {
  const { origin, nowMs } = operation;
  return admit(own.store, { actorId: typedId(actorId), origin, step, nowMs });
}

/** Gathered in the log: a guesser who is made to wait can't fill it. */
export function late(
  { own }: SignIn,
  operation: Operation,
  action: string,
  retryAfterMs: number,
): { readonly fault: UserFault; readonly retryAfterS: number } {
  own.audit.record(entryOf(operation, { action, outcome: 'REFUSED', detail: 'TOO_MANY_ATTEMPTS' }));
  return { fault: fault('TOO_MANY_ATTEMPTS'), retryAfterS: Math.ceil(retryAfterMs / 1000) };
}

/** The password was right: whoever has it is on record, whether the second step follows or not. */
async function challenge({ own }: SignIn, actor: KnownActor, operation: Operation): Promise<SignedIn> {
  const { signInChallenge } = own.store.tables;
  const id = newSecret();
  const expiresAt = new Date(operation.nowMs + CHALLENGE_MS);
  await own.store.db.transaction(async (tx) => {
    await tx
      .insert(signInChallenge)
      .values({ hash: secretHash('challenge', id), actorId: actor.actorId, expiresAt });
    await own.audit.append(entryOf(operation, { action: 'signInChallenge', outcome: 'DONE' }, actor), tx);
  });
  return { challenge: { id, expiresAt: expiresAt.toISOString() } };
}

/** For an unknown actor it does all that it does for a wrong password. */
export async function signIn(
  around: SignIn,
  input: { readonly actorId: string; readonly password: string },
  operation: Operation,
): Promise<SignedIn> {
  const admission = await admitted(around, input.actorId, 'PASSWORD', operation);
  if (admission.kind === 'LATER') return late(around, operation, 'signIn', admission.retryAfterMs);
  const found = await credentialOf(around, input.actorId);
  const right = await around.passwords.check(input.password, found?.credential.passwordHash ?? undefined);
  if (right === 'BUSY') return { fault: fault('BUSY') };
  if (!right || found === undefined) {
    const { attempts } = admission;
    const failure = { code: 'WRONG_CREDENTIALS', field: 'password', action: 'signIn' } as const;
    return failed(around, operation, { ...failure, attempts, actor: found });
  }
  if (found.credential.totpConfirmedAt !== null) {
    const { origin, nowMs } = operation;
    // the codes have bounds of their own, so that whoever knows the password alone resets nothing
    await forgive(around.own.store, { actorId: found.actorId, origin, step: 'PASSWORD', nowMs });
    return challenge(around, found, operation);
  }
  const opened = await open(around, found, operation);
  return 'code' in opened ? { fault: fault(opened.code) } : opened;
}

/** The actor of an open challenge, with one attempt at it taken; undefined when it is over. */
async function take({ own }: SignIn, id: string, nowMs: number): Promise<string | undefined> {
  const { signInChallenge } = own.store.tables;
  const [row] = await own.store.db
    .update(signInChallenge)
    .set({ attempts: sql`${signInChallenge.attempts} + 1` })
    .where(
      and(
        eq(signInChallenge.hash, secretHash('challenge', id)),
        gt(signInChallenge.expiresAt, new Date(nowMs)),
        lt(signInChallenge.attempts, CHALLENGE_ATTEMPTS),
      ),
    )
    .returning({ actorId: signInChallenge.actorId });
  return row?.actorId;
}

export type CodeFault = 'WRONG_CODE' | 'CODE_LATE';

/** Undefined when the code is the actor's and was good; it isn't any more. */
export async function spend(
  db: Database,
  { own, sealing }: SignIn,
  {
    actorId,
    secret,
    code,
    nowMs,
  }: { readonly actorId: string; readonly secret: string; readonly code: string; readonly nowMs: number },
): Promise<CodeFault | undefined> {
  if (looksLikeRecovery(code))
    return (await spendRecoveryCode(db, own.store, actorId, code)) ? undefined : 'WRONG_CODE';
  const verdict = judgeCode(sealing.open(secret, actorId), code, nowMs);
  if (verdict.kind === 'LATE') return 'CODE_LATE';
  if (verdict.kind === 'WRONG') return 'WRONG_CODE';
  return (await spendStep(db, own.store, actorId, verdict.step)) ? undefined : 'WRONG_CODE';
}

export async function answerChallenge(
  around: SignIn,
  input: { readonly challengeId: string; readonly code: string },
  operation: Operation,
): Promise<SignedIn> {
  const { own } = around;
  const { nowMs } = operation;
  const action = 'answerChallenge';
  const actorId = await take(around, input.challengeId, nowMs);
  const found = actorId === undefined ? undefined : await credentialOf(around, actorId);
  const secret = found?.credential.totpSecret ?? undefined;
  if (found === undefined || secret === undefined) {
    own.audit.record(entryOf(operation, { action, outcome: 'REFUSED', detail: 'CHALLENGE_OVER' }));
    return { fault: fault('CHALLENGE_OVER', 'challengeId') };
  }
  const step = looksLikeRecovery(input.code) ? 'RECOVERY' : 'CODE';
  const admission = await admitted(around, found.actorId, step, operation);
  if (admission.kind === 'LATER') return late(around, operation, action, admission.retryAfterMs);
  const { signInChallenge } = own.store.tables;
  const opened = await open(around, found, operation, async (tx) => {
    // of two right answers at once (a code and a recovery code) one signs in, and the other's code stays good
    const gone = await tx
      .delete(signInChallenge)
      .where(eq(signInChallenge.hash, secretHash('challenge', input.challengeId)))
      .returning();
    if (gone.length === 0) return 'CHALLENGE_OVER';
    return spend(tx, around, { actorId: found.actorId, secret, code: input.code, nowMs });
  });
  if (!('code' in opened)) return opened;
  if (opened.code === 'CHALLENGE_OVER') {
    own.audit.record(entryOf(operation, { action, outcome: 'REFUSED', detail: opened.code }, found));
    return { fault: fault(opened.code, 'challengeId') };
  }
  const { attempts } = admission;
  return failed(around, operation, { code: opened.code, field: 'code', attempts, actor: found, action });
}
