// What the tests of signing in stand on: a world, mutations with whatever token, and a look at the audit log.
import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { DEMO_PASSWORD } from '../../gateway/demo.ts';
import type { Own } from '../../subgraphs/own.ts';
import type { Instance } from '../support/gateway.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface Payload {
  readonly tokens: Tokens | null;
  readonly challenge: { readonly id: string } | null;
  readonly retryAfter: number | null;
  readonly uri: string | null;
  readonly recoveryCodes: readonly string[] | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}

export interface Sent {
  readonly status: number;
  readonly data: unknown;
  readonly code: string | undefined;
  readonly text: string;
}

export interface SendOptions {
  readonly token?: string;
  /** As the last proxy would write it; believed with TRUSTED_PROXIES=1. */
  readonly from?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export async function send(
  url: string,
  query: string,
  { token, from, variables = {} }: SendOptions = {},
): Promise<Sent> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      'x-request-id': randomUUID(),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  // the gateway's answers have this shape; the tests of gateway/ prove it
  const { data, errors = [] } = JSON.parse(text) as {
    data?: unknown;
    errors?: { extensions: { code: string } }[];
  };
  return { status: response.status, data, code: errors[0]?.extensions.code, text };
}

const SIGNED = 'tokens { accessToken refreshToken } challenge { id } retryAfter userErrors { code field }';
const PLAIN = 'userErrors { code field }';
const MUTATIONS = {
  signIn: ['SignInInput', SIGNED],
  answerChallenge: ['AnswerChallengeInput', SIGNED],
  refresh: ['RefreshInput', SIGNED],
  signOut: [undefined, PLAIN],
  signOutEverywhere: [undefined, PLAIN],
  changePassword: ['ChangePasswordInput', PLAIN],
  requestPasswordReset: ['PasswordResetInput', PLAIN],
  resetPassword: ['ResetPasswordInput', PLAIN],
  enrolDynamicPassword: ['EnrolDynamicPasswordInput', `uri ${PLAIN}`],
  confirmDynamicPassword: ['ConfirmDynamicPasswordInput', `recoveryCodes ${PLAIN}`],
  removeDynamicPassword: ['RemoveDynamicPasswordInput', PLAIN],
} as const;

export interface Caller extends Pick<SendOptions, 'token' | 'from'> {
  readonly input?: Readonly<Record<string, string>>;
}

export async function mutate(
  url: string,
  name: keyof typeof MUTATIONS,
  caller: Caller = {},
): Promise<Payload> {
  const [type, selection] = MUTATIONS[name];
  const query =
    type === undefined
      ? `mutation { ${name} { ${selection} } }`
      : `mutation Sent($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
  const { input, ...options } = caller;
  const sent = await send(url, query, {
    ...options,
    ...(input === undefined ? {} : { variables: { input } }),
  });
  if (sent.code !== undefined) throw new Error(`${name}: ${sent.code}`);
  // what the selections above ask for
  return (sent.data as Readonly<Record<string, Payload>>)[name] ?? fail(sent.text);
}

export async function signedIn(url: string, actorId: string, from?: string): Promise<Tokens> {
  const input = { actorId, password: DEMO_PASSWORD };
  const { tokens, userErrors } = await mutate(url, 'signIn', {
    input,
    ...(from === undefined ? {} : { from }),
  });
  return tokens ?? fail(JSON.stringify(userErrors));
}

export const codesOf = ({ userErrors }: Pick<Payload, 'userErrors'>): string[] =>
  userErrors.map(({ code }) => code);

/** A device with the secret: its code at an instant. */
export function deviceOf(uri: string): (atMs: number) => string {
  const secret = new URL(uri).searchParams.get('secret') ?? fail(uri);
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return (atMs) => totp.generate({ timestamp: atMs });
}

/** The gateway's own state, to look at what no query shows. */
export const ownOf = ({ running }: Instance): Own => running.own ?? fail('no state');

export const ME = '{ me { actorId } }';

function fail(what: string): never {
  throw new Error(`not as expected: ${what}`);
}
