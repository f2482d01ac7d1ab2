// The shape of a providers file: what may stand where, before anything in it is looked up.
import { z } from 'zod';
import { profileShape } from './profile.ts';

const REFERENCE =
  /^(?:env:[A-Za-z_][A-Za-z0-9_]*|\$\{env:[A-Za-z_][A-Za-z0-9_]*\}|file:\/.+|\$\{file:\/[^}]+\})$/;

export const isReference = (text: string): boolean => REFERENCE.test(text);

const secretRef = z
  .string()
  .regex(REFERENCE, 'a secret is a reference: env:NAME, $' + '{env:NAME} or file:/path');

const baseUrl = z.string().superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fault =
    url === undefined || !/^https?:$/.test(url.protocol)
      ? 'an absolute http or https URL is wanted'
      : url.username !== '' || url.password !== ''
        ? 'credentials belong under auth, as references'
        : url.search !== '' || url.hash !== ''
          ? 'no query and no fragment'
          : undefined;
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'not a header name');
/** Text with `{requestId}`, `${env:NAME}` and `${file:/path}` in it, or one bare reference. */
const headers = z.record(headerName, z.string());

const AUTHS = {
  none: z.strictObject({ kind: z.literal('none') }),
  basic: z.strictObject({ kind: z.literal('basic'), user: secretRef, password: secretRef }),
  bearer: z.strictObject({ kind: z.literal('bearer'), token: secretRef }),
  apiKey: z.strictObject({
    kind: z.literal('apiKey'),
    header: headerName.default('x-api-key'),
    key: secretRef,
  }),
  oauth2ClientCredentials: z.strictObject({
    kind: z.literal('oauth2ClientCredentials'),
    tokenUrl: baseUrl,
    clientId: secretRef,
    clientSecret: secretRef,
    scope: z.string().optional(),
    audience: z.string().optional(),
    /** What the token endpoint wants besides: a country, a tenant. */
    parameters: z.record(z.string(), z.string()).optional(),
    /** How the client names itself to the token endpoint (RFC 6749 §2.3.1). */
    clientAuth: z.enum(['basic', 'post']).default('basic'),
  }),
  /** The token that the client of the graph sent: nothing read with it is kept for another reader. */
  userToken: z.strictObject({ kind: z.literal('userToken') }),
};
const { none, basic, bearer, apiKey, oauth2ClientCredentials, userToken } = AUTHS;
const auth = z.discriminatedUnion('kind', [none, basic, bearer, apiKey, oauth2ClientCredentials, userToken]);

/** A certificate of ours (mutual TLS), and whom to trust besides the well-known; PEM behind each reference. */
const tls = z
  .strictObject({
    cert: secretRef.optional(),
    key: secretRef.optional(),
    passphrase: secretRef.optional(),
    ca: secretRef.optional(),
    /** The name that its certificate bears, where the URL's host is another. */
    serverName: z.string().min(1).optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key come together');

export const apiEntry = z.strictObject({
  /** The API's own base URL; without it: the provider's, with the published path behind. */
  url: baseUrl.optional(),
  version: z
    .string()
    .regex(/^v\d+$/, 'a version is v4, v5, …')
    .optional(),
  timeoutMs: z.int().min(1).max(120_000).optional(),
  concurrency: z.int().min(1).max(1_000).optional(),
  auth: auth.optional(),
  tls: tls.optional(),
  headers: headers.optional(),
  profile: profileShape.optional(),
});

export const providerHead = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a provider id is [a-z][a-z0-9-]*, at most 32 characters'),
  url: baseUrl.optional(),
  auth: auth.optional(),
  tls: tls.optional(),
  headers: headers.optional(),
  profile: profileShape.optional(),
  /** Each is read by itself, so that a fault in one hides none of another. */
  apis: z.record(z.string(), z.unknown()),
});

export const providersHead = z.strictObject({ providers: z.array(z.unknown()).min(1) });

export type Auth = z.output<typeof auth>;
export type Tls = z.output<typeof tls>;
export type ApiEntry = z.output<typeof apiEntry>;
export type ProviderHead = z.output<typeof providerHead>;

type Written = z.input<typeof providerHead>;
/** As it is written. */
export interface ProvidersDocument {
  readonly providers: readonly (Omit<Written, 'apis'> & {
    readonly apis: Readonly<Record<string, z.input<typeof apiEntry> | null>>;
  })[];
}

/** The keys that may stand at a place of the document, as far as they are named; for suggestions. */
export function keysAt(place: readonly (string | number)[], value: unknown): readonly string[] {
  const last = place.at(-1);
  if (place.length === 0) return Object.keys(providersHead.shape);
  if (last === 'profile') return Object.keys(profileShape.shape);
  if (last === 'tls') return Object.keys(tls.shape);
  if (last === 'auth') {
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
    const chosen = Object.entries(AUTHS).find(([name]) => name === kind)?.[1];
    return Object.keys(chosen?.shape ?? {});
  }
  if (place.at(-2) === 'apis') return Object.keys(apiEntry.shape);
  return place.length === 2 ? Object.keys(providerHead.shape) : [];
}
