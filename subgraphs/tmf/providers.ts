// The providers document: who serves which API, where, with which credentials and measured habits.
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { type Api, backEndRow, isApi } from './backends.ts';

const secretRef = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/, 'a secret is a reference: env:NAME or file:/path');

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

const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('basic'), user: secretRef, password: secretRef }),
  z.strictObject({ kind: z.literal('bearer'), token: secretRef }),
  z.strictObject({ kind: z.literal('apiKey'), header: headerName.default('x-api-key'), key: secretRef }),
  z.strictObject({
    kind: z.literal('oauth2ClientCredentials'),
    tokenUrl: baseUrl,
    clientId: secretRef,
    clientSecret: secretRef,
    scope: z.string().optional(),
    audience: z.string().optional(),
    /** How the client names itself to the token endpoint (RFC 6749 §2.3.1). */
    clientAuth: z.enum(['basic', 'post']).default('basic'),
  }),
  z.strictObject({ kind: z.literal('userToken') }),
]);

/** What was measured of a back end; the defaults are what the description promises. */
const profile = z.strictObject({
  /** How several values go into one parameter: `a,b`, `p=a&p=b`, or not at all. */
  idBatch: z.enum(['comma', 'repeated', 'none']).default('comma'),
  /** Whether `fields=` is honoured; answers are projected again either way. */
  fields: z.boolean().default(true),
  /** Whether filters are honoured; answers are filtered again either way. */
  filters: z.boolean().default(true),
  /** `none`: every list comes whole, whatever offset and limit say. */
  paging: z.enum(['offset', 'none']).default('offset'),
  /** What X-Total-Count counts: the filtered set, the whole collection, or nothing that can be used. */
  totals: z.enum(['filtered', 'unfiltered', 'none']).default('unfiltered'),
  maxPage: z.int().min(1).max(10_000).optional(),
  maxIds: z.int().min(1).max(1_000).optional(),
  /** The key under which lists come, where they are wrapped; dots for depth. Found by itself for common ones. */
  envelope: z.string().min(1).optional(),
});

const api = z.strictObject({
  /** The API's own base URL; without it: the provider's, with the published path behind. */
  url: baseUrl.optional(),
  version: z
    .string()
    .regex(/^v\d+$/, 'a version is v4, v5, …')
    .optional(),
  timeoutMs: z.int().min(1).max(120_000).optional(),
  concurrency: z.int().min(1).max(1_000).optional(),
  auth: auth.optional(),
  /** Sent with every call: text (`{requestId}` is filled in) or a secret reference. */
  headers: z.record(headerName, z.string()).optional(),
  profile: profile.optional(),
});

const provider = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a provider id is [a-z][a-z0-9-]*, at most 32 characters'),
  url: baseUrl.optional(),
  auth: auth.optional(),
  headers: z.record(headerName, z.string()).optional(),
  profile: profile.optional(),
  apis: z.record(z.string(), api.nullable()),
});

const providersDocument = z.strictObject({ providers: z.array(provider).min(1) });

export type ProvidersDocument = z.input<typeof providersDocument>;
type Profile = z.output<typeof profile>;
type Auth = z.output<typeof auth>;

/** One back end, everything resolved: secrets are in here, so it is never logged. */
export interface BackEndConfig {
  readonly provider: string;
  readonly api: Api;
  readonly version: string;
  readonly origin: string;
  /** Begins with a slash and doesn't end with one; empty for the root. */
  readonly basePath: string;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly maxIds: number;
  readonly maxUrlLength: number;
  readonly maxPage: number;
  readonly profile: Profile;
  /** References are replaced by the secrets. */
  readonly auth: Auth;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Providers {
  readonly backEnds: readonly BackEndConfig[];
}

export type ProvidersResult =
  | { readonly ok: true; readonly providers: Providers }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Gives the secret behind `env:NAME` or `file:/path`; undefined where there is none. */
export type SecretReader = (ref: string) => string | undefined;

type Provider = z.output<typeof provider>;
type Place = readonly (string | number)[];

const say = (place: Place, message: string) =>
  `${place.length === 0 ? '' : `${place.join('.')}: `}${message}`;

const withoutSlash = (path: string) => path.replace(/\/+$/, '');

/** Reads the document, YAML or JSON text, and reports every fault at once, each with its path. */
export function readProviders(text: string, secret: SecretReader): ProvidersResult {
  const yaml = parseDocument(text, { prettyErrors: false });
  if (yaml.errors.length > 0) {
    return {
      ok: false,
      faults: yaml.errors.map(({ code, pos }) => `not YAML: ${code} at character ${pos[0]}`),
    };
  }
  const parsed = providersDocument.safeParse(toPlain(() => yaml.toJS()));
  if (!parsed.success) {
    return {
      ok: false,
      faults: parsed.error.issues.map(({ path, message }) => say(path.map(String), message)),
    };
  }
  const faults: string[] = [];
  const resolve = (ref: string, place: Place) => {
    const value = readSecret(secret, ref);
    if (value === undefined) faults.push(say(place, `nothing is behind ${ref}`));
    return value ?? '';
  };
  const ids = parsed.data.providers.map(({ id }) => id);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index) faults.push(say(['providers', index, 'id'], `${id} is there twice`));
  });
  const backEnds = parsed.data.providers.flatMap((each, index) =>
    backEndsOf(each, ['providers', index], resolve, faults),
  );
  return faults.length > 0 ? { ok: false, faults } : { ok: true, providers: { backEnds } };
}

function toPlain(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    // too many aliases: a document made to blow up
    return undefined;
  }
}

function readSecret(secret: SecretReader, ref: string): string | undefined {
  try {
    const value = secret(ref)?.trim();
    return value === '' ? undefined : value;
  } catch {
    return undefined;
  }
}

type Resolve = (ref: string, place: Place) => string;

function backEndsOf(from: Provider, place: Place, resolve: Resolve, faults: string[]): BackEndConfig[] {
  const backEnds: BackEndConfig[] = [];
  for (const [name, entry] of Object.entries(from.apis)) {
    const at = [...place, 'apis', name];
    if (!isApi(name)) {
      faults.push(say(at, 'no such API is known'));
      continue;
    }
    const row = backEndRow(name);
    const version = entry?.version ?? row.version;
    const path = row.paths[version];
    const url =
      entry?.url ??
      (from.url === undefined || path === undefined ? undefined : withoutSlash(from.url) + path);
    if (url === undefined) {
      faults.push(
        say(
          at,
          from.url === undefined
            ? 'url is missing, here or at the provider'
            : `the path of ${version} isn't known: name the url`,
        ),
      );
      continue;
    }
    const base = new URL(url);
    const habits = entry?.profile ?? from.profile ?? profile.parse({});
    const headers = { ...from.headers, ...entry?.headers };
    backEnds.push({
      provider: from.id,
      api: name,
      version,
      origin: base.origin,
      basePath: withoutSlash(base.pathname),
      timeoutMs: entry?.timeoutMs ?? row.timeoutMs,
      concurrency: entry?.concurrency ?? row.concurrency,
      maxIds: habits.maxIds ?? row.batch.maxIds,
      maxUrlLength: row.batch.maxUrlLength,
      maxPage: habits.maxPage ?? row.page.max,
      profile: habits,
      auth: resolved(entry?.auth ?? from.auth ?? { kind: 'none' }, [...at, 'auth'], resolve),
      headers: Object.fromEntries(
        Object.entries(headers).map(([header, value]) => [
          header.toLowerCase(),
          secretRef.safeParse(value).success ? resolve(value, [...at, 'headers', header]) : value,
        ]),
      ),
    });
  }
  return backEnds;
}

function resolved(from: Auth, place: Place, resolve: Resolve): Auth {
  switch (from.kind) {
    case 'none':
    case 'userToken':
      return from;
    case 'basic':
      return {
        ...from,
        user: resolve(from.user, [...place, 'user']),
        password: resolve(from.password, [...place, 'password']),
      };
    case 'bearer':
      return { ...from, token: resolve(from.token, [...place, 'token']) };
    case 'apiKey':
      return { ...from, key: resolve(from.key, [...place, 'key']) };
    case 'oauth2ClientCredentials':
      return {
        ...from,
        clientId: resolve(from.clientId, [...place, 'clientId']),
        clientSecret: resolve(from.clientSecret, [...place, 'clientSecret']),
      };
  }
}
