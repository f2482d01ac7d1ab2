// What the tests of authorizations ask: ids and mutations, each answered with what matters of it.
import { encodeId } from '../../schema/id.ts';
import type { Instance } from '../support/gateway.ts';

export const service = (id: string): string => encodeId('home', 'Service', id);
export const site = (id: string): string => encodeId('home', 'Site', id);
export const account = (id: string): string => encodeId('home', 'BillingAccount', id);
export const customer = (id: string): string => encodeId('home', 'Customer', id);

export const LINE_01 = service('svc-acme-m-01');
export const LINE_02 = service('svc-acme-m-02');
export const BOREALIS = service('svc-borealis-m-01');

const AUTHORIZATION = `{
  id actorId grantorId enabledUnder state version functions isWholeContract scope scopeIds
  validFor { start end } daily { from until zone } limit { amount currency per }
}`;

export interface ShownAuthorization {
  readonly id: string;
  readonly actorId: string;
  readonly grantorId: string | null;
  readonly enabledUnder: string | null;
  readonly state: string;
  readonly version: number;
  readonly functions: readonly string[];
  readonly scope: string;
  readonly scopeIds: readonly string[];
  readonly validFor: { readonly start: string | null; readonly end: string | null };
}

export interface Changed {
  readonly authorization: ShownAuthorization | undefined;
  /** `CODE field`, or the code of a refusal. */
  readonly faults: readonly string[];
  readonly requestId: string;
}

const INPUTS = {
  grantAuthorization: 'GrantAuthorizationInput',
  changeAuthorization: 'ChangeAuthorizationInput',
  enableUse: 'EnableUseInput',
  suspendAuthorization: 'AuthorizationStateInput',
  resumeAuthorization: 'AuthorizationStateInput',
  revokeAuthorization: 'AuthorizationStateInput',
} as const;

export type Mutation = keyof typeof INPUTS;
type Ask = Instance['ask'];

/** The mutation, as the actor. */
export async function change(ask: Ask, as: string, name: Mutation, input: object): Promise<Changed> {
  const { data, errors, requestId } = await ask(
    `mutation($input: ${INPUTS[name]}!) { ${name}(input: $input) { authorization ${AUTHORIZATION} userErrors { code message field } } }`,
    { as, variables: { input } },
  );
  // by the schema; what isn't there was refused
  const payload = (data as Record<string, Payload | null> | undefined)?.[name];
  return {
    authorization: payload?.authorization ?? undefined,
    faults: [
      ...errors.map(({ code }) => code),
      ...(payload?.userErrors ?? []).map(({ code, field }) => [code, field].filter(Boolean).join(' ')),
    ],
    requestId,
  };
}

interface Payload {
  readonly authorization: ShownAuthorization | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}

/** Grants, and gives the authorization; whoever can't is a mistake in the test. */
export async function granted(ask: Ask, as: string, input: object, name: Mutation = 'grantAuthorization') {
  const { authorization, faults } = await change(ask, as, name, input);
  if (authorization === undefined) throw new Error(`not granted: ${faults.join()}`);
  return authorization;
}

export interface Permission {
  readonly allowed: boolean;
  readonly code: string;
  readonly reason: string;
}

export async function mayI(ask: Ask, as: string, fn: string, serviceId?: string): Promise<Permission> {
  const { data } = await ask(
    'query($function: String!, $serviceId: ID) { mayI(function: $function, serviceId: $serviceId) { allowed code reason } }',
    { as, variables: { function: fn, serviceId: serviceId ?? null } },
  );
  return (data as { mayI: Permission }).mayI; // by the schema
}

/** What real-time usage of a line answers: DATA, or why not. */
export async function usage(ask: Ask, as: string, serviceId: string): Promise<string> {
  const { data, errors } = await ask('query($id: ID!) { usage(serviceId: $id) { asOf } }', {
    as,
    variables: { id: serviceId },
  });
  const found = (data as { usage: object | null } | undefined)?.usage; // by the schema
  return errors[0]?.code ?? (found === null || found === undefined ? 'NULL' : 'DATA');
}
