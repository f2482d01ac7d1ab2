// A customer's actor as the graph shows it, and the payload of what was done to one.
import type { SubgraphContext } from '../../context.ts';
import { ownOf } from '../../own-acts.ts';
import { type FoundPerson, personState } from '../../store/people.ts';
import type { Outcome } from '../act.ts';
import { userErrors } from '../user-errors.ts';

/** Whether actors sign in here, by passwords. */
export const hasPasswords = (context: SubgraphContext): boolean => ownOf(context).signIn !== undefined;

export const shown = (found: FoundPerson, passwords: boolean) => ({
  actorId: found.row.actorId,
  kind: found.row.kind,
  name: found.row.displayName,
  state: personState(found, passwords),
  hasDynamicPassword: found.hasDynamicPassword,
  since: found.row.createdAt.toISOString(),
  invitedBy: found.row.invitedBy,
});

export function payload(context: SubgraphContext, outcome: Outcome<FoundPerson>) {
  return outcome.kind === 'REFUSED'
    ? { actor: null, userErrors: userErrors(outcome.faults) }
    : { actor: shown(outcome.value, hasPasswords(context)), userErrors: [] };
}
