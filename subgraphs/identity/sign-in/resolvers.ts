// The mutations of signing in: from the graph's input to the flows, and from their outcome to payloads.
import { clientError } from '../../../schema/errors.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import type { Own } from '../../own.ts';
import type { SignIn, UserFault } from './attempt.ts';
import * as credentials from './credentials.ts';
import { createPasswords } from './password.ts';
import { createSealing } from './sealed.ts';
import { answerChallenge, type SignedIn, signIn } from './sign-in.ts';
import { type Refreshed, refresh, signOut } from './tokens.ts';

const made = new WeakMap<Own, SignIn>();

/** One for each store: the bound on password checks is the process's. */
function aroundOf({ objects }: SubgraphContext): SignIn {
  const { own } = objects.systems;
  if (own?.signIn === undefined) throw clientError('NOT_CONFIGURED', 'Tokens come from an issuer elsewhere.');
  const known = made.get(own);
  if (known !== undefined) return known;
  const parts = own.signIn;
  const around = { own, parts, passwords: createPasswords(), sealing: createSealing(parts.sealingKeys) };
  made.set(own, around);
  return around;
}

const errorsOf = (fault: UserFault | undefined) => ({ userErrors: fault === undefined ? [] : [fault] });

function signedIn(outcome: SignedIn | Refreshed) {
  if ('fault' in outcome) {
    const retryAfter = 'retryAfterS' in outcome ? (outcome.retryAfterS ?? null) : null;
    return { tokens: null, challenge: null, retryAfter, ...errorsOf(outcome.fault) };
  }
  return {
    tokens: 'tokens' in outcome ? outcome.tokens : null,
    challenge: 'challenge' in outcome ? outcome.challenge : null,
    retryAfter: null,
    userErrors: [],
  };
}

type Inputs = Readonly<Record<string, string>>;

/** Every field of these inputs is a string that must be there: the schema has seen to it. */
const mutation =
  (run: (around: SignIn, input: Inputs, context: SubgraphContext) => Promise<unknown>): Resolver =>
  (_root, { input }, context) =>
    run(aroundOf(context), (input ?? {}) as Inputs, context);

const acknowledged = async (outcome: Promise<{ readonly fault?: UserFault | undefined }>) =>
  errorsOf((await outcome).fault);

export const SIGN_IN_MUTATIONS: Readonly<Record<string, Resolver>> = {
  signIn: mutation(async (around, { actorId = '', password = '' }, { operation }) =>
    signedIn(await signIn(around, { actorId, password }, operation)),
  ),
  answerChallenge: mutation(async (around, { challengeId = '', code = '' }, { operation }) =>
    signedIn(await answerChallenge(around, { challengeId, code }, operation)),
  ),
  refresh: mutation(async (around, { refreshToken = '' }, { operation }) =>
    signedIn(await refresh(around, refreshToken, operation)),
  ),
  signOut: mutation(async (around, _, { operation }) => errorsOf(await signOut(around, 'THIS', operation))),
  signOutEverywhere: mutation(async (around, _, { operation }) =>
    errorsOf(await signOut(around, 'ALL', operation)),
  ),
  changePassword: mutation((around, { password = '', newPassword = '' }, { operation }) =>
    acknowledged(credentials.changePassword(around, { password, newPassword }, operation)),
  ),
  requestPasswordReset: mutation((around, { actorId = '' }, { operation }) =>
    acknowledged(credentials.requestReset(around, actorId, operation)),
  ),
  resetPassword: mutation((around, { token = '', newPassword = '' }, { operation }) =>
    acknowledged(credentials.resetPassword(around, { token, newPassword }, operation)),
  ),
  enrolDynamicPassword: mutation(async (around, { password = '' }, { operation }) => {
    const outcome = await credentials.enrol(around, password, operation);
    return { uri: 'uri' in outcome ? outcome.uri : null, ...errorsOf(outcome.fault) };
  }),
  confirmDynamicPassword: mutation(async (around, { code = '' }, { operation }) => {
    const outcome = await credentials.confirmEnrolment(around, code, operation);
    return {
      recoveryCodes: 'recoveryCodes' in outcome ? outcome.recoveryCodes : null,
      ...errorsOf(outcome.fault),
    };
  }),
  removeDynamicPassword: mutation((around, { password = '', code = '' }, { operation }) =>
    acknowledged(credentials.removeDynamicPassword(around, { password, code }, operation)),
  ),
};
