// What the store's tests stand on: both databases, each with a schema of its own, and a manager to save.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe } from 'vitest';
import type { TestPostgres } from '../../test/support/services.ts';
import type { ActorToSave } from './actors.ts';
import { openStore, type Store } from './store.ts';

const NOW_MS = Date.parse('2026-11-15T10:00:00Z');
export const now = () => NOW_MS;

export const manager = (): ActorToSave => ({
  actorId: `manager-${randomUUID()}`,
  kind: 'MANAGER',
  customerId: 'aG9tZTpDdXN0b21lcjox',
  displayName: 'Señora O’Neil 🚚',
  grants: [
    { functions: ['BILL_VIEW', 'USAGE_VIEW'], scope: { kind: 'CUSTOMER' } },
    {
      functions: ['SERVICE_VIEW'],
      scope: { kind: 'SERVICES', ids: ['service-2', 'service-1'] },
      from: '2026-11-01T00:00:00.000Z',
      until: '2026-12-01T00:00:00.000Z',
    },
  ],
});

export async function dropSchema(store: Store, schema: string): Promise<void> {
  await store.db.execute(sql`DROP SCHEMA IF EXISTS ${sql.identifier(schema)} CASCADE`);
}

interface Scene {
  readonly store: Store;
  /** Another one on the same database (embedded: on an empty one). */
  open(): Promise<Store>;
}

/** Runs the tests over the embedded database, and over a server where there is one. */
export function overBothDatabases(
  postgres: TestPostgres | undefined,
  suite: (current: () => Scene) => void,
): void {
  const over = (name: string, open: () => Promise<Store>, leave: (store: Store) => Promise<void>) =>
    describe(name, () => {
      let store: Store;
      beforeAll(async () => {
        store = await open();
      }, 30_000);
      afterAll(async () => {
        await leave(store);
        await store.close();
      });
      suite(() => ({ store, open }));
    });
  over(
    'in memory',
    () => openStore({ inMemory: true }),
    async () => {},
  );
  if (postgres === undefined) return;
  const { url: databaseUrl, schema } = postgres;
  over(
    'on PostgreSQL',
    () => openStore({ databaseUrl, schema }),
    (store) => dropSchema(store, schema),
  );
}
