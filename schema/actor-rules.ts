// Which of a customer's people a manager may add, deactivate and let in again: pure decisions.
import { type Asking, manages, type Person, personFaults, type RuleFault } from './authorization-rules.ts';

const NAME = { least: 1, most: 200 } as const;
const ADDRESS = { least: 3, most: 320 } as const;

const fits = (text: string | undefined, { least, most }: { readonly least: number; readonly most: number }) =>
  text !== undefined && text.trim().length >= least && text.length <= most;

export interface Invitation {
  readonly name: string;
  /** Where the link goes; none where actors sign in elsewhere. */
  readonly sendTo: string | undefined;
  /** As the issuer elsewhere gives it; none where actors sign in here. */
  readonly actorId: string | undefined;
}

export function invitationFaults(
  asking: Asking,
  { name, sendTo, actorId }: Invitation,
  signIn: 'HERE' | 'ELSEWHERE',
): readonly RuleFault[] {
  if (!manages(asking, 'ACTOR_MANAGE')) return [{ code: 'NOT_A_MANAGER' }];
  const faults: RuleFault[] = [];
  if (!fits(name, NAME)) faults.push({ code: 'NAME_INVALID', field: 'name' });
  if (signIn === 'HERE') {
    if (!fits(sendTo, ADDRESS)) faults.push({ code: 'ADDRESS_INVALID', field: 'sendTo' });
    // a chosen one would tell whether somebody of another customer has it
    if (actorId !== undefined) faults.push({ code: 'ACTOR_ID_NOT_CHOSEN', field: 'actorId' });
  } else if (!fits(actorId, NAME)) faults.push({ code: 'ACTOR_ID_INVALID', field: 'actorId' });
  return faults;
}

/** Somebody of another customer is as unknown as nobody; one manager doesn't remove another, nor itself. */
export function personChangeFaults(asking: Asking, person: Person | undefined): readonly RuleFault[] {
  if (!manages(asking, 'ACTOR_MANAGE')) return [{ code: 'NOT_A_MANAGER' }];
  const faults = personFaults(asking, person);
  if (faults.length > 0 || person === undefined) return faults;
  return person.kind === 'AUTHORIZED_USER' || person.kind === 'SSM_USER'
    ? []
    : [{ code: 'NOT_YOURS', field: 'actorId' }];
}
