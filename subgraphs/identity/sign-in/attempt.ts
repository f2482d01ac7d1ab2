// What every flow of signing in shares: who tries, the way it ends, and what the audit log hears of it.
import type { AuditEntry, Operation } from '../../../schema/ports.ts';
import type { Own, SignInParts } from '../../own.ts';
import type { Passwords } from './password.ts';
import type { Sealing } from './sealed.ts';

export interface SignIn {
  readonly own: Own;
  readonly parts: SignInParts;
  readonly passwords: Passwords;
  readonly sealing: Sealing;
}

export const FAULTS = {
  WRONG_CREDENTIALS: 'Actor or password is wrong.',
  TOO_MANY_ATTEMPTS: 'Too many attempts; try again later.',
  BUSY: 'Too many sign-ins at this moment; try again.',
  CHALLENGE_OVER: 'The challenge has expired or was answered; sign in again.',
  WRONG_CODE: 'The code is wrong or was used already.',
  CODE_LATE: 'The code was right some minutes ago: is the clock of the device behind?',
  SESSION_OVER: 'The session has ended; sign in again.',
  NO_SESSION: 'The token belongs to no session of this sign-in.',
  WRONG_PASSWORD: 'The password is wrong.',
  LINK_OVER: 'The link has expired or was used.',
  PASSWORD_TOO_SHORT: 'The password needs at least 12 characters.',
  PASSWORD_TOO_LONG: 'The password may have at most 256 characters.',
  PASSWORD_GUESSABLE: 'The password is one that others would try first.',
  PASSWORD_UNCHANGED: 'The new password is the old one.',
  ALREADY_ENROLLED: 'A dynamic password is set up already; remove it first.',
  NOT_ENROLLED: 'No dynamic password is being set up.',
} as const;
export type FaultCode = keyof typeof FAULTS;

export interface UserFault {
  readonly code: FaultCode;
  readonly message: string;
  /** Of the input, where one is to blame. */
  readonly field: string | null;
}

export const fault = (code: FaultCode, field: string | null = null): UserFault => ({
  code,
  message: FAULTS[code],
  field,
});

/** An actor that was found in the store. */
export interface KnownActor {
  readonly actorId: string;
  readonly customerId: string | null;
}

type Tried = Pick<AuditEntry, 'action' | 'outcome'> & Partial<Pick<AuditEntry, 'detail' | 'objectId'>>;

/** The entry for what this operation tried: as `actor` where one was recognized, else as whoever asks. */
export function entryOf(operation: Operation, tried: Tried, actor?: KnownActor): AuditEntry {
  const { requestId, nowMs, origin, principal } = operation;
  // what was typed for an actor that isn't there may be anything, a name or a password: it isn't kept
  const asking = principal.kind === 'ANONYMOUS' ? 'unknown' : principal.actorId;
  const customerId = actor === undefined ? principal.customerId : (actor.customerId ?? undefined);
  return {
    atMs: nowMs,
    actorId: actor?.actorId ?? asking,
    ...(customerId === undefined ? {} : { customerId }),
    requestId,
    ...(origin === undefined ? {} : { origin }),
    ...tried,
  };
}
