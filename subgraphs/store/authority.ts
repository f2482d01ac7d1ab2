// Authority to act as manager, in the store: what stands between the customer's actors.
import { and, eq, isNull } from 'drizzle-orm';
import { CONTRACT_FUNCTIONS } from '../../schema/access.ts';
import type { Authority } from '../../schema/authority-rules.ts';
import type { Grant, Validity } from '../../schema/principal.ts';
import type { Database, Store } from './store.ts';

export interface GivenAuthority extends Authority {
  readonly id: number;
}

/** All that was given at the customer and not withdrawn, and who its managers are. */
export async function givenAuthority(
  db: Pick<Database, 'select'>,
  { tables: { actor, authority } }: Store,
  customerId: string,
): Promise<{ readonly given: readonly GivenAuthority[]; readonly managers: ReadonlySet<string> }> {
  const rows = await db
    .select()
    .from(authority)
    .where(and(eq(authority.customerId, customerId), isNull(authority.withdrawnAt)))
    .orderBy(authority.id);
  // a manager of no service any more leads nobody
  const managers = await db
    .select({ actorId: actor.actorId })
    .from(actor)
    .where(and(eq(actor.customerId, customerId), eq(actor.kind, 'MANAGER'), eq(actor.active, true)));
  const given = rows.map(({ id, giverId, actorId, validFrom, validUntil }) => ({
    id,
    giverId,
    actorId,
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
