// An authorization as the graph shows it, from its row or from a principal's snapshot.
import { inPeriod } from '../../../schema/access.ts';
import { idOfType } from '../../../schema/id.ts';
import type { Grant } from '../../../schema/principal.ts';
import { type Item, reference } from '../../item.ts';
import { grantIn, SCOPE, WHOLE_CONTRACT } from '../../store/authorization-row.ts';
import { type FoundAuthorization, stateOf } from '../../store/authorizations.ts';
import type { Outcome } from '../act.ts';
import { type UserError, userErrors } from '../user-errors.ts';
import { authorizationId } from './scope.ts';

const item = (raw: Item['raw']): Item => ({ __typename: 'Authorization', provider: 'gateway', raw });

const idsOf = (scope: Grant['scope']): readonly string[] => ('ids' in scope ? scope.ids : []);

/** Which of them the reader may see is asked where the field is read. */
function servicesOf(scope: Grant['scope']): readonly Item[] | null {
  if (scope.kind !== 'SERVICES') return null;
  return scope.ids.flatMap((id) => {
    const parts = idOfType(id, 'Service');
    return parts === undefined ? [] : [reference('Service', parts.provider, parts.id)];
  });
}

const place = (scope: Grant['scope']) => ({
  scope: scope.kind,
  scopeIds: idsOf(scope),
  services: servicesOf(scope),
});

export function shown(found: FoundAuthorization, nowMs: number): Item {
  const { row, parent } = found;
  const scope = SCOPE.safeParse(row.scope).data ?? { kind: 'SERVICES', ids: [] };
  // what it grants inside the one above it; what grants nothing shows what it was
  const grant = grantIn(row, parent ?? undefined);
  const isWholeContract = row.functions.includes(WHOLE_CONTRACT);
  return item({
    id: authorizationId(row.id),
    actorId: row.actorId,
    grantorId: row.grantorId,
    enabledUnder: row.parentId === null ? null : authorizationId(row.parentId),
    state: stateOf(found, nowMs),
    version: row.version,
    functions: isWholeContract ? [] : (grant?.functions ?? row.functions),
    isWholeContract,
    ...place(scope),
    validFor: {
      start: grant?.from ?? row.validFrom?.toISOString() ?? null,
      end: grant?.until ?? row.validUntil?.toISOString() ?? null,
    },
    daily: row.daily,
    limit: row.amountLimit,
  });
}

/** As it stands in this operation's snapshot, where nothing suspended or ended is. */
export function shownGrant(grant: Grant, actorId: string, nowMs: number): Item {
  return item({
    id: grant.id === undefined ? null : authorizationId(Number(grant.id)),
    actorId,
    grantorId: null,
    enabledUnder: null,
    state: inPeriod(grant, nowMs) ? 'ACTIVE' : 'PENDING',
    version: null,
    functions: grant.functions,
    isWholeContract: false,
    ...place(grant.scope),
    validFor: { start: grant.from ?? null, end: grant.until ?? null },
    daily: grant.daily?.[0] ?? null,
    limit: grant.limits?.[0] ?? null,
  });
}

export interface AuthorizationPayload {
  readonly authorization: Item | null;
  readonly userErrors: readonly UserError[];
}

export function payload(outcome: Outcome<FoundAuthorization>, nowMs: number): AuthorizationPayload {
  return outcome.kind === 'REFUSED'
    ? { authorization: null, userErrors: userErrors(outcome.faults) }
    : { authorization: shown(outcome.value, nowMs), userErrors: [] };
}
