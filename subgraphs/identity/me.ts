// Who asks: its kind, its customer, and what it may do on what.
import { FUNCTIONS, holds, type SsmFunction } from '../../schema/access.ts';
import { idOfType } from '../../schema/id.ts';
import type { Resolvers } from '../context.ts';
import { attributesFor } from '../projection.ts';
import { shownGrant } from './authorization/shown.ts';

const NAMES = Object.keys(FUNCTIONS) as SsmFunction[]; // the keys of a constant

export const me: Resolvers = {
  Query: {
    // all functions and all grants are looked at only for who asks for them
    me: (_root, _args, { operation: { principal, nowMs } }) => ({
      actorId: principal.actorId,
      kind: principal.kind,
      name: principal.displayName ?? null,
      get functions() {
        return NAMES.filter((name) => holds(principal, name, nowMs)).sort();
      },
      get authorizations() {
        return principal.grants.map((grant) => shownGrant(grant, principal.actorId, nowMs));
      },
    }),
  },
  Actor: {
    async customer(_me, _args, { operation, objects, sheet }, info) {
      const id = operation.principal.customerId;
      const parts = id === undefined ? undefined : idOfType(id, 'Customer');
      if (parts === undefined || !objects.serves('Customer', parts.provider)) return null;
      const attributes = attributesFor(info, objects.sheet('Customer'), sheet);
      return (await objects.see('Customer', parts.provider, parts.id, attributes)) ?? null;
    },
  },
};
