// What resolvers that change something stand on: the store with what belongs to it, and an audit entry of who asks.
import type { AuditEntry } from '../schema/ports.ts';
import type { SubgraphContext } from './context.ts';
import type { Own } from './own.ts';

/** The store and what stands on it; the subgraph says in resolvers.ts that it needs them. */
export function ownOf({ objects }: SubgraphContext): Own {
  const { own } = objects.systems;
  if (own === undefined) throw new Error('a subgraph that keeps state runs without a store');
  return own;
}

export function entryOf(
  { operation }: SubgraphContext,
  what: Pick<AuditEntry, 'action' | 'outcome'> & { readonly objectId?: string; readonly detail?: string },
): AuditEntry {
  const { principal, nowMs, requestId, origin } = operation;
  return {
    atMs: nowMs,
    actorId: principal.actorId,
    ...(principal.customerId === undefined ? {} : { customerId: principal.customerId }),
    ...what,
    requestId,
    ...(origin === undefined ? {} : { origin }),
  };
}
