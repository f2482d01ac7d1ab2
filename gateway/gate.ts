// The early answer: an operation of which the principal may use nothing is refused before any cache or plan.
import { holds } from '../schema/access.ts';
import { lacking } from '../schema/errors.ts';
import type { Principal } from '../schema/principal.ts';
import { Refusal, refuse } from './errors.ts';
import type { Condition, OperationFacts } from './operation-facts.ts';

type Variables = Readonly<Record<string, unknown>>;

const selected = ({ include, when }: Condition, variables: Variables): boolean =>
  (typeof when === 'string' ? variables[when] === true : when) === include;

/**
 * Refuses only when none of the root fields that the variables leave in is permitted: otherwise the guard in the
 * subgraphs nulls what is refused, and the rest is answered. The security boundary is that guard.
 * @throws Refusal FORBIDDEN, INTROSPECTION_DISABLED
 */
export function gate(
  operation: OperationFacts,
  variables: Variables,
  caller: { readonly principal: Principal; readonly mayIntrospect: boolean; readonly nowMs: number },
): void {
  if (operation.introspects && !caller.mayIntrospect) throw refuse('INTROSPECTION_DISABLED');
  const asked = operation.roots.filter(({ conditions }) =>
    conditions.every((each) => selected(each, variables)),
  );
  const permitted = asked.some(
    ({ access }) => access !== undefined && holds(caller.principal, access, caller.nowMs),
  );
  if (asked.length === 0 || permitted) return;
  const [first] = asked.flatMap(({ access }) => access ?? []);
  throw first === undefined ? refuse('FORBIDDEN') : new Refusal([lacking(first)]);
}
