// A person's data at the person's request: exported, or erased so that the audit trail keeps references alone.
import { actsAsManager, holds } from '../../schema/access.ts';
import type { RuleFault } from '../../schema/authorization-rules.ts';
import type { AuditEntry } from '../../schema/ports.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Resolver, SubgraphContext } from '../context.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import { inside, personIn } from '../store/authorizations.ts';
import { grantsTopic } from '../store/grants.ts';
import { erasePerson, gatherPerson } from '../store/personal-data.ts';
import { userErrors } from './user-errors.ts';

type Action = 'exportPersonalData' | 'erasePersonalData';

/** One's own; a manager that of its customer's others; provider staff whose function it is. */
async function faultOf(context: SubgraphContext, actorId: string): Promise<RuleFault | undefined> {
  const { principal, nowMs } = context.operation;
  if (actorId === principal.actorId) return undefined;
  const unknown: RuleFault = { code: 'ACTOR_UNKNOWN', field: 'actorId' };
  const person = await personIn(ownOf(context).store, actorId);
  if (!holds(principal, 'PERSONAL_DATA_MANAGE', nowMs) || person === undefined) return unknown;
  if (isStaff(principal)) return undefined;
  const ownCustomer = principal.customerId !== undefined && principal.customerId === person.customerId;
  if (!ownCustomer || !actsAsManager(principal, nowMs)) return unknown;
  // one manager doesn't remove another
  return person.kind === 'MANAGER' ? { code: 'NOT_YOURS', field: 'actorId' } : undefined;
}

const isStaff = ({ kind, grants }: Principal): boolean =>
  kind === 'STAFF' &&
  grants.some(
    ({ scope, functions }) => scope.kind === 'EVERY_CUSTOMER' && functions.includes('PERSONAL_DATA_MANAGE'),
  );

/** `work` writes the entry itself, with what it does. */
async function run(
  context: SubgraphContext,
  action: Action,
  actorId: string,
  work: (done: AuditEntry) => Promise<string | null>,
) {
  const fault = await faultOf(context, actorId);
  if (fault === undefined) {
    const document = await work(entryOf(context, { action, outcome: 'DONE', objectId: actorId }));
    return { document, userErrors: [] };
  }
  const refused = { action, outcome: 'REFUSED', detail: fault.code } as const;
  // a name that leads to nobody isn't kept
  const about = fault.code === 'ACTOR_UNKNOWN' ? {} : { objectId: actorId };
  await ownOf(context).audit.append(entryOf(context, { ...refused, ...about }));
  return { document: null, userErrors: userErrors([fault]) };
}

const whose = (input: unknown, context: SubgraphContext): string =>
  (input as { actorId?: string | null }).actorId ?? context.operation.principal.actorId; // an input object, by the schema

export const exportPersonalData: Resolver = (_root, { input }, context) => {
  const actorId = whose(input, context);
  const { store, audit } = ownOf(context);
  return run(context, 'exportPersonalData', actorId, async (done) => {
    const document = JSON.stringify(await gatherPerson(store, actorId));
    await audit.append(done);
    return document;
  });
};

export const erasePersonalData: Resolver = (_root, { input }, context) => {
  const actorId = whose(input, context);
  const { principal, nowMs } = context.operation;
  return run(context, 'erasePersonalData', actorId, async ({ origin, ...done }) => {
    const { store, bus, audit } = ownOf(context);
    const customerId = (await personIn(store, actorId))?.customerId ?? '';
    // the address of who erases itself would be the first that is kept of it again
    const entry = origin === undefined || actorId === principal.actorId ? done : { ...done, origin };
    const affected = await inside(store, customerId, async (tx) => {
      const touched = await erasePerson(tx, actorId, { nowMs, by: principal.actorId });
      await audit.append(entry, tx.db);
      return touched;
    });
    await Promise.all(affected.map((each) => bus.publish(grantsTopic(each), 'erased')));
    return null;
  });
};
