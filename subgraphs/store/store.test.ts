// The store: opened by many at once, on a server that breaks a connection, closed, and refused.
import { sql } from 'drizzle-orm';
import { afterAll, expect, test, vi } from 'vitest';
import { postgresForTests } from '../../test/support/services.ts';
import { saveActors } from './actors.ts';
import { grantReader } from './grants.ts';
import { migrationsOnDisk } from './migrate.ts';
import { openStore } from './store.ts';
import { dropSchema, manager, now, overBothDatabases } from './store-fixture.ts';

const postgres = await postgresForTests('store on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

overBothDatabases(postgres, (current) => {
  test('closed: health says DOWN, a read rejects, also of what was just read', async () => {
    const { open } = current();
    const other = await open();
    const reader = grantReader(other, { maxAgeMs: 0, now });
    await reader.read('anybody');
    expect(await other.health()).toMatchObject([{ kind: 'STORE', state: 'UP', required: true }]);
    await other.close();
    await other.close();
    expect(await other.health()).toMatchObject([{ state: 'DOWN' }]);
    await expect(reader.read('anybody')).rejects.toThrow();
  }, 30_000);
});

if (postgres !== undefined) {
  const { url: databaseUrl, schema } = postgres;
  test('eight instances that start at once on an empty server migrate it once, and seed it once', async () => {
    const fresh = `${schema}_at_once`;
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => openStore({ databaseUrl, schema: fresh, poolSize: 2 })),
    );
    const [first] = stores;
    if (first === undefined) throw new Error('no store');
    try {
      const actors = Array.from({ length: 300 }, manager);
      const ids = actors.map((actor) => actor.actorId).sort();
      const revoked = actors.map((actor) => ({ ...actor, grants: [] }));
      for (const [round, list] of [actors, revoked, actors].entries()) {
        const saved = await Promise.all(
          stores.map((store, index) => saveActors(store, index % 2 === 0 ? list : [...list].reverse())),
        );
        expect(saved.flat().sort(), 'each actor is changed by one instance').toEqual(ids);
        const versions = await first.db
          .selectDistinct({ version: first.tables.actor.grantVersion })
          .from(first.tables.actor);
        expect(versions).toEqual([{ version: round + 1 }]);
      }
      const rows = await first.db.execute(
        sql`SELECT name FROM ${sql.identifier(fresh)}.migration ORDER BY name`,
      );
      expect(rows).toMatchObject({ rows: (await migrationsOnDisk()).map(({ name }) => ({ name })) });
    } finally {
      await dropSchema(first, fresh);
      await Promise.all(stores.map((store) => store.close()));
    }
  }, 30_000);

  test('a connection that the server ends costs one fault, not the process', async () => {
    const faults: unknown[] = [];
    const fresh = `${schema}_broken`;
    const store = await openStore({
      databaseUrl,
      schema: fresh,
      poolSize: 1,
      onFault: (e) => faults.push(e),
    });
    const admin = await openStore({ databaseUrl, schema: fresh });
    try {
      const found = await store.db.execute(sql`SELECT pg_backend_pid() AS pid`);
      expect(found).toMatchObject({ rows: [{ pid: expect.any(Number) }] });
      await admin.db.execute(
        sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'ssm-gateway' AND query LIKE 'SELECT pg_backend_pid() AS pid%' AND pid <> pg_backend_pid()`,
      );
      await vi.waitFor(() => expect(faults).not.toHaveLength(0));
      expect(await store.health()).toMatchObject([{ state: 'UP', embedded: false }]);
    } finally {
      await dropSchema(admin, fresh);
      await Promise.all([store.close(), admin.close()]);
    }
  });
}

test('a server that is not there, and a schema’s name that is none, are refused', async () => {
  await expect(openStore({ databaseUrl: 'postgres://nobody:secret@127.0.0.1:1/none' })).rejects.toThrow(
    /^(?!.*secret)/,
  );
  await expect(openStore({ inMemory: true, schema: 'a"; DROP' })).rejects.toThrow("can't be a schema's name");
}, 30_000);
