// The principal on its way to a subgraph elsewhere: a signed token that is good for one request to one subgraph.
import { hash, KeyObject, sign } from 'node:crypto';
import { type CryptoKey, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { FUNCTIONS, type SsmFunction } from './access.ts';
import { AMOUNT_LIMIT, DAILY_WINDOW } from './conditions.ts';
import { ACTOR_KINDS, type Principal } from './principal.ts';

const ISSUER = 'ssm-gateway';
/** Another type than any access token has, so that neither can stand in for the other. */
const TYPE = 'ssm-principal+jwt';
const LIFETIME_S = 30;
/** Clocks of two hosts differ; the lifetime as the subgraph sees it stays bounded by the sum. */
const TOLERANCE_S = 5;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

interface Signing {
  /** The subgraph's name: a token for one subgraph is nothing to another. */
  readonly audience: string;
  readonly requestId: string;
  /** The address that the request came from. */
  readonly origin?: string;
  /** `requestHash` of what travels beside the token. */
  readonly requestHash: string;
  readonly key: SigningKey;
  readonly nowMs: number;
}

interface Verification {
  readonly audience: string;
  readonly requestHash: string;
  /** Public keys by kid: jose's createLocalJWKSet or createRemoteJWKSet. */
  readonly keys: JWTVerifyGetKey;
  readonly nowMs: number;
}

export type PrincipalVerdict =
  | {
      readonly kind: 'TRUSTED';
      readonly principal: Principal;
      readonly requestId: string;
      readonly origin?: string;
    }
  | { readonly kind: 'REFUSED'; readonly reason: string };

export function queryHash(query: string): string {
  return hash('sha256', query, 'base64url');
}

/**
 * Of the whole request: what is asked, of what, and with whose own token, where that goes along. `variables` as
 * JSON.stringify writes them.
 */
export function requestHash(hashOfQuery: string, variables: string, userToken?: string): string {
  // no part but the last has a line's end in it
  const beside = userToken === undefined ? '' : `\n${userToken}`;
  return hash('sha256', `${hashOfQuery}\n${variables}${beside}`, 'base64url');
}

// The signer is trusted to have checked the values; the reader still refuses what its own version can't mean.
const functionName = z.custom<SsmFunction>(
  (value) => typeof value === 'string' && Object.hasOwn(FUNCTIONS, value),
  'not a function of this version',
);
const ids = z.array(z.string()).readonly();
const scope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('EVERY_CUSTOMER') }),
  z.object({ kind: z.literal('CUSTOMER') }),
  z.object({ kind: z.literal('SERVICES'), ids }),
  z.object({ kind: z.literal('SITES'), ids }),
  z.object({ kind: z.literal('ACCOUNTS'), ids }),
]);
const period = { from: z.string().exactOptional(), until: z.string().exactOptional() };
const limit = AMOUNT_LIMIT.unwrap().extend({ of: z.string().exactOptional() }).readonly();
const grant = z.object({
  id: z.string().exactOptional(),
  functions: z.array(functionName).readonly(),
  scope,
  within: z.array(scope).readonly().exactOptional(),
  daily: z.array(DAILY_WINDOW).readonly().exactOptional(),
  limits: z.array(limit).readonly().exactOptional(),
  ...period,
});
const claims = z.object({
  jti: z.string(),
  requestHash: z.string(),
  origin: z.string().exactOptional(),
  principal: z.object({
    actorId: z.string(),
    kind: z.enum(ACTOR_KINDS),
    customerId: z.string().exactOptional(),
    displayName: z.string().exactOptional(),
    sessionId: z.string().exactOptional(),
    grants: z.array(grant).readonly(),
    authority: z.array(z.object(period)).readonly().exactOptional(),
    grantVersion: z.string(),
  }),
});

const FILE = 'file ';

/** What stands in the place of a query where a file is asked for; no query is like it. */
export const fileQuery = (id: string): string => FILE + id;

export const fileIn = (query: string): string | undefined =>
  query.startsWith(FILE) ? query.slice(FILE.length) : undefined;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Signer {
  readonly header: string;
  readonly key: KeyObject;
}

const signers = new WeakMap<SigningKey, Signer>();

function signerOf(key: SigningKey): Signer {
  let signer = signers.get(key);
  if (signer === undefined) {
    const header = encoded({ alg: 'EdDSA', kid: key.kid, typ: TYPE });
    signer = { header, key: KeyObject.from(key.privateKey) };
    signers.set(key, signer);
  }
  return signer;
}

/** Compact JWS (RFC 7515). By Node's own crypto: a third of the CPU time of a signature by way of WebCrypto. */
export function signPrincipal(principal: Principal, signing: Signing): string {
  const nowS = Math.floor(signing.nowMs / 1000);
  const { header, key } = signerOf(signing.key);
  const payload = encoded({
    principal,
    requestHash: signing.requestHash,
    ...(signing.origin === undefined ? {} : { origin: signing.origin }),
    iss: ISSUER,
    aud: signing.audience,
    jti: signing.requestId,
    iat: nowS,
    exp: nowS + LIFETIME_S,
  });
  const signed = `${header}.${payload}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** Never rejects: whatever is wrong with the token, or with reading the keys, is a refusal. */
export async function verifyPrincipal(token: string, verification: Verification): Promise<PrincipalVerdict> {
  try {
    const { payload } = await jwtVerify(token, verification.keys, {
      algorithms: ['EdDSA'],
      typ: TYPE,
      issuer: ISSUER,
      audience: verification.audience,
      requiredClaims: ['exp', 'iat', 'jti'],
      // a signer's mistake, or a stolen key's far-off exp, lives no longer than ours
      maxTokenAge: LIFETIME_S,
      clockTolerance: TOLERANCE_S,
      currentDate: new Date(verification.nowMs),
    });
    const read = claims.safeParse(payload);
    if (!read.success) return { kind: 'REFUSED', reason: 'the claims have another shape' };
    if (read.data.requestHash !== verification.requestHash) {
      return { kind: 'REFUSED', reason: 'the token belongs to another request' };
    }
    const { principal, jti: requestId, origin } = read.data;
    return { kind: 'TRUSTED', principal, requestId, ...(origin === undefined ? {} : { origin }) };
  } catch (error) {
    return { kind: 'REFUSED', reason: error instanceof Error ? error.message : 'unreadable' };
  }
}
