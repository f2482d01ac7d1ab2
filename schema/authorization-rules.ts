// Who may hand which authorization to whom: pure decisions over what is known, each refusal with its code.
import {
  actsAsManager,
  functionRule,
  grantReaches,
  holds,
  inPeriod,
  type Position,
  type SsmFunction,
} from './access.ts';
import type { AmountLimit, DailyWindow } from './conditions.ts';
import type { GlobalId } from './id.ts';
import type { ActorKind, Grant, Principal, Scope, Validity } from './principal.ts';

/** What the caller can mend, in words that it may be shown. */
export const RULE_FAULTS = {
  NOT_A_MANAGER: 'Only a manager of the customer may do this.',
  NOT_YOURS: 'This authorization is not yours to change.',
  AUTHORIZATION_UNKNOWN: 'There is no such authorization.',
  AUTHORIZATION_ENDED: 'This authorization was revoked.',
  AUTHORITY_UNKNOWN: 'There is no such authority.',
  ACTOR_UNKNOWN: 'The customer has no such actor.',
  ACTOR_NOT_GRANTABLE: 'Managers, partners and staff take no authorizations from a customer.',
  TO_ONESELF: 'Nobody hands an authorization to oneself.',
  ONLY_FOR_SSM_USERS: 'Use is enabled for SSM users only.',
  CHANGE_FOR_SSM_USER: 'An SSM user is given use functions only.',
  NO_FUNCTION: 'At least one function must be named.',
  FUNCTION_UNKNOWN: 'There is no such function.',
  FUNCTION_NOT_IN_CONTRACT: "The customer's contract does not allow this function.",
  FUNCTION_RESERVED: 'This function is a manager’s own.',
  FUNCTION_NOT_HELD: 'None of your own authorizations names all these functions.',
  SCOPE_EMPTY: 'The scope names nothing.',
  SCOPE_UNKNOWN: 'The scope names something that the customer does not have.',
  SCOPE_NOT_HELD: 'None of your own authorizations reaches all of this.',
  PERIOD_EMPTY: 'The period ends before it begins.',
  PERIOD_IN_PAST: 'The period lies in the past.',
  CONDITION_INVALID: 'The condition cannot be read.',
  CONFLICT: 'Somebody has changed this meanwhile: read it again.',
  AUTHORITY_CYCLE: 'This authority would come back to whom it came from.',
  ALREADY_MANAGER: 'A manager needs no authority.',
  AUTHORITY_FOR_SSM_USER: 'An SSM user changes nothing, so it cannot act as manager.',
  NAME_INVALID: 'A name has 1 to 200 characters.',
  ADDRESS_INVALID: 'The invitation needs to go somewhere: 3 to 320 characters.',
  ACTOR_ID_INVALID: 'Actors sign in elsewhere: the id that the issuer gives is needed, 1 to 200 characters.',
  ACTOR_ID_NOT_CHOSEN: 'Actors sign in here: the id is made, not chosen.',
  ACTOR_ID_TAKEN: 'This id is taken.',
  ACTOR_INACTIVE: 'This actor is deactivated already.',
  ACTOR_ACTIVE: 'This actor is active already.',
  NO_DYNAMIC_PASSWORD: 'This actor has no dynamic password.',
} as const;
export type RuleFaultCode = keyof typeof RULE_FAULTS;

export interface RuleFault {
  readonly code: RuleFaultCode;
  /** The input's field; absent when none is to blame. */
  readonly field?: string;
}

/** Whom an authorization is for, as far as the rules care. */
export interface Person {
  readonly actorId: string;
  readonly kind: ActorKind;
  readonly customerId?: GlobalId;
}

export interface Proposal extends Validity {
  readonly functions: readonly SsmFunction[];
  readonly scope: Scope;
  readonly daily?: DailyWindow;
  readonly limit?: AmountLimit;
}

export interface Asking {
  readonly by: Principal;
  /** What the contract of its customer names now. */
  readonly contract: ReadonlySet<SsmFunction>;
  readonly nowMs: number;
}

/** Clients' clocks differ: a period may begin so long ago. */
const TOLERANCE_MS = 60_000;

const fault = (code: RuleFaultCode, field?: string): RuleFault =>
  field === undefined ? { code } : { code, field };
const when = (condition: boolean, code: RuleFaultCode, field?: string): RuleFault[] =>
  condition ? [fault(code, field)] : [];

/** A manager of its customer, or somebody who acts as one. */
export function leads({ by, nowMs }: Asking): boolean {
  return by.customerId !== undefined && actsAsManager(by, nowMs);
}

/** Leads, and the contract lets its managers do this. */
export function manages(asking: Asking, name: SsmFunction): boolean {
  return leads(asking) && asking.contract.has(name) && holds(asking.by, name, asking.nowMs);
}

/** May it hand authorizations to this person by its own right? A contract may allow no more than enabling use. */
export function mayGive(asking: Asking, to: Person | undefined): boolean {
  const enables = to?.kind === 'SSM_USER' && manages(asking, 'AUTHORIZATION_ENABLE');
  return enables || manages(asking, 'AUTHORIZATION_GRANT');
}

export function periodFaults({ from, until }: Validity, nowMs: number): RuleFault[] {
  if (from !== undefined && until !== undefined && Date.parse(until) <= Date.parse(from)) {
    return [fault('PERIOD_EMPTY', 'validFor')];
  }
  const begins = from === undefined ? nowMs : Date.parse(from);
  const ends = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
  return when(begins < nowMs - TOLERANCE_MS || ends <= nowMs, 'PERIOD_IN_PAST', 'validFor');
}

/** Somebody of another customer is as unknown as nobody. */
export function personFaults({ by }: Asking, to: Person | undefined): RuleFault[] {
  if (to === undefined || by.customerId === undefined || to.customerId !== by.customerId)
    return [fault('ACTOR_UNKNOWN', 'actorId')];
  return when(to.actorId === by.actorId, 'TO_ONESELF', 'actorId');
}

function functionFaults(
  { contract }: Asking,
  to: Person,
  functions: readonly SsmFunction[],
): readonly RuleFault[] {
  if (functions.length === 0) return [fault('NO_FUNCTION', 'functions')];
  return functions.flatMap((name) => {
    const { level, reserved } = functionRule(name);
    if (!contract.has(name)) return [fault('FUNCTION_NOT_IN_CONTRACT', 'functions')];
    if (level === 'CHANGE' && to.kind === 'SSM_USER') return [fault('CHANGE_FOR_SSM_USER', 'functions')];
    return when(reserved !== undefined, 'FUNCTION_RESERVED', 'functions');
  });
}

function scopeFaults(scope: Scope): RuleFault[] {
  if (scope.kind === 'EVERY_CUSTOMER') return [fault('SCOPE_UNKNOWN', 'scope')];
  return when('ids' in scope && scope.ids.length === 0, 'SCOPE_EMPTY', 'scope');
}

/** A manager gives. Whether the scope's objects are the customer's is asked beside. */
export function grantFaults(
  asking: Asking,
  to: Person | undefined,
  proposal: Proposal,
): readonly RuleFault[] {
  if (!leads(asking)) return [fault('NOT_A_MANAGER')];
  const person = personFaults(asking, to);
  if (person.length > 0 || to === undefined) return person;
  if (!mayGive(asking, to)) return [fault('FUNCTION_NOT_IN_CONTRACT')];
  return [
    ...when(to.kind !== 'AUTHORIZED_USER' && to.kind !== 'SSM_USER', 'ACTOR_NOT_GRANTABLE', 'actorId'),
    ...functionFaults(asking, to, proposal.functions),
    ...scopeFaults(proposal.scope),
    ...periodFaults(proposal, asking.nowMs),
  ];
}

export type Enabling =
  | { readonly kind: 'REFUSED'; readonly faults: readonly RuleFault[] }
  /** `under` is the enabler's own authorization, with which this one ends. */
  | { readonly kind: 'UNDER'; readonly under: Grant; readonly until?: string };

const earlier = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && Date.parse(b) < Date.parse(a)) ? b : a;

const endOf = ({ until }: Validity): number =>
  until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);

/** An authorized user enables use of what it may use itself; `positions` are where the named services stand. */
export function enabling(
  asking: Asking,
  to: Person | undefined,
  proposal: Proposal,
  positions: readonly Position[],
): Enabling {
  const { by, nowMs } = asking;
  const refused = (faults: readonly RuleFault[]): Enabling => ({ kind: 'REFUSED', faults });
  const person = personFaults(asking, to);
  if (person.length > 0 || to === undefined) return refused(person);
  if (!asking.contract.has('AUTHORIZATION_ENABLE')) return refused([fault('FUNCTION_NOT_IN_CONTRACT')]);
  const faults = [
    ...when(to.kind !== 'SSM_USER', 'ONLY_FOR_SSM_USERS', 'actorId'),
    ...functionFaults(asking, { ...to, kind: 'SSM_USER' }, proposal.functions),
    ...when(proposal.scope.kind !== 'SERVICES', 'SCOPE_NOT_HELD', 'scope'),
    ...scopeFaults(proposal.scope),
    ...periodFaults(proposal, nowMs),
  ];
  if (faults.length > 0) return refused(faults);
  const own = by.grants.filter(
    (grant) =>
      grant.id !== undefined &&
      inPeriod(grant, nowMs) &&
      proposal.functions.every((name) => grant.functions.includes(name)),
  );
  if (own.length === 0) return refused([fault('FUNCTION_NOT_HELD', 'functions')]);
  const [under] = own
    .filter((grant) => positions.every((position) => grantReaches(grant, position)))
    .sort((a, b) => endOf(b) - endOf(a));
  if (under === undefined) return refused([fault('SCOPE_NOT_HELD', 'scope')]);
  const until = earlier(proposal.until, under.until);
  const late = periodFaults({ ...proposal, ...(until === undefined ? {} : { until }) }, nowMs);
  if (late.length > 0) return refused(late);
  return { kind: 'UNDER', under, ...(until === undefined ? {} : { until }) };
}

/** An authorization that is there already. */
export interface Existing {
  readonly actorId: string;
  readonly customerId?: GlobalId;
  readonly grantorId?: string;
  /** Enabled under an authorized user's own authorization. */
  readonly enabled: boolean;
  /** A manager's own, which is the contract itself. */
  readonly wholeContract: boolean;
  readonly suspendedBy?: string;
  readonly revoked: boolean;
}

export type Touch = 'CHANGE' | 'SUSPEND' | 'RESUME' | 'REVOKE';

/** May it be changed, suspended, resumed or revoked by this principal? What takes away is allowed whatever the contract says. */
export function touchFaults(
  asking: Asking,
  existing: Existing | undefined,
  holder: Person | undefined,
  touch: Touch,
): readonly RuleFault[] {
  const { by, contract } = asking;
  if (existing === undefined || by.customerId === undefined || existing.customerId !== by.customerId)
    return [fault('AUTHORIZATION_UNKNOWN', 'id')];
  const gave = existing.enabled && existing.grantorId === by.actorId;
  if (!leads(asking) && !gave) {
    // whose it is may know that it is there
    return [fault(existing.actorId === by.actorId ? 'NOT_YOURS' : 'AUTHORIZATION_UNKNOWN', 'id')];
  }
  if (existing.actorId === by.actorId) return [fault('TO_ONESELF', 'id')];
  if (existing.wholeContract) return [fault('NOT_YOURS', 'id')];
  if (existing.revoked) return [fault('AUTHORIZATION_ENDED', 'id')];
  const gives = touch === 'CHANGE' || touch === 'RESUME';
  const allowed = leads(asking) ? mayGive(asking, holder) : contract.has('AUTHORIZATION_ENABLE');
  if (gives && !allowed) return [fault('FUNCTION_NOT_IN_CONTRACT')];
  // what a manager has suspended, the enabler doesn't bring back
  const bySomebodyElse = existing.suspendedBy !== undefined && existing.suspendedBy !== by.actorId;
  return when(!leads(asking) && touch !== 'REVOKE' && bySomebodyElse, 'NOT_YOURS', 'id');
}
