// The issuer of our own sign-in: signs access tokens with a key of this instance, and knows those of all instances.
import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, type JWTVerifyGetKey, SignJWT } from 'jose';
import { newPrivateKey, publicHalf } from './demo-issuer.ts';
import { keptSecret } from './kept-secret.ts';

export const LOCAL_ISSUER = 'urn:ssm-gateway:identity';
/** The claim that names the session: all tokens that came of one sign-in. */
export const SESSION_CLAIM = 'sid';
/** A key that was taken out of the store is good for nothing after this. */
const KEYS_MAX_AGE_MS = 60_000;
/** Whoever invents names of keys has the store read so often and no oftener. */
const LOOK_AGAIN_MS = 1_000;

/** Where instances publish the public halves of their keys to one another. */
export interface PublicKeys {
  publish(kid: string, jwk: JWK): Promise<void>;
  all(): Promise<readonly JWK[]>;
}

interface Options {
  readonly dataFolder: string;
  readonly audience: string;
  readonly accessLifetimeMs: number;
  readonly keys: PublicKeys;
}

export interface LocalIssuer {
  sign(claims: {
    readonly actorId: string;
    readonly sessionId: string;
    readonly nowMs: number;
  }): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
  readonly verifyKeys: JWTVerifyGetKey;
}

/** The key lies in the data folder; to change it, remove the file and start again, and then its row in `token_key`. */
export async function openLocalIssuer({
  dataFolder,
  audience,
  accessLifetimeMs,
  keys,
}: Options): Promise<LocalIssuer> {
  const make = async () => JSON.stringify(await newPrivateKey());
  const jwk: JWK = JSON.parse(await keptSecret(dataFolder, 'sign-in-key.json', make));
  const { kid } = jwk;
  if (kid === undefined) throw new Error(`${dataFolder}/sign-in-key.json: a key without a kid`);
  const privateKey = await importJWK(jwk, 'EdDSA');
  await keys.publish(kid, publicHalf(jwk));
  const find = keyFinder(keys);
  return {
    async sign({ actorId, sessionId, nowMs }) {
      const issuedS = Math.floor(nowMs / 1000);
      const expiresS = issuedS + Math.floor(accessLifetimeMs / 1000);
      const token = await new SignJWT({ [SESSION_CLAIM]: sessionId })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
        .setIssuer(LOCAL_ISSUER)
        .setAudience(audience)
        .setSubject(actorId)
        .setJti(randomUUID())
        .setIssuedAt(issuedS)
        .setExpirationTime(expiresS)
        .sign(privateKey);
      return { token, expiresAtMs: expiresS * 1000 };
    },
    async verifyKeys({ kid: wanted = '' }) {
      const key = await find(wanted);
      if (key === undefined) throw new UnknownKey();
      return key;
    },
  };
}

type Key = Awaited<ReturnType<typeof importJWK>>;

function keyFinder(keys: PublicKeys): (kid: string) => Promise<Key | undefined> {
  let known: Promise<ReadonlyMap<string, Key>> | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function read(): Promise<ReadonlyMap<string, Key>> {
    const all = await keys.all();
    const imported = all.map(async (jwk) => [jwk.kid ?? '', await importJWK(jwk, 'EdDSA')] as const);
    return new Map(await Promise.all(imported));
  }

  function look(): Promise<ReadonlyMap<string, Key>> {
    readAtMs = performance.now();
    const reading = read();
    known = reading;
    reading.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading;
  }

  return async (kid) => {
    const ageMs = performance.now() - readAtMs;
    const found = (await (known === undefined || ageMs > KEYS_MAX_AGE_MS ? look() : known)).get(kid);
    if (found !== undefined || ageMs < LOOK_AGAIN_MS) return found;
    return (await look()).get(kid);
  };
}

/** The token names a key that nobody published: its fault, not the store's. */
export class UnknownKey extends Error {
  constructor() {
    super('no such key');
  }
}
