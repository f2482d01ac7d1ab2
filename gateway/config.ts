// What the environment says, read once: every fault at once, and no value of it in a message.
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { LiveLimits } from './live/live.ts';
import { OPTIONS } from './options.ts';

export interface Limits {
  readonly maxBodyBytes: number;
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxFields: number;
  readonly maxRootFields: number;
  readonly maxAliases: number;
  readonly maxObjects: number;
}

export type TokenSource =
  | { readonly kind: 'DEMO'; readonly audience: string }
  | {
      readonly kind: 'JWKS';
      readonly url: string;
      readonly issuer: string;
      readonly audience: string;
      /** The claim that holds the actor id. */
      readonly actorClaim: string;
    }
  /** None but those of our own sign-in. */
  | { readonly kind: 'NONE'; readonly audience: string };

/** Our own sign-in, beside whatever issuer there is elsewhere. */
export interface SignInConfig {
  readonly accessLifetimeMs: number;
  readonly refreshLifetimeMs: number;
}

export interface AlarmConfig {
  readonly failedSignIns: number;
  readonly refusals: number;
  readonly refusalsWithinMs: number;
  readonly placeChangeMs: number;
}

export interface RemoteAddress {
  readonly name: string;
  readonly url: string;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly demo: boolean;
  readonly providersFile?: string;
  readonly redisUrl?: string;
  readonly databaseUrl?: string;
  readonly migrationDatabaseUrl?: string;
  readonly dataFolder: string;
  readonly supergraphFile?: string;
  readonly workers: number;
  readonly remoteSubgraphs: readonly RemoteAddress[];
  /** Names of subgraphs elsewhere that see the client's own token. */
  readonly userTokenTo: readonly string[];
  readonly shareCalls: boolean;
  readonly subgraphCompression: 'auto' | 'on' | 'off';
  readonly subgraphMaxAnswerBytes: number;
  readonly overrideLabels: readonly string[];
  readonly tokens: TokenSource;
  /** Absent: switched off. */
  readonly signIn?: SignInConfig;
  readonly sealingKeyFile?: string;
  readonly alarms: AlarmConfig;
  readonly trustedProxies: number;
  readonly principalKeyFile?: string;
  readonly principalJwksUrl?: string;
  readonly logLevel: string;
  readonly limits: Limits;
  readonly live: LiveLimits;
  readonly eventsRenewMs: number;
  readonly operationTimeoutMs: number;
  /** 0: nothing is done behind answers. */
  readonly workPauseMs: number;
  /** Of a connection on which nothing is asked. */
  readonly keepAliveMs: number;
  readonly drainTimeoutMs: number;
  readonly introspection: 'auto' | 'on' | 'off';
  readonly publicUrl?: string;
  readonly subscribers: number;
  readonly metrics: boolean;
  /** Whether readiness names what it depends on to whoever reaches the port. */
  readonly healthDetails: boolean;
}

export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

type Options = z.infer<typeof OPTIONS>;

/** What no single option shows: combinations that can't work, or that would be unsafe. */
function contradictions(options: Options, demo: boolean): string[] {
  const faults: string[] = [];
  const jwks = options.TOKEN_JWKS_URL !== undefined;
  if (demo && options.PROVIDERS_FILE !== undefined) {
    faults.push('MODE: demo signs tokens for anybody, so it never runs on PROVIDERS_FILE');
  }
  if (!demo && options.PROVIDERS_FILE === undefined) faults.push('PROVIDERS_FILE: needed with MODE=live');
  if (!demo && !jwks && options.SIGN_IN === 'off')
    faults.push('TOKEN_JWKS_URL: needed outside demo mode with SIGN_IN=off');
  if (options.MIGRATION_DATABASE_URL !== undefined && options.DATABASE_URL === undefined)
    faults.push('DATABASE_URL: needed with MIGRATION_DATABASE_URL');
  if (jwks && options.TOKEN_ISSUER === undefined) faults.push('TOKEN_ISSUER: needed with TOKEN_JWKS_URL');
  if (!jwks && options.TOKEN_ISSUER !== undefined) faults.push('TOKEN_JWKS_URL: needed with TOKEN_ISSUER');
  const sharers = [
    ...(!demo && options.SUBGRAPHS.length > 0 ? ['SUBGRAPHS'] : []),
    ...(options.WORKERS > 1 ? ['WORKERS'] : []),
  ];
  for (const name of ['DATABASE_URL', 'REDIS_URL'] as const) {
    if (sharers.length > 0 && options[name] === undefined)
      faults.push(`${name}: needed with ${sharers.join(' and ')}, which share it`);
  }
  const names = options.SUBGRAPHS.map(({ name }) => name);
  if (new Set(names).size < names.length) faults.push('SUBGRAPHS: a name stands twice');
  return faults;
}

const given = <K extends string, V>(key: K, value: V | undefined): { [each in K]?: V } =>
  // a computed key widens to string; it is K
  (value === undefined ? {} : { [key]: value }) as { [each in K]?: V };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const signInOf = (options: Options): SignInConfig => ({
  accessLifetimeMs: options.ACCESS_TOKEN_MINUTES * MINUTE_MS,
  refreshLifetimeMs: options.REFRESH_TOKEN_DAYS * DAY_MS,
});

/** @throws ConfigError with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  // an option that is set to nothing is not set
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const read = OPTIONS.safeParse(set);
  if (!read.success) {
    throw new ConfigError(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const options = read.data;
  const demo = (options.MODE ?? (options.PROVIDERS_FILE === undefined ? 'demo' : 'live')) === 'demo';
  const faults = contradictions(options, demo);
  if (faults.length > 0) throw new ConfigError(faults);
  const { TOKEN_JWKS_URL: url, TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience } = options;
  return {
    port: options.PORT,
    host: options.HOST ?? (demo ? '127.0.0.1' : '0.0.0.0'),
    demo,
    ...given('providersFile', options.PROVIDERS_FILE),
    ...given('redisUrl', options.REDIS_URL),
    ...given('databaseUrl', options.DATABASE_URL),
    dataFolder: options.DATA_FOLDER,
    ...given('supergraphFile', options.SUPERGRAPH_FILE),
    workers: options.WORKERS,
    remoteSubgraphs: options.SUBGRAPHS,
    userTokenTo: options.USER_TOKEN_TO,
    shareCalls: options.SHARE_CALLS === 'on',
    subgraphCompression: options.SUBGRAPH_COMPRESSION,
    subgraphMaxAnswerBytes: options.SUBGRAPH_MAX_ANSWER_BYTES,
    overrideLabels: options.OVERRIDE_LABELS,
    ...given('migrationDatabaseUrl', options.MIGRATION_DATABASE_URL),
    tokens:
      url !== undefined && issuer !== undefined
        ? { kind: 'JWKS', url, issuer, audience, actorClaim: options.TOKEN_ACTOR_CLAIM }
        : { kind: demo ? 'DEMO' : 'NONE', audience },
    ...given('signIn', options.SIGN_IN === 'off' ? undefined : signInOf(options)),
    ...given('sealingKeyFile', options.SEALING_KEY_FILE),
    alarms: {
      failedSignIns: options.ALARM_FAILED_SIGN_INS,
      refusals: options.ALARM_REFUSALS,
      refusalsWithinMs: options.ALARM_REFUSALS_MINUTES * MINUTE_MS,
      placeChangeMs: options.ALARM_PLACE_CHANGE_MINUTES * MINUTE_MS,
    },
    trustedProxies: options.TRUSTED_PROXIES,
    ...given('principalKeyFile', options.PRINCIPAL_KEY_FILE),
    ...given('principalJwksUrl', options.PRINCIPAL_JWKS_URL),
    logLevel: options.LOG_LEVEL,
    limits: {
      maxBodyBytes: options.MAX_BODY_BYTES,
      maxTokens: options.MAX_TOKENS,
      maxDepth: options.MAX_DEPTH,
      maxFields: options.MAX_FIELDS,
      maxRootFields: options.MAX_ROOT_FIELDS,
      maxAliases: options.MAX_ALIASES,
      maxObjects: options.MAX_OBJECTS,
    },
    eventsRenewMs: options.EVENTS_RENEW_MINUTES * MINUTE_MS,
    live: {
      maxStreams: options.LIVE_MAX_STREAMS,
      maxStreamsPerActor: options.LIVE_MAX_STREAMS_PER_ACTOR,
      pollMs: options.LIVE_POLL_SECONDS * 1000,
    },
    operationTimeoutMs: options.OPERATION_TIMEOUT_MS,
    workPauseMs: options.WORK_SECONDS * 1000,
    keepAliveMs: options.KEEP_ALIVE_SECONDS * 1000,
    drainTimeoutMs: options.DRAIN_TIMEOUT_MS,
    introspection: options.INTROSPECTION,
    ...given('publicUrl', options.PUBLIC_URL),
    subscribers: options.SUBSCRIBERS,
    metrics: options.METRICS === 'on',
    healthDetails: options.HEALTH_DETAILS === 'auto' ? demo : options.HEALTH_DETAILS === 'on',
  };
}

/** The secret behind `env:NAME` or `file:/path`, as the providers file refers to it; undefined where there is none. */
export function readSecret(ref: string): string | undefined {
  return ref.startsWith('env:')
    ? process.env[ref.slice('env:'.length)]
    : readFileSync(ref.slice('file:'.length), 'utf8');
}

/** The providers file that the environment names, for commands that need no other configuration. */
export function providersFileOf(): string | undefined {
  return process.env.PROVIDERS_FILE || undefined;
}

/** @apollo/gateway reports to its vendor unless this variable, which it reads itself, says otherwise. */
export function switchVendorReportsOff(): void {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
}
