// Reading authorizations: one's own and those that one gave; a manager all of the customer, provider staff all.
import { actsAsManager, holds } from '../../../schema/access.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import { entryOf, ownOf } from '../../own-acts.ts';
import { type PageArgs, pageAsked, pageOf } from '../../own-page.ts';
import { findAuthorizations, type Readable, type StateName } from '../../store/authorizations.ts';
import { rowNumber } from './scope.ts';
import { shown } from './shown.ts';

function readable({ operation: { principal, nowMs } }: SubgraphContext): Readable {
  const { actorId, customerId, kind } = principal;
  if (
    customerId !== undefined &&
    actsAsManager(principal, nowMs) &&
    holds(principal, 'AUTHORIZATION_VIEW', nowMs)
  )
    return { kind: 'CUSTOMER', customerId };
  const everywhere = principal.grants.some(({ scope }) => scope.kind === 'EVERY_CUSTOMER');
  if (kind === 'STAFF' && everywhere) return { kind: 'EVERYTHING' };
  return { kind: 'OWN', actorId, customerId: customerId ?? null };
}

/** What provider staff reads of customers is recorded before it is answered. */
async function recordStaff(context: SubgraphContext, action: string, kind: Readable['kind']): Promise<void> {
  if (kind !== 'EVERYTHING') return;
  await ownOf(context).audit.append(entryOf(context, { action, outcome: 'DONE' }));
}

interface Filter {
  readonly actorId?: string | null;
  readonly grantorId?: string | null;
  readonly states?: readonly StateName[] | null;
  readonly function?: string | null;
}

export const authorizations: Resolver = async (_root, args, context) => {
  const { nowMs } = context.operation;
  const page = pageAsked(args as PageArgs); // by the schema
  const filter = (args.filter ?? {}) as Filter; // by the schema
  const who = readable(context);
  await recordStaff(context, 'authorizations', who.kind);
  const found = await findAuthorizations(ownOf(context).store, {
    readable: who,
    nowMs,
    ...page,
    ...(filter.actorId ? { actorId: filter.actorId } : {}),
    ...(filter.grantorId ? { grantorId: filter.grantorId } : {}),
    ...(filter.states ? { states: filter.states } : {}),
    ...(filter.function ? { function: filter.function } : {}),
  });
  return pageOf(
    found,
    page,
    ({ row }) => row.id,
    (each) => shown(each, nowMs),
  );
};

export const authorization: Resolver = async (_root, { id }, context) => {
  const { nowMs } = context.operation;
  const who = readable(context);
  await recordStaff(context, 'authorization', who.kind);
  const ask = { readable: who, id: rowNumber(id, 'Authorization'), limit: 1, nowMs };
  const [found] = await findAuthorizations(ownOf(context).store, ask);
  return found === undefined ? null : shown(found, nowMs);
};
