// The demo actors as principals, for the stock peer, which has no store to read them from.
import { ACTORS, grantedFunctions } from '../../mocks/actors.ts';
import type { SsmFunction } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { ANONYMOUS, type Principal } from '../../schema/principal.ts';

/** The header by which a client of the stock peer says who it is: it has no stage that would verify a token. */
export const ACTOR_HEADER = 'x-bench-actor';

const SCOPED_TYPES = { SERVICES: 'Service', SITES: 'Site', ACCOUNTS: 'BillingAccount' } as const;

/** Of the demonstration's provider; anonymous for a name that the demonstration lacks. */
export function demoPrincipal(actorId: string): Principal {
  const actor = ACTORS.find((each) => each.actorId === actorId);
  if (actor === undefined) return ANONYMOUS;
  return {
    actorId,
    kind: actor.kind,
    ...(actor.customer === undefined ? {} : { customerId: encodeId('home', 'Customer', actor.customer) }),
    grants: actor.grants.map((grant) => {
      const { scope } = grant;
      return {
        // the simulator's contracts name functions as we do
        functions: grantedFunctions(actor, grant) as readonly SsmFunction[],
        scope:
          'ids' in scope
            ? { ...scope, ids: scope.ids.map((id) => encodeId('home', SCOPED_TYPES[scope.kind], id)) }
            : scope,
      };
    }),
    grantVersion: '1',
  };
}
