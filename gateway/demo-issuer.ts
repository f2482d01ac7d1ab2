// The token issuer of demo mode: a key in the data folder, which the gateway trusts and `npm run token` signs with.
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { keptSecret } from './kept-secret.ts';

export const DEMO_ISSUER = 'urn:ssm-gateway:demo';
/** A demonstration lasts an afternoon; real access tokens are short. */
const LIFETIME_S = 12 * 60 * 60;

export interface DemoIssuer {
  /** An access token of the actor, good for some hours from `nowMs`. */
  sign(actorId: string, nowMs: number): Promise<string>;
  readonly publicKeys: { readonly keys: JWK[] };
}

export async function newPrivateKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
}

/** The half of a key that anybody may have. */
export function publicHalf({ d: _, ...rest }: JWK): JWK {
  return rest;
}

/** Opens the issuer whose key lies in the folder; the first to come makes it. */
export async function openDemoIssuer(dataFolder: string, audience: string): Promise<DemoIssuer> {
  const kept = await keptSecret(dataFolder, 'demo-issuer.json', async () =>
    JSON.stringify(await newPrivateKey()),
  );
  const jwk: JWK = JSON.parse(kept);
  const key = await importJWK(jwk, 'EdDSA');
  return {
    publicKeys: { keys: [publicHalf(jwk)] },
    sign: (actorId, nowMs) =>
      new SignJWT({})
        .setProtectedHeader({
          alg: 'EdDSA',
          typ: 'at+jwt',
          ...(jwk.kid === undefined ? {} : { kid: jwk.kid }),
        })
        .setIssuer(DEMO_ISSUER)
        .setAudience(audience)
        .setSubject(actorId)
        .setJti(randomUUID())
        .setIssuedAt(Math.floor(nowMs / 1000))
        .setExpirationTime(Math.floor(nowMs / 1000) + LIFETIME_S)
        .sign(key),
  };
}
