// Deactivating somebody of the customer, letting it in again, and a second factor that it has lost.
import { personChangeFaults } from '../../../schema/actor-rules.ts';
import { reachedFrom } from '../../../schema/authority-rules.ts';
import type { RuleFault } from '../../../schema/authorization-rules.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import { ownOf } from '../../own-acts.ts';
import { givenAuthority } from '../../store/authority.ts';
import type { Inside } from '../../store/authorizations.ts';
import { type FoundPerson, findPerson, holdersUnder, personOf, switchPerson } from '../../store/people.ts';
import { endSessions, forgetLinks, tellEnded } from '../../store/sessions.ts';
import { act, refused } from '../act.ts';
import { forgetDynamicPassword } from '../sign-in/dynamic-password.ts';
import { payload } from './shown.ts';

interface Change {
  /** Whether it can be done to who is as it is. */
  fault(found: FoundPerson): RuleFault | undefined;
  make(store: Inside, actorId: string, by: { readonly at: Date; readonly by: string }): Promise<void>;
}

/** Everybody whose grants hang on whether this actor is there: those it enabled, those its authority reaches. */
async function affectedBy(store: Inside, { row }: FoundPerson): Promise<readonly string[]> {
  const under = await holdersUnder(store, row.actorId);
  if (row.customerId === null) return [row.actorId, ...under];
  const { given } = await givenAuthority(store, row.customerId);
  return [...reachedFrom(row.actorId, given), ...under];
}

function changing(action: string, change: Change): Resolver {
  return async (_root, { input }, context: SubgraphContext) => {
    const { actorId } = input as { readonly actorId: string }; // an input object, by the schema
    const { store: own, bus } = ownOf(context);
    let ended: readonly string[] = [];
    const outcome = await act<FoundPerson>(context, action, async (asking, store) => {
      const found = await findPerson(store, actorId);
      const faults = personChangeFaults(asking, found && personOf(found));
      if (found === undefined || faults.length > 0) return refused(faults);
      const fault = change.fault(found);
      if (fault !== undefined) return refused([fault], actorId);
      const before = await affectedBy(store, found);
      const { nowMs } = asking;
      await change.make(store, actorId, { at: new Date(nowMs), by: asking.by.actorId });
      // whoever came in as it was is out
      ended = await endSessions(store.db, own, { actorId, by: 'BY_MANAGER', nowMs });
      const value = (await findPerson(store, actorId)) ?? found;
      const affected = [...before, ...(await affectedBy(store, value))];
      return { kind: 'DONE', value, objectId: actorId, affected };
    });
    if (outcome.kind === 'DONE') await tellEnded(bus, ended);
    return payload(context, outcome);
  };
}

const about = (code: RuleFault['code']): RuleFault => ({ code, field: 'actorId' });

export const deactivateActor = changing('deactivateActor', {
  fault: ({ row }) => (row.active ? undefined : about('ACTOR_INACTIVE')),
  async make(store, actorId, off) {
    await switchPerson(store, actorId, off);
    await forgetLinks(store.db, store, actorId);
  },
});

export const reactivateActor = changing('reactivateActor', {
  fault: ({ row }) => (row.active ? about('ACTOR_ACTIVE') : undefined),
  make: (store, actorId) => switchPerson(store, actorId, undefined),
});

/** For who has lost the device and the recovery codes; the password stays what it is. */
export const removeActorDynamicPassword = changing('removeActorDynamicPassword', {
  fault: ({ hasDynamicPassword }) => (hasDynamicPassword ? undefined : about('NO_DYNAMIC_PASSWORD')),
  make: (store, actorId) => forgetDynamicPassword(store.db, store, actorId),
});
