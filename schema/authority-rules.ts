// Authority to act as manager on the customer's behalf (M.3345 §6): who may give it, and whom it reaches through whom.
import { overlap } from './access.ts';
import {
  type Asking,
  manages,
  type Person,
  periodFaults,
  personFaults,
  type RuleFault,
} from './authorization-rules.ts';
import type { Validity } from './principal.ts';

/** One authority that was given and not withdrawn. */
export interface Authority extends Validity {
  readonly giverId: string;
  readonly actorId: string;
  /** Its giver is deactivated: it counts for nothing while that lasts. */
  readonly isDormant?: boolean;
}

/** Everybody whom authority reaches that starts from this actor, itself included. */
export function reachedFrom(actorId: string, given: readonly Authority[]): ReadonlySet<string> {
  const reached = new Set([actorId]);
  for (const each of reached) {
    for (const { giverId, actorId: next } of given) if (giverId === each) reached.add(next);
  }
  return reached;
}

export function authorityFaults(
  asking: Asking,
  to: Person | undefined,
  period: Validity,
  given: readonly Authority[],
): readonly RuleFault[] {
  if (!manages(asking, 'AUTHORITY_GIVE')) return [{ code: 'NOT_A_MANAGER' }];
  const person = personFaults(asking, to);
  if (person.length > 0 || to === undefined) return person;
  const at = (code: RuleFault['code']): RuleFault[] => [{ code, field: 'actorId' }];
  if (reachedFrom(to.actorId, given).has(asking.by.actorId)) return at('AUTHORITY_CYCLE');
  if (to.kind === 'MANAGER') return at('ALREADY_MANAGER');
  if (to.kind === 'SSM_USER') return at('AUTHORITY_FOR_SSM_USER');
  if (to.kind !== 'AUTHORIZED_USER') return at('ACTOR_NOT_GRANTABLE');
  return periodFaults(period, asking.nowMs);
}

/**
 * The periods in which an actor acts as manager: every chain of authority that begins with a manager counts while
 * all of it is in force. What has no manager at its beginning counts for nothing.
 */
export function authorityOf(
  actorId: string,
  given: readonly Authority[],
  managers: ReadonlySet<string>,
  through: ReadonlySet<string> = new Set(),
): readonly Validity[] {
  const seen = new Set([...through, actorId]);
  return given
    .filter((each) => each.actorId === actorId && each.isDormant !== true && !seen.has(each.giverId))
    .flatMap((each) =>
      managers.has(each.giverId)
        ? [overlap(each, {})]
        : authorityOf(each.giverId, given, managers, seen).map((period) => overlap(each, period)),
    )
    .filter((period) => period !== undefined);
}
