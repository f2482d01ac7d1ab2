// The providers file: who serves which API, where, with which credentials and measured habits.
import { createHash } from 'node:crypto';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Api, BACKENDS, backEndRow, isApi } from './backends.ts';
import { type Fault, faultLine, issues, lineAt, meant, type Place } from './document-faults.ts';
import { type Profile, profileOf } from './profile.ts';
import {
  type ApiEntry,
  type Auth,
  apiEntry,
  isReference,
  keysAt,
  type ProviderHead,
  providerHead,
  providersHead,
  type Tls,
} from './providers-document.ts';
import {
  type Resolve,
  resolvedAuth,
  resolvedHeader,
  resolvedTls,
  type SecretReader,
  secretsOf,
} from './secrets.ts';

export type { ProvidersDocument } from './providers-document.ts';
export type { SecretReader } from './secrets.ts';

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
  readonly tls: Tls | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The same for the same configuration, secrets included: what didn't change goes on as it is. */
  readonly fingerprint: string;
}

export interface Providers {
  readonly backEnds: readonly BackEndConfig[];
}

export type ProvidersResult =
  | { readonly ok: true; readonly providers: Providers }
  | { readonly ok: false; readonly faults: readonly string[] };

const withoutSlash = (path: string) => path.replace(/\/+$/, '');

/** Reads the document, YAML or JSON text, and reports every fault at once, each with its line and place. */
export function readProviders(text: string, secret: SecretReader): ProvidersResult {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { prettyErrors: false, merge: true, lineCounter: lines });
  if (yaml.errors.length > 0) {
    return {
      ok: false,
      faults: yaml.errors.map(({ code, message, pos }) =>
        faultLine({ line: lines.linePos(pos[0]).line, place: [], message: `${code}: ${message}` }),
      ),
    };
  }
  const document = toPlain(() => yaml.toJS());
  const faults: Fault[] = [];
  const say = (place: Place, message: string) =>
    faults.push({ line: lineAt(yaml, lines, place), place, message });
  const backEnds = backEndsIn(document, secretsOf(secret, say), say);
  if (faults.length === 0) return { ok: true, providers: { backEnds } };
  return { ok: false, faults: faults.sort((a, b) => a.line - b.line).map(faultLine) };
}

function toPlain(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    // too many aliases: a document made to blow up
    return undefined;
  }
}

type Say = (place: Place, message: string) => void;

/** What is right of it; `say` hears of the rest. */
function backEndsIn(document: unknown, resolve: Resolve, say: Say): BackEndConfig[] {
  const sayAll = (error: Parameters<typeof issues>[0], place: Place, value: unknown) => {
    for (const issue of issues(error, place, (at) => keysAt(at, valueAt(value, at.slice(place.length)))))
      say(issue.place, issue.message);
  };
  const head = providersHead.safeParse(document);
  if (!head.success) sayAll(head.error, [], document);
  const listed: unknown = valueAt(document, ['providers']);
  const places = new Map<string, number>();
  return (Array.isArray(listed) ? listed : []).flatMap((each: unknown, index) => {
    const place = ['providers', index];
    const read = providerHead.safeParse(each);
    if (!read.success) sayAll(read.error, place, each);
    const from = read.data ?? rightOf(providerHead, each, place, resolve);
    const id = valueAt(each, ['id']);
    if (typeof id === 'string' && places.has(id)) say([...place, 'id'], `${id} is there twice`);
    if (typeof id === 'string') places.set(id, index);
    const apis = valueAt(each, ['apis']);
    return Object.entries(typeof apis === 'object' && apis !== null ? apis : {}).flatMap(([name, entry]) => {
      const at = [...place, 'apis', name];
      if (!isApi(name)) {
        say(at, `no such API is known${meant(name, Object.keys(BACKENDS), 1)}`);
        return [];
      }
      const api = apiEntry.nullable().safeParse(entry);
      if (!api.success) sayAll(api.error, at, entry);
      const right = api.success ? api.data : rightOf(apiEntry, entry, at, resolve);
      return right === undefined ? [] : backEndOf(from, name, right, at, { resolve, say });
    });
  });
}

/** Stand in for what is wrong and can't be left out: nothing that is read with a fault is ever used. */
const INSTEAD: Readonly<Record<string, unknown>> = { id: 'wrong', url: 'https://wrong.invalid', apis: {} };

/** What is left without the parts that are wrong, so that a fault hides no other; the secrets that those name are looked up. */
function rightOf<T>(schema: z.ZodType<T>, value: unknown, place: Place, resolve: Resolve): T | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const wrong = new Set(
    schema
      .safeParse(value)
      .error?.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [String(issue.path[0])],
      ),
  );
  const parts = Object.entries(value).filter(([key]) => !wrong.has(key));
  for (const key of wrong) lookUpAll(valueAt(value, [key]), [...place, key], resolve);
  const instead = Object.entries(INSTEAD).filter(([key]) => wrong.has(key));
  return schema.safeParse(Object.fromEntries([...parts, ...instead])).data;
}

function lookUpAll(value: unknown, place: Place, resolve: Resolve): void {
  if (typeof value === 'string' && isReference(value)) resolve(value, place);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) lookUpAll(each, [...place, key], resolve);
}

function valueAt(value: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null ? Reflect.get(inside, String(key)) : undefined,
    value,
  );
}

/** `from` is absent where the provider itself is at fault: then what the API says is looked up, for its faults. */
function backEndOf(
  from: ProviderHead | undefined,
  name: Api,
  entry: ApiEntry | null,
  at: Place,
  { resolve, say }: { readonly resolve: Resolve; readonly say: Say },
): BackEndConfig[] {
  const row = backEndRow(name);
  const version = entry?.version ?? row.version;
  const path = row.paths[version];
  const profile = profileOf(
    row.filters === undefined ? undefined : { filters: [...row.filters] },
    from?.profile,
    entry?.profile,
  );
  const placeOf = (key: 'auth' | 'tls' | 'headers') =>
    entry?.[key] === undefined ? [...at.slice(0, 2), key] : [...at, key];
  const tls = entry?.tls ?? from?.tls;
  const secrets = {
    auth: resolvedAuth(entry?.auth ?? from?.auth ?? { kind: 'none' }, placeOf('auth'), resolve),
    tls: tls && resolvedTls(tls, placeOf('tls'), resolve),
    headers: headersOf(from, entry, at, { resolve, say }),
  };
  if (path === undefined) {
    const known = Object.keys(row.paths).join(', ');
    const place = entry?.version === undefined ? at : [...at, 'version'];
    say(place, `${version} isn't known of ${name}, but ${known}`);
    return [];
  }
  const published = from?.url === undefined ? undefined : withoutSlash(from.url) + path;
  const url = entry?.url ?? published;
  if (from === undefined) return [];
  if (url === undefined) {
    say(at, 'url is missing, here or at the provider');
    return [];
  }
  const base = new URL(url);
  if (tls !== undefined && base.protocol !== 'https:') say(placeOf('tls'), 'tls wants an https url');
  const config = {
    provider: from.id,
    api: name,
    version,
    origin: base.origin,
    basePath: withoutSlash(base.pathname),
    timeoutMs: entry?.timeoutMs ?? row.timeoutMs,
    concurrency: entry?.concurrency ?? row.concurrency,
    maxIds: profile.maxIds ?? row.batch.maxIds,
    maxUrlLength: row.batch.maxUrlLength,
    maxPage: profile.maxPage ?? row.page.max,
    profile,
    ...secrets,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify(config)).digest('base64url');
  return [{ ...config, fingerprint }];
}

/** The provider's, and over them the API's own. */
function headersOf(
  from: ProviderHead | undefined,
  entry: ApiEntry | null,
  at: Place,
  { resolve, say }: { readonly resolve: Resolve; readonly say: Say },
): Readonly<Record<string, string>> {
  const resolved = (headers: Readonly<Record<string, string>>, place: Place) =>
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      resolvedHeader(value, [...place, 'headers', name], resolve, say),
    ]);
  return Object.fromEntries([
    ...resolved(from?.headers ?? {}, at.slice(0, 2)),
    ...resolved(entry?.headers ?? {}, at),
  ]);
}
