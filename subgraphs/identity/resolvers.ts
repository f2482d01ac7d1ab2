// What the identity data sheet can't say: who asks, what was granted, and the changes of that.
import { encodeId } from '../../schema/id.ts';
import type { EventHandlers, Resolvers } from '../context.ts';
import { compileIds } from '../path.ts';
import { securityAlarms } from './alarms/alarm-list.ts';
import { auditTrail } from './audit-trail.ts';
import { authorities, giveAuthority, withdrawAuthority } from './authorization/authority.ts';
import { changeAuthorization, enableUse, grantAuthorization } from './authorization/give.ts';
import { authorization, authorizations } from './authorization/list.ts';
import { mayI } from './authorization/may-i.ts';
import { resumeAuthorization, revokeAuthorization, suspendAuthorization } from './authorization/state.ts';
import { me } from './me.ts';
import { inviteActor, renewInvitation } from './people/invite.ts';
import { actors } from './people/list.ts';
import { deactivateActor, reactivateActor, removeActorDynamicPassword } from './people/state.ts';
import { erasePersonalData, exportPersonalData } from './personal-data.ts';
import { SIGN_IN_MUTATIONS } from './sign-in/resolvers.ts';

/** Sign-in and authorizations live in the store. */
export const keepsState = true;

export const resolvers: Resolvers = {
  ...me,
  Query: {
    ...me.Query,
    actors,
    auditTrail,
    authorities,
    authorization,
    authorizations,
    mayI,
    securityAlarms,
  },
  Mutation: {
    ...SIGN_IN_MUTATIONS,
    changeAuthorization,
    deactivateActor,
    enableUse,
    erasePersonalData,
    exportPersonalData,
    giveAuthority,
    grantAuthorization,
    inviteActor,
    reactivateActor,
    removeActorDynamicPassword,
    renewInvitation,
    resumeAuthorization,
    revokeAuthorization,
    suspendAuthorization,
    withdrawAuthority,
  },
};

const customersOf = compileIds('engagedParty.id');

export const events: EventHandlers = {
  /** A contract has changed: what it allows is read anew by the next operation, on every instance. */
  async agreement({ provider, object }, { own }) {
    const customers = customersOf(object).map((id) => encodeId(provider, 'Customer', id));
    await Promise.all(customers.map((id) => own?.contracts.changed(id)));
  },
};
