// Keys that one process of the gateway and one of a subgraph agree on (X25519, then HKDF), so that not every token needs
// a signature.
//
// Trust stays with the gateway's Ed25519 key. The gateway's half travels inside a token that this key has signed, and a
// subgraph takes tokens under those keys only that it has worked out itself from such a half. Its own half goes back in
// a header that nobody vouches for: whoever puts another in its place shares a key with the gateway that the subgraph
// has never heard of, so nothing made with it is taken, and the gateway signs again. All that an agreed key can forge is
// a token for the very process that has it.
import {
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

/** Of answers: the subgraph's half. */
export const AGREEMENT_HEADER = 'x-principal-key';

/** From the making of the signed token that brought the gateway's half. */
export const AGREEMENT_LIFETIME_MS = 5 * 60_000;

/** What a process brings to its agreements, for as long as it runs. */
export interface ExchangeKey {
  /** The public half, as base64url. */
  readonly half: string;
  readonly privateKey: KeyObject;
}

/** All that an agreement is bound to, and nothing secret. */
interface Terms {
  /** The subgraph's name: in one process each has a key of its own. */
  readonly audience: string;
  /** Of the Ed25519 key that vouched for the gateway's half. */
  readonly kid: string;
  readonly gatewayHalf: string;
  readonly subgraphHalf: string;
}

export interface AgreedKey {
  /** Stands as `kid` in the tokens. */
  readonly id: string;
  readonly secret: KeyObject;
}

export function newExchangeKey(): ExchangeKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const { x } = publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('a key without a public half');
  return { half: x, privateKey };
}

const written = ({ audience, kid, gatewayHalf, subgraphHalf }: Terms): string =>
  JSON.stringify(['ssm-gateway principal key', audience, kid, gatewayHalf, subgraphHalf]);

export const agreementId = (terms: Terms): string => hash('sha256', written(terms), 'base64url');

/** Undefined: the other's half is no key, or one of those few whose secret would be known to everybody. */
export function agreedKey(own: ExchangeKey, terms: Terms): AgreedKey | undefined {
  const x = own.half === terms.gatewayHalf ? terms.subgraphHalf : terms.gatewayHalf;
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
    // throws where nothing but zeros would come of it
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey });
    const secret = hkdfSync('sha256', shared, '', written(terms), 32);
    return { id: agreementId(terms), secret: createSecretKey(Buffer.from(secret)) };
  } catch {
    return undefined;
  }
}
