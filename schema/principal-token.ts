// The principal on its way to a subgraph elsewhere: a signed token that is good for one request to one subgraph.
import { createHash, KeyObject, sign } from 'node:crypto';
import { type CryptoKey, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { FUNCTIONS, type SsmFunction } from './access.ts';
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
  /** `queryHash` of the text that travels beside the token. */
  readonly queryHash: string;
  readonly key: SigningKey;
  readonly nowMs: number;
}

interface Verification {
  readonly audience: string;
  readonly queryHash: string;
  /** Public keys by kid: jose's createLocalJWKSet or createRemoteJWKSet. */
  readonly keys: JWTVerifyGetKey;
  readonly nowMs: number;
}

export type PrincipalVerdict =
  | { readonly kind: 'TRUSTED'; readonly principal: Principal; readonly requestId: string }
  | { readonly kind: 'REFUSED'; readonly reason: string };

export function queryHash(query: string): string {
  return createHash('sha256').update(query).digest('base64url');
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
const grant = z.object({
  functions: z.array(functionName).readonly(),
  scope,
  from: z.string().exactOptional(),
  until: z.string().exactOptional(),
});
const claims = z.object({
  jti: z.string(),
  queryHash: z.string(),
  principal: z.object({
    actorId: z.string(),
    kind: z.enum(ACTOR_KINDS),
    customerId: z.string().exactOptional(),
    displayName: z.string().exactOptional(),
    grants: z.array(grant).readonly(),
    grantVersion: z.string(),
  }),
});

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
    queryHash: signing.queryHash,
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
    if (read.data.queryHash !== verification.queryHash) {
      return { kind: 'REFUSED', reason: 'the token belongs to another query' };
    }
    return { kind: 'TRUSTED', principal: read.data.principal, requestId: read.data.jti };
  } catch (error) {
    return { kind: 'REFUSED', reason: error instanceof Error ? error.message : 'unreadable' };
  }
}
