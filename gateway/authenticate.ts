// Who is asking: from the Authorization header to a principal with one snapshot of its grants.
import { hash } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import type { GrantReader, SessionReader } from '../schema/ports.ts';
import { ANONYMOUS, type Principal } from '../schema/principal.ts';
import type { TokenSource } from './config.ts';
import { DEMO_ISSUER } from './demo-issuer.ts';
import { type Refusal, refuse } from './errors.ts';
import { LOCAL_ISSUER, SESSION_CLAIM, UnknownKey } from './local-issuer.ts';

/** Public-key algorithms only: a shared secret or `none` would let whoever reads the keys make tokens. */
const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];
/** Of RFC 9068, and what most issuers write. A principal's own token type is neither. */
const TYPES: ReadonlySet<unknown> = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
const TOLERANCE_S = 30;
const MAX_TOKEN_CHARACTERS = 8192;
/** A key that is withdrawn stops being good after this, whatever the tokens say. */
const REMEMBER_MS = 60_000;
const LOOK_AGAIN_MS = 1_000;

export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

interface Options {
  readonly tokens: TokenSource;
  /** The demo issuer's public keys; for TokenSource DEMO. */
  readonly demoKeys?: JSONWebKeySet;
  /** Our own sign-in; absent: switched off. */
  readonly local?: { readonly keys: JWTVerifyGetKey; readonly sessions: SessionReader };
  readonly grants: GrantReader;
  readonly now: () => number;
  /** Told why a token or a read of grants failed, for the log; never the token. */
  readonly onFault: (reason: string) => void;
}

interface Trusted {
  readonly actorId: string;
  readonly sessionId?: string;
  readonly untilMs: number;
}

interface Issuer {
  readonly keys: JWTVerifyGetKey;
  readonly actorClaim: string;
  /** Whether its tokens belong to sessions that we can end. */
  readonly sessions: boolean;
}

const unauthenticated = (): Refusal =>
  refuse('UNAUTHENTICATED', undefined, { 'www-authenticate': 'Bearer error="invalid_token"' });

/** Who may sign tokens, by the issuer that a token names: each is trusted with its own keys only. */
function issuersOf({ tokens, demoKeys, local }: Options): ReadonlyMap<string, Issuer> {
  const issuers = new Map<string, Issuer>();
  if (tokens.kind === 'JWKS') {
    // read anew after as long as a withdrawn key may be good, and for a key that is new, but not for each invented one
    const reading = { cacheMaxAge: REMEMBER_MS, cooldownDuration: LOOK_AGAIN_MS };
    const keys = createRemoteJWKSet(new URL(tokens.url), reading);
    issuers.set(tokens.issuer, { keys, actorClaim: tokens.actorClaim, sessions: false });
  } else if (tokens.kind === 'DEMO') {
    const keys = createLocalJWKSet(demoKeys ?? { keys: [] });
    issuers.set(DEMO_ISSUER, { keys, actorClaim: 'sub', sessions: false });
  }
  if (local !== undefined) issuers.set(LOCAL_ISSUER, { keys: local.keys, actorClaim: 'sub', sessions: true });
  return issuers;
}

/** Codes that say: the issuer's keys couldn't be had. They are not the token's fault. */
const KEYS_UNAVAILABLE: ReadonlySet<string> = new Set([
  'ERR_JWKS_TIMEOUT',
  'ERR_JWKS_INVALID',
  'ERR_JOSE_GENERIC',
]);

const isTokenFault = (error: unknown): boolean =>
  error instanceof UnknownKey || (error instanceof errors.JOSEError && !KEYS_UNAVAILABLE.has(error.code));

/** A control character is nobody's name, and PostgreSQL's text takes no NUL. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\p{Cc}]{1,256}$/u.test(value);

export function authenticator(options: Options): Authenticate {
  const issuers = issuersOf(options);
  const trusted = new LRUCache<string, Trusted>({ max: 10_000 });

  async function verify(token: string): Promise<Trusted> {
    // not believed yet: it only says whose key to try
    const { iss: issuer = '' } = decodeJwt(token);
    const from = issuers.get(issuer);
    if (from === undefined) throw new errors.JWTInvalid('an issuer that is not trusted');
    const { payload, protectedHeader } = await jwtVerify(token, from.keys, {
      algorithms: ALGORITHMS,
      issuer,
      audience: options.tokens.audience,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: TOLERANCE_S,
      currentDate: new Date(options.now()),
    });
    if (protectedHeader.typ !== undefined && !TYPES.has(protectedHeader.typ.toLowerCase())) {
      throw new errors.JWTInvalid('another type of token');
    }
    const { exp = 0, [from.actorClaim]: actorId, [SESSION_CLAIM]: sessionId } = payload;
    if (!isName(actorId)) throw new errors.JWTInvalid('the claim of the actor is not a name');
    if (from.sessions && !isName(sessionId)) throw new errors.JWTInvalid('a token of no session');
    return {
      actorId,
      // an issuer elsewhere may write the same claim, and means sessions of its own
      ...(from.sessions && isName(sessionId) ? { sessionId } : {}),
      untilMs: Math.min((exp + TOLERANCE_S) * 1000, options.now() + REMEMBER_MS),
    };
  }

  /** `key`: a digest, so that no token lies about in memory. */
  async function trustedIn(authorization: string, key: string): Promise<Trusted> {
    const token = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > MAX_TOKEN_CHARACTERS) throw unauthenticated();
    try {
      const verified = await verify(token);
      trusted.set(key, verified);
      return verified;
    } catch (error) {
      options.onFault(error instanceof Error ? error.message : 'unreadable token');
      throw isTokenFault(error) ? unauthenticated() : refuse('AUTHORIZATION_UNAVAILABLE');
    }
  }

  async function read<Found>(reading: Promise<Found>): Promise<Found> {
    try {
      return await reading;
    } catch (error) {
      options.onFault(error instanceof Error ? error.message : 'grants unreadable');
      throw refuse('AUTHORIZATION_UNAVAILABLE');
    }
  }

  async function inSession(sessionId: string, actorId: string): Promise<Principal | undefined> {
    const [principal, open] = await Promise.all([
      options.grants.read(actorId),
      options.local?.sessions.isOpen(sessionId, actorId) ?? false,
    ]);
    return principal === undefined || !open ? undefined : { ...principal, sessionId };
  }

  return async (authorization) => {
    if (authorization === undefined) return ANONYMOUS;
    const key = hash('sha256', authorization, 'base64');
    let by = trusted.get(key);
    if (by === undefined || options.now() >= by.untilMs) by = await trustedIn(authorization, key);
    const { actorId, sessionId } = by;
    const principal = await read(
      sessionId === undefined ? options.grants.read(actorId) : inSession(sessionId, actorId),
    );
    if (principal === undefined) throw unauthenticated();
    return principal;
  };
}

/** When a token that was found good ends; never for who has none. */
export function expiresAtMs(authorization: string | undefined): number {
  if (authorization === undefined) return Number.POSITIVE_INFINITY;
  const { exp = 0 } = decodeJwt(authorization.replace(/^bearer +/i, '').trim());
  return (exp + TOLERANCE_S) * 1000;
}
