// Dynamic passwords: time-based codes (RFC 6238), each good once, and recovery codes for who has lost the device.
import { randomBytes } from 'node:crypto';
import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import type { Database, Store } from '../../store/store.ts';
import { secretHash } from './secret.ts';

const PERIOD_S = 30;
/** Steps that a device's clock may be off, either way. */
const SKEW_STEPS = 1;
/** Codes so old are good for nobody, so it may be told that the clock is what's wrong. */
const TOLD_STEPS = 10;
const RECOVERY_CODES = 10;

const totp = (secret: Secret, label = ''): TOTP =>
  new TOTP({ issuer: 'ssm-gateway', label, algorithm: 'SHA1', digits: 6, period: PERIOD_S, secret });

export function newTotp(actorId: string): { readonly secret: string; readonly uri: string } {
  const secret = new Secret({ size: 20 });
  return { secret: secret.base32, uri: totp(secret, actorId).toString() };
}

export type CodeVerdict =
  | { readonly kind: 'FITS'; readonly step: number }
  /** Right some minutes ago: the device's clock is behind, or the code was read long ago. */
  | { readonly kind: 'LATE' }
  | { readonly kind: 'WRONG' };

export function judgeCode(secret: string, code: string, nowMs: number): CodeVerdict {
  const delta = totp(Secret.fromBase32(secret)).validate({
    token: code.replaceAll(/\s/g, ''),
    timestamp: nowMs,
    window: TOLD_STEPS,
  });
  if (delta === null || delta > SKEW_STEPS) return { kind: 'WRONG' };
  if (delta < -SKEW_STEPS) return { kind: 'LATE' };
  return { kind: 'FITS', step: Math.floor(nowMs / 1000 / PERIOD_S) + delta };
}

/** Takes the step, and with it all before: false when it was taken already, by whoever came first. */
export async function spendStep(db: Database, store: Store, actorId: string, step: number): Promise<boolean> {
  const { credential } = store.tables;
  const rows = await db
    .update(credential)
    .set({ totpLastStep: step })
    .where(
      and(
        eq(credential.actorId, actorId),
        or(isNull(credential.totpLastStep), lt(credential.totpLastStep, step)),
      ),
    )
    .returning({ actorId: credential.actorId });
  return rows.length === 1;
}

const LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ0123456789';

/** 80 bits in four groups, without letters that are taken for others. */
function newRecoveryCode(): string {
  const letters = [...randomBytes(16)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return letters.replaceAll(/.{4}(?=.)/g, '$&-');
}

const recoveryHash = (actorId: string, code: string): string =>
  secretHash(`recovery ${actorId}`, code.toUpperCase().replaceAll(/[\s-]/g, ''));

export const looksLikeRecovery = (code: string): boolean =>
  /^[A-Z0-9]{16}$/i.test(code.replaceAll(/[\s-]/g, ''));

/** New codes in the place of all older ones. They are shown now and never again. */
export async function replaceRecoveryCodes(
  db: Database,
  store: Store,
  actorId: string,
): Promise<readonly string[]> {
  const { recoveryCode } = store.tables;
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await db.delete(recoveryCode).where(eq(recoveryCode.actorId, actorId));
  await db.insert(recoveryCode).values(codes.map((code) => ({ hash: recoveryHash(actorId, code), actorId })));
  return codes;
}

/** Signing in takes the password alone again, until another one is set up. */
export async function forgetDynamicPassword(
  db: Database,
  { tables: { credential, recoveryCode } }: Pick<Store, 'tables'>,
  actorId: string,
): Promise<void> {
  const none = { totpSecret: null, totpConfirmedAt: null, totpLastStep: null };
  await db.update(credential).set(none).where(eq(credential.actorId, actorId));
  await db.delete(recoveryCode).where(eq(recoveryCode.actorId, actorId));
}

/** Whether there was such a code; there isn't any more. */
export async function spendRecoveryCode(
  db: Database,
  store: Store,
  actorId: string,
  code: string,
): Promise<boolean> {
  const { recoveryCode } = store.tables;
  const rows = await db
    .delete(recoveryCode)
    .where(and(eq(recoveryCode.hash, recoveryHash(actorId, code)), eq(recoveryCode.actorId, actorId)))
    .returning();
  return rows.length === 1;
}
