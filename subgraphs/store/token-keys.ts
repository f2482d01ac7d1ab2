// Public keys of the instances that sign access tokens, where all of them find them.
import type { Store } from './store.ts';

export interface TokenKeys {
  publish(kid: string, jwk: object): Promise<void>;
  all(): Promise<readonly object[]>;
}

export function tokenKeys({ db, tables: { tokenKey } }: Store, now: () => number): TokenKeys {
  return {
    async publish(kid, jwk) {
      await db
        .insert(tokenKey)
        .values({ kid, jwk, createdAt: new Date(now()) })
        .onConflictDoNothing();
    },
    async all() {
      const rows = await db.select({ kid: tokenKey.kid, jwk: tokenKey.jwk }).from(tokenKey);
      return rows.flatMap(({ kid, jwk }) =>
        typeof jwk === 'object' && jwk !== null ? [{ ...jwk, kid }] : [],
      );
    },
  };
}
