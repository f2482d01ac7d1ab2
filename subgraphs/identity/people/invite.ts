// A manager adds somebody of its customer: an actor that may nothing yet, and a one-time link to its first password.
import { randomBytes } from 'node:crypto';
import { invitationFaults, personChangeFaults } from '../../../schema/actor-rules.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import { ownOf } from '../../own-acts.ts';
import type { Inside } from '../../store/authorizations.ts';
import { addPerson, type FoundPerson, findPerson, personOf, personState } from '../../store/people.ts';
import { act, type Outcome, refused } from '../act.ts';
import { INVITATION_MS, newLink } from '../sign-in/links.ts';
import { hasPasswords, payload } from './shown.ts';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** 60 bits, in letters that are not taken for others: an id says nothing, and no two managers meet in one. */
function newActorId(): string {
  const letters = [...randomBytes(12)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return letters.replaceAll(/.{4}(?=.)/g, '$&-');
}

interface Link {
  readonly token: string;
  readonly expiresAtMs: number;
}

interface Invited {
  readonly person: FoundPerson;
  readonly link: Link | undefined;
}

async function invited(store: Inside, actorId: string, link: Link | undefined): Promise<Invited> {
  const person = await findPerson(store, actorId);
  if (person === undefined) throw new Error('an insert that gives no row');
  return { person, link };
}

const linkTo = (store: Inside, actorId: string, nowMs: number): Promise<Link> =>
  newLink(store.db, store, { actorId, nowMs, lifetimeMs: INVITATION_MS });

/** After the commit, behind the answer: a sender that fails costs a renewal, not the actor. */
function answered(context: SubgraphContext, outcome: Outcome<Invited>, sendTo: string | undefined) {
  if (outcome.kind === 'REFUSED') return payload(context, outcome);
  const { person, link } = outcome.value;
  const { signIn } = ownOf(context);
  if (signIn !== undefined && link !== undefined && sendTo !== undefined) {
    const { actorId } = person.row;
    signIn.sender.send({ kind: 'INVITATION', actorId, sendTo, ...link }).catch(signIn.onFault);
  }
  return payload(context, { ...outcome, value: person });
}

interface InviteInput {
  readonly kind: string;
  readonly name: string;
  readonly sendTo?: string | null;
  readonly actorId?: string | null;
}

export const inviteActor: Resolver = async (_root, { input }, context) => {
  const given = input as InviteInput; // an input object, by the schema
  const sendTo = given.sendTo ?? undefined;
  const here = hasPasswords(context);
  const outcome = await act<Invited>(context, 'inviteActor', async (asking, store) => {
    const invitation = { name: given.name, sendTo, actorId: given.actorId ?? undefined };
    const faults = invitationFaults(asking, invitation, here ? 'HERE' : 'ELSEWHERE');
    if (faults.length > 0) return refused(faults);
    const actorId = invitation.actorId ?? newActorId();
    const isNew = await addPerson(store, {
      actorId,
      kind: given.kind,
      displayName: given.name.trim(),
      customerId: asking.by.customerId ?? null,
      invitedBy: asking.by.actorId,
      createdAt: new Date(asking.nowMs),
    });
    if (!isNew) return refused([{ code: 'ACTOR_ID_TAKEN', field: 'actorId' }]);
    const link = here ? await linkTo(store, actorId, asking.nowMs) : undefined;
    const value = await invited(store, actorId, link);
    return { kind: 'DONE', value, objectId: actorId, affected: [actorId], detail: { kind: given.kind } };
  });
  return answered(context, outcome, sendTo);
};

export const renewInvitation: Resolver = async (_root, { input }, context) => {
  const { actorId, sendTo } = input as { readonly actorId: string; readonly sendTo: string }; // by the schema
  const outcome = await act<Invited>(context, 'renewInvitation', async (asking, store) => {
    const found = await findPerson(store, actorId);
    const faults = personChangeFaults(asking, found && personOf(found));
    if (found === undefined || faults.length > 0) return refused(faults);
    const said = { name: 'as it is', sendTo, actorId: undefined };
    const unsendable = invitationFaults(asking, said, 'HERE');
    if (unsendable.length > 0) return refused(unsendable, actorId);
    const state = personState(found, hasPasswords(context));
    if (state !== 'INVITED')
      return refused(
        [{ code: state === 'ACTIVE' ? 'ACTOR_ACTIVE' : 'ACTOR_INACTIVE', field: 'actorId' }],
        actorId,
      );
    const value = await invited(store, actorId, await linkTo(store, actorId, asking.nowMs));
    return { kind: 'DONE', value, objectId: actorId, affected: [] };
  });
  return answered(context, outcome, sendTo);
};
