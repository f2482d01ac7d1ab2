// The principal on its way to a subgraph elsewhere: a signed token that is good for one request to one subgraph.
import { createHmac, hash, KeyObject, sign, timingSafeEqual } from 'node:crypto';
import { type CryptoKey, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { FUNCTIONS, type SsmFunction } from './access.ts';
import { AMOUNT_LIMIT, DAILY_WINDOW } from './conditions.ts';
import type { AgreedKey } from './key-agreement.ts';
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

export interface Signing {
  /** The subgraph's name: a token for one subgraph is nothing to another. */
  readonly audience: string;
  readonly requestId: string;
  /** The address that the request came from. */
  readonly origin?: string;
  /** `requestHash` of what travels beside the token. */
  readonly requestHash: string;
  readonly key: SigningKey | AgreedKey;
  /** The gateway's half, where an agreement is offered: for signing keys only. */
  readonly exchange?: string;
  readonly nowMs: number;
}

interface Verification {
  readonly audience: string;
  readonly requestHash: string;
  /** Public keys by kid: jose's createLocalJWKSet or createRemoteJWKSet. */
  readonly keys: JWTVerifyGetKey;
  /** Keys that were agreed on, by their ids; absent: none ever. */
  readonly agreed?: (id: string) => AgreedKey | undefined;
  readonly nowMs: number;
}

/** A gateway's half that one of the published keys vouches for. */
export interface Offer {
  readonly half: string;
  readonly kid: string;
  /** When it was signed. */
  readonly atMs: number;
}

export type PrincipalVerdict =
  | {
      readonly kind: 'TRUSTED';
      readonly principal: Principal;
      readonly requestId: string;
      readonly origin?: string;
      readonly offer?: Offer;
    }
  | {
      readonly kind: 'REFUSED';
      readonly reason: string;
      /** Nothing is known against the token: the keys couldn't be read. */
      readonly keysUnavailable?: true;
    };

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
  iss: z.literal(ISSUER),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  jti: z.string(),
  requestHash: z.string(),
  origin: z.string().exactOptional(),
  exchange: z.string().exactOptional(),
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

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

interface Signer {
  readonly header: string;
  readonly signatureOf: (signed: string) => string;
}

const signers = new WeakMap<SigningKey | AgreedKey, Signer>();

const headerOf = (alg: 'EdDSA' | 'HS256', kid: string): string =>
  encoded(JSON.stringify({ alg, kid, typ: TYPE }));

function newSigner(key: SigningKey | AgreedKey): Signer {
  if ('secret' in key) {
    return {
      header: headerOf('HS256', key.id),
      signatureOf: (signed) => createHmac('sha256', key.secret).update(signed).digest('base64url'),
    };
  }
  const privateKey = KeyObject.from(key.privateKey);
  return {
    header: headerOf('EdDSA', key.kid),
    // by Node's own crypto: a third of the CPU time of a signature by way of WebCrypto
    signatureOf: (signed) => sign(null, Buffer.from(signed), privateKey).toString('base64url'),
  };
}

function signerOf(key: SigningKey | AgreedKey): Signer {
  let signer = signers.get(key);
  if (signer === undefined) {
    signer = newSigner(key);
    signers.set(key, signer);
  }
  return signer;
}

const texts = new WeakMap<Principal, string>();

/** An operation asks many times for one principal. */
function textOf(principal: Principal): string {
  let text = texts.get(principal);
  if (text === undefined) {
    text = JSON.stringify(principal);
    texts.set(principal, text);
  }
  return text;
}

/** Compact JWS (RFC 7515). */
export function signPrincipal(principal: Principal, signing: Signing): string {
  const nowS = Math.floor(signing.nowMs / 1000);
  const { header, signatureOf } = signerOf(signing.key);
  const beside = JSON.stringify({
    requestHash: signing.requestHash,
    ...(signing.origin === undefined ? {} : { origin: signing.origin }),
    ...(signing.exchange === undefined ? {} : { exchange: signing.exchange }),
    iss: ISSUER,
    aud: signing.audience,
    jti: signing.requestId,
    iat: nowS,
    exp: nowS + LIFETIME_S,
  });
  const signed = `${header}.${encoded(`{"principal":${textOf(principal)},${beside.slice(1)}`)}`;
  return `${signed}.${signatureOf(signed)}`;
}

const refused = (reason: string) => ({ kind: 'REFUSED', reason }) as const satisfies PrincipalVerdict;

/** Of claims that a good key stands for. `kid`: of the published key, if it is one. */
function judged(
  payload: unknown,
  { audience, requestHash, nowMs }: Verification,
  kid?: string,
): PrincipalVerdict {
  const read = claims.safeParse(payload);
  if (!read.success) return refused('the claims have another shape');
  const { aud, iat, exp, jti: requestId, origin, exchange, principal } = read.data;
  if (aud !== audience) return refused('the token is for another subgraph');
  const nowS = nowMs / 1000;
  // a signer's mistake, or a stolen key's far-off exp, lives no longer than ours
  if (nowS >= Math.min(exp, iat + LIFETIME_S) + TOLERANCE_S) return refused('the token has expired');
  if (nowS < iat - TOLERANCE_S) return refused('the token is of the future');
  if (read.data.requestHash !== requestHash) return refused('the token belongs to another request');
  const offer =
    exchange === undefined || kid === undefined ? {} : { offer: { half: exchange, kid, atMs: iat * 1000 } };
  return { kind: 'TRUSTED', principal, requestId, ...(origin === undefined ? {} : { origin }), ...offer };
}

const agreedHeader = z.object({ alg: z.literal('HS256'), kid: z.string() });

function parsed(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

const same = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
};

/** Of a token under an agreed key, to the letter as `signPrincipal` writes it. */
function judgedByAgreement(token: string, id: string, verification: Verification): PrincipalVerdict {
  const key = verification.agreed?.(id);
  if (key === undefined) return refused('the key was never agreed on here, or has ended');
  const [header, payload = '', signature = '', ...more] = token.split('.');
  const signer = signerOf(key);
  if (header !== signer.header || more.length > 0) return refused('the token has another form');
  if (!same(signer.signatureOf(`${header}.${payload}`), signature)) return refused('the signature is wrong');
  return judged(parsed(payload), verification);
}

/** What a set of keys says of the token that it is asked about; anything else is the set's own fault. */
const OF_THE_TOKEN: ReadonlySet<string> = new Set([
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JOSE_NOT_SUPPORTED',
]);

class KeysUnavailable extends Error {}

const reading =
  (keys: JWTVerifyGetKey): JWTVerifyGetKey =>
  async (...asked) => {
    try {
      return await keys(...asked);
    } catch (error) {
      if (error instanceof errors.JOSEError && OF_THE_TOKEN.has(error.code)) throw error;
      throw new KeysUnavailable(error instanceof Error ? error.message : 'unreadable keys');
    }
  };

/** Never rejects: whatever is wrong with the token, or with reading the keys, is a refusal. */
export async function verifyPrincipal(token: string, verification: Verification): Promise<PrincipalVerdict> {
  try {
    const byAgreement = agreedHeader.safeParse(parsed(token.slice(0, token.indexOf('.'))));
    if (byAgreement.success) return judgedByAgreement(token, byAgreement.data.kid, verification);
    const { payload, protectedHeader } = await jwtVerify(token, reading(verification.keys), {
      algorithms: ['EdDSA'],
      typ: TYPE,
      clockTolerance: TOLERANCE_S,
      currentDate: new Date(verification.nowMs),
    });
    return judged(payload, verification, protectedHeader.kid);
  } catch (error) {
    const refusal = refused(error instanceof Error ? error.message : 'unreadable');
    return error instanceof KeysUnavailable ? { ...refusal, keysUnavailable: true } : refusal;
  }
}
