// What the identity data sheet can't say: who asks, and what was granted.
import { FUNCTIONS, holds, type SsmFunction } from '../../schema/access.ts';
import { idOfType } from '../../schema/id.ts';
import type { Grant } from '../../schema/principal.ts';
import type { Resolvers } from '../context.ts';
import { reference } from '../item.ts';
import { attributesFor } from '../projection.ts';

const NAMES = Object.keys(FUNCTIONS) as SsmFunction[]; // the keys of a constant

const authorization = (grant: Grant) => ({
  functions: grant.functions,
  scope: grant.scope.kind,
  services:
    grant.scope.kind === 'SERVICES'
      ? grant.scope.ids.flatMap((id) => {
          const parts = idOfType(id, 'Service');
          return parts === undefined ? [] : [reference('Service', parts.provider, parts.id)];
        })
      : null,
  validFor: { start: grant.from ?? null, end: grant.until ?? null },
});

/** Sign-in and authorizations live in the store. */
export const keepsState = true;

export const resolvers: Resolvers = {
  Query: {
    me: (_root, _args, { operation: { principal, nowMs } }) => ({
      actorId: principal.actorId,
      kind: principal.kind,
      name: principal.displayName ?? null,
      functions: NAMES.filter((name) => holds(principal, name, nowMs)).sort(),
      authorizations: principal.grants.map(authorization),
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
