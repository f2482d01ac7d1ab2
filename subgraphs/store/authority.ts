// Authority to act as manager, in the store: what stands between the customer's actors.
import { and, eq, isNull } from 'drizzle-orm';
import { CONTRACT_FUNCTIONS } from '../../schema/access.ts';
import type { Authority } from '../../schema/authority-rules.ts';
import type { Grant, Validity } from '../../schema/principal.ts';
import type { Store } from './store.ts';

export interface GivenAuthority extends Authority {
  readonly id: number;
}

/** All that was given at the customer and not withdrawn, and who its managers are. */
export async function givenAuthority(
  { db, tables: { actor, authority } }: Pick<Store, 'db' | 'tables'>,
  customerId: string,
): Promise<{ readonly given: readonly GivenAuthority[]; readonly managers: ReadonlySet<string> }> {
  const rows = await db
    .select({ row: authority, giverIsActive: actor.active })
    .from(authority)
    .innerJoin(actor, eq(actor.actorId, authority.giverId))
    .where(and(eq(authority.customerId, customerId), isNull(authority.withdrawnAt)))
    .orderBy(authority.id);
  // a manager of no service any more leads nobody
  const managers = await db
    .select({ actorId: actor.actorId })
    .from(actor)
    .where(and(eq(actor.customerId, customerId), eq(actor.kind, 'MANAGER'), eq(actor.active, true)));
  const given = rows.map(({ row: { id, giverId, actorId, validFrom, validUntil }, giverIsActive }) => ({
    id,
    giverId,
    actorId,
    ...(giverIsActive ? {} : { isDormant: true }),
    ...(validFrom === null ? {} : { from: validFrom.toISOString() }),
    ...(validUntil === null ? {} : { until: validUntil.toISOString() }),
  }));
  return { given, managers: new Set(managers.map(({ actorId }) => actorId)) };
}

/** What it gives: as a manager has it, all that the contract names, on all that the customer has. */
export const authorityGrant = (period: Validity): Grant => ({
  ...period,
  functions: CONTRACT_FUNCTIONS,
  scope: { kind: 'CUSTOMER' },
});

/** What an actor gave by virtue of authority ends with the last authority that it has; numbers of rows. */
export async function authorityWithout(
  store: Pick<Store, 'db' | 'tables'>,
  customerId: string,
  actorId: string,
): Promise<readonly number[]> {
  const { given, managers } = await givenAuthority(store, customerId);
  const ended = new Set<number>();
  const open = [actorId];
  for (const each of open) {
    const has = given.some((row) => row.actorId === each && !ended.has(row.id));
    if (managers.has(each) || has) continue;
    for (const row of given.filter(({ giverId, id }) => giverId === each && !ended.has(id))) {
      ended.add(row.id);
      open.push(row.actorId);
    }
  }
  return [...ended];
}
