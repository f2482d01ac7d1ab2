// The keys with which principals are signed for subgraphs elsewhere, and where those find the public halves.
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { importJWK, type JWK } from 'jose';
import { z } from 'zod';
import type { SigningKey } from '../schema/principal-token.ts';
import { newPrivateKey, publicHalf } from './demo-issuer.ts';
import { keptSecret } from './kept-secret.ts';

export interface PrincipalKeys {
  readonly signing: SigningKey;
  readonly publicKeys: { readonly keys: JWK[] };
}

const jwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1),
  x: z.string(),
  d: z.string(),
});
const keySet = z.object({ keys: z.array(jwk).min(1) });

const make = async (): Promise<string> => JSON.stringify({ keys: [await newPrivateKey()] });

/**
 * The first key signs, all are published. To rotate: append the new key, wait until every subgraph has fetched it,
 * put it first; remove the old one when its last token has expired.
 */
export async function openPrincipalKeys(config: {
  readonly principalKeyFile?: string;
  readonly dataFolder: string;
}): Promise<PrincipalKeys> {
  const { principalKeyFile: file, dataFolder } = config;
  const text =
    file === undefined
      ? await keptSecret(dataFolder, 'principal-keys.json', make)
      : await readFile(file, 'utf8');
  const read = keySet.safeParse(readJson(text));
  const first = read.data?.keys[0];
  if (read.data === undefined || first === undefined) {
    throw new Error('PRINCIPAL_KEY_FILE: not a set of private Ed25519 keys, each with a kid');
  }
  const privateKey = await importJWK({ ...first, alg: 'EdDSA' }, 'EdDSA');
  if (privateKey instanceof Uint8Array) throw new Error('PRINCIPAL_KEY_FILE: not a private key');
  return {
    signing: { kid: first.kid, privateKey },
    publicKeys: { keys: read.data.keys.map((key) => ({ ...publicHalf(key), alg: 'EdDSA', use: 'sig' })) },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function servePrincipalKeys(app: FastifyInstance, { publicKeys }: PrincipalKeys): void {
  app.get('/.well-known/ssm-principal-keys.json', async (_, reply) => {
    // as long as a subgraph may take to learn of a new key
    reply.header('cache-control', 'public, max-age=60');
    return publicKeys;
  });
}
