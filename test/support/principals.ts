// Demo actors as principals, for tests that speak to a subgraph as a gateway does.
import { ACTORS, grantedFunctions } from '../../mocks/actors.ts';
import type { SsmFunction } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { ANONYMOUS, type Principal, type Scope } from '../../schema/principal.ts';

const TYPES = { SERVICES: 'Service', SITES: 'Site', ACCOUNTS: 'BillingAccount' } as const;

export function principalOf(actorId: string | undefined): Principal {
  const actor = ACTORS.find((each) => each.actorId === actorId);
  if (actor === undefined) return ANONYMOUS;
  const { kind, customer } = actor;
  return {
    actorId: actor.actorId,
    kind,
    ...(customer === undefined ? {} : { customerId: encodeId('home', 'Customer', customer) }),
    grants: actor.grants.map((grant) => {
      const { scope } = grant;
      const ids = (type: string, some: readonly string[]) => some.map((id) => encodeId('home', type, id));
      return {
        functions: grantedFunctions(actor, grant) as readonly SsmFunction[], // the simulator names functions as we do
        scope: ('ids' in scope
          ? { kind: scope.kind, ids: ids(TYPES[scope.kind], scope.ids) }
          : scope) satisfies Scope,
      };
    }),
    grantVersion: '1',
  };
}
