// Authority to act as manager on the customer's behalf: given, withdrawn, listed.
import { desc, eq, inArray } from 'drizzle-orm';
import { actsAsManager } from '../../../schema/access.ts';
import { authorityFaults, authorityOf, reachedFrom } from '../../../schema/authority-rules.ts';
import { manages } from '../../../schema/authorization-rules.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import { ownOf } from '../../own-acts.ts';
import { authorityWithout, type GivenAuthority, givenAuthority } from '../../store/authority.ts';
import { instant } from '../../store/authorization-row.ts';
import { personIn } from '../../store/authorizations.ts';
import type { Tables } from '../../store/tables.ts';
import { act, type Outcome, refused, refuseUnread } from '../act.ts';
import { userErrors } from '../user-errors.ts';
import { readPeriod } from './input.ts';
import { authorityId, rowNumber } from './scope.ts';

type AuthorityRow = Tables['authority']['$inferSelect'];

const MAX_SHOWN = 200;

const shown = (row: AuthorityRow, isInForce: boolean) => ({
  id: authorityId(row.id),
  giverId: row.giverId,
  actorId: row.actorId,
  validFor: { start: row.validFrom?.toISOString() ?? null, end: row.validUntil?.toISOString() ?? null },
  isInForce,
});

/** Whether this one, by itself, makes its holder act as manager now. */
function inForce(
  id: number,
  given: readonly GivenAuthority[],
  managers: ReadonlySet<string>,
  nowMs: number,
): boolean {
  const own = given.find((each) => each.id === id);
  if (own === undefined) return false;
  const alone = given.filter((each) => each.id === id || each.actorId !== own.actorId);
  const authority = authorityOf(own.actorId, alone, managers);
  return actsAsManager(
    { actorId: own.actorId, kind: 'AUTHORIZED_USER', grants: [], grantVersion: '', authority },
    nowMs,
  );
}

function payload(outcome: Outcome<AuthorityRow>, isInForce: boolean) {
  return outcome.kind === 'REFUSED'
    ? { authority: null, userErrors: userErrors(outcome.faults) }
    : { authority: shown(outcome.value, isInForce), userErrors: [] };
}

export const giveAuthority: Resolver = async (_root, { input }, context) => {
  const { actorId: to, validFor } = input as { actorId: string; validFor?: { start?: string; end?: string } }; // by the schema
  const period = readPeriod(validFor);
  if (period.kind === 'UNREADABLE')
    return payload(await refuseUnread<AuthorityRow>(context, 'giveAuthority', period.faults), false);
  const outcome = await act<AuthorityRow>(context, 'giveAuthority', async (asking, store) => {
    const person = await personIn(store, to);
    const known = person !== undefined && person.customerId === asking.by.customerId;
    const { customerId = '', actorId: giverId } = asking.by;
    const { given } = await givenAuthority(store, customerId);
    const faults = authorityFaults(asking, person, period.value, given);
    if (faults.length > 0) return refused(faults, known ? to : undefined);
    const { authority } = store.tables;
    const [row] = await store.db
      .insert(authority)
      .values({
        customerId,
        giverId,
        actorId: to,
        validFrom: instant(period.value.from),
        validUntil: instant(period.value.until),
      })
      .returning();
    if (row === undefined) throw new Error('an insert that gives no row');
    // whom the receiver has given authority before acts by it again
    const affected = [...reachedFrom(to, given)];
    return { kind: 'DONE', value: row, objectId: authorityId(row.id), affected, detail: { actorId: to } };
  });
  const began = period.value.from === undefined || Date.parse(period.value.from) <= context.operation.nowMs;
  return payload(outcome, began);
};

export const withdrawAuthority: Resolver = async (_root, { input }, context) => {
  const id = rowNumber((input as { id?: unknown }).id, 'Authority'); // an input object, by the schema
  const outcome = await act<AuthorityRow>(context, 'withdrawAuthority', async (asking, store) => {
    const { by, nowMs } = asking;
    if (!manages(asking, 'AUTHORITY_GIVE')) return refused([{ code: 'NOT_A_MANAGER' }]);
    const { authority } = store.tables;
    const [row] = await store.db.select().from(authority).where(eq(authority.id, id));
    if (row === undefined || row.customerId !== by.customerId || row.withdrawnAt !== null)
      return refused([{ code: 'AUTHORITY_UNKNOWN', field: 'id' }]);
    const { given } = await givenAuthority(store, row.customerId);
    const withdrawn = { withdrawnAt: new Date(nowMs), withdrawnBy: by.actorId };
    const [done] = await store.db.update(authority).set(withdrawn).where(eq(authority.id, id)).returning();
    const more = await authorityWithout(store, row.customerId, row.actorId);
    if (more.length > 0)
      await store.db
        .update(authority)
        .set(withdrawn)
        .where(inArray(authority.id, [...more]));
    return {
      kind: 'DONE',
      value: done ?? row,
      objectId: authorityId(id),
      affected: [...reachedFrom(row.actorId, given)],
      detail: { actorId: row.actorId, withIt: more.map(authorityId) },
    };
  });
  return payload(outcome, false);
};

export const authorities: Resolver = async (_root, _args, context: SubgraphContext) => {
  const { store } = ownOf(context);
  const { customerId } = context.operation.principal;
  if (customerId === undefined) return [];
  const { authority } = store.tables;
  const rows = await store.db
    .select()
    .from(authority)
    .where(eq(authority.customerId, customerId))
    .orderBy(desc(authority.id))
    .limit(MAX_SHOWN);
  const { given, managers } = await givenAuthority(store, customerId);
  return rows.map((row) => shown(row, inForce(row.id, given, managers, context.operation.nowMs)));
};
