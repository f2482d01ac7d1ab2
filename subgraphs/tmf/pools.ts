// Connections to back ends: one pool for each origin and certificate.
import { createHash } from 'node:crypto';
import { Pool } from 'undici';
import { MAX_BODY_BYTES } from './exchange.ts';
import type { Tls } from './providers-document.ts';

export type PoolOf = (origin: string, tls?: Tls) => Pool;

export interface Pools {
  readonly of: PoolOf;
  /** Ends those that none of these origins uses, each when what it carries is through. */
  keep(used: readonly { readonly origin: string; readonly tls?: Tls | undefined }[]): void;
  close(): Promise<void>;
}

const keyOf = (origin: string, tls: Tls | undefined) =>
  tls === undefined
    ? origin
    : `${origin} ${createHash('sha256').update(JSON.stringify(tls)).digest('base64')}`;

/** A page of a batch has the batch's long address in each of four links: more than Node's usual 16 KB. */
const MAX_HEADER_BYTES = 64 * 1024;

export function createPools(): Pools {
  const pools = new Map<string, Pool>();
  return {
    of(origin, tls) {
      const key = keyOf(origin, tls);
      const kept = pools.get(key);
      if (kept !== undefined) return kept;
      // each exchange has its own timer for the whole of it, so the pool's are off
      const pool = new Pool(origin, {
        headersTimeout: 0,
        bodyTimeout: 0,
        maxResponseSize: MAX_BODY_BYTES,
        maxHeaderSize: MAX_HEADER_BYTES,
        ...(tls === undefined ? {} : { connect: connectOptions(tls) }),
      });
      pools.set(key, pool);
      return pool;
    },
    keep(used) {
      const wanted = new Set(used.map(({ origin, tls }) => keyOf(origin, tls)));
      for (const [key, pool] of pools) {
        if (wanted.has(key)) continue;
        pools.delete(key);
        // a call that is at it yet has its answer first
        pool.close().catch(() => undefined);
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function connectOptions({ cert, key, passphrase, ca, serverName }: Tls) {
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}
