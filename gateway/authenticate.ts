// Who is asking: from the Authorization header to a principal with one snapshot of its grants.
import { createHash } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import type { GrantReader } from '../schema/ports.ts';
import { ANONYMOUS, type Principal } from '../schema/principal.ts';
import type { TokenSource } from './config.ts';
import { DEMO_ISSUER } from './demo-issuer.ts';
import { type Refusal, refuse } from './errors.ts';

/** Public-key algorithms only: a shared secret or `none` would let whoever reads the keys make tokens. */
const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];
/** Of RFC 9068, and what most issuers write. A principal's own token type is neither. */
const TYPES: ReadonlySet<unknown> = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
const TOLERANCE_S = 30;
const MAX_TOKEN_CHARACTERS = 8192;
/** A key that is withdrawn stops being good after this, whatever the tokens say. */
const REMEMBER_MS = 60_000;

export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

interface Options {
  readonly tokens: TokenSource;
  /** The demo issuer's public keys; for TokenSource DEMO. */
  readonly demoKeys?: JSONWebKeySet;
  readonly grants: GrantReader;
  readonly now: () => number;
  /** Told why a token or a read of grants failed, for the log; never the token. */
  readonly onFault: (reason: string) => void;
}

interface Trusted {
  readonly actorId: string;
  readonly untilMs: number;
}

const unauthenticated = (): Refusal =>
  refuse('UNAUTHENTICATED', undefined, { 'www-authenticate': 'Bearer error="invalid_token"' });

function keysOf({ tokens, demoKeys }: Options): { issuer: string; keys: JWTVerifyGetKey } {
  return tokens.kind === 'JWKS'
    ? { issuer: tokens.issuer, keys: createRemoteJWKSet(new URL(tokens.url)) }
    : { issuer: DEMO_ISSUER, keys: createLocalJWKSet(demoKeys ?? { keys: [] }) };
}

/** Codes that say: the issuer's keys couldn't be had. They are not the token's fault. */
const KEYS_UNAVAILABLE: ReadonlySet<string> = new Set([
  'ERR_JWKS_TIMEOUT',
  'ERR_JWKS_INVALID',
  'ERR_JOSE_GENERIC',
]);

const isTokenFault = (error: unknown): boolean =>
  error instanceof errors.JOSEError && !KEYS_UNAVAILABLE.has(error.code);

export function authenticator(options: Options): Authenticate {
  const { issuer, keys } = keysOf(options);
  const trusted = new LRUCache<string, Trusted>({ max: 10_000 });

  async function verify(token: string): Promise<Trusted> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
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
      const { sub, exp = 0 } = payload;
      // a control character is nobody's name, and PostgreSQL's text takes no NUL
      if (typeof sub !== 'string' || !/^[^\p{Cc}]{1,256}$/u.test(sub))
        throw new errors.JWTInvalid('sub is not a name');
      return { actorId: sub, untilMs: Math.min((exp + TOLERANCE_S) * 1000, options.now() + REMEMBER_MS) };
    } catch (error) {
      options.onFault(error instanceof Error ? error.message : 'unreadable token');
      throw options.tokens.kind === 'DEMO' || isTokenFault(error)
        ? unauthenticated()
        : refuse('AUTHORIZATION_UNAVAILABLE');
    }
  }

  async function actorOf(token: string): Promise<string> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = trusted.get(key);
    if (known !== undefined && options.now() < known.untilMs) return known.actorId;
    const verified = await verify(token);
    trusted.set(key, verified);
    return verified.actorId;
  }

  async function principalOf(actorId: string): Promise<Principal> {
    let principal: Principal | undefined;
    try {
      principal = await options.grants.read(actorId);
    } catch (error) {
      options.onFault(error instanceof Error ? error.message : 'grants unreadable');
      throw refuse('AUTHORIZATION_UNAVAILABLE');
    }
    if (principal === undefined) throw unauthenticated();
    return principal;
  }

  return async (authorization) => {
    if (authorization === undefined) return ANONYMOUS;
    const token = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > MAX_TOKEN_CHARACTERS) throw unauthenticated();
    return principalOf(await actorOf(token));
  };
}
