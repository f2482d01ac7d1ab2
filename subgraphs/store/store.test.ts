// The store over both databases: actors and authorizations in and out, health, faults, migrations at once.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TopicBus } from '../../schema/ports.ts';
import { postgresForTests } from '../../test/support/services.ts';
import { asTopicBus, localBus } from '../cache/local-bus.ts';
import { type ActorToSave, saveActors } from './actors.ts';
import { grantReader, grantsTopic } from './grants.ts';
import { openStore, type Store } from './store.ts';

const postgres = await postgresForTests('store on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

const NOW_MS = Date.parse('2026-11-15T10:00:00Z');
const now = () => NOW_MS;

const manager = (): ActorToSave => ({
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

function storeSuite(name: string, open: () => Promise<Store>, drop: (store: Store) => Promise<void>): void {
  describe(name, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    }, 30_000);
    afterAll(async () => {
      await drop(store);
      await store.close();
    });

    const read = (actorId: string) => grantReader(store, { now }).read(actorId);

    test('an actor is read as it was saved', async () => {
      const actor = manager();
      expect(await saveActors(store, [actor])).toEqual([actor.actorId]);
      expect(await read(actor.actorId)).toEqual({ ...actor, grantVersion: '1' });
    });

    test('an actor without customer, name or grants is read without them', async () => {
      const actor: ActorToSave = { actorId: `staff-${randomUUID()}`, kind: 'STAFF', grants: [] };
      await saveActors(store, [actor]);
      expect(await read(actor.actorId)).toEqual({ ...actor, grantVersion: '1' });
    });

    test('an unknown actor and one that is switched off are nobody', async () => {
      const actor = manager();
      await saveActors(store, [actor]);
      const { actor: table } = store.tables;
      await store.db.update(table).set({ active: false }).where(sql`${table.actorId} = ${actor.actorId}`);
      expect(await read(actor.actorId)).toBeUndefined();
      expect(await read("nobody'; --")).toBeUndefined();
    });

    test('saving again what is there changes nothing, whatever the order of functions, ids and grants', async () => {
      const actor = manager();
      await saveActors(store, [actor]);
      const shuffled = {
        ...actor,
        grants: [...actor.grants].reverse().map((grant) => ({
          ...grant,
          functions: [...grant.functions].reverse(),
          scope: 'ids' in grant.scope ? { ...grant.scope, ids: [...grant.scope.ids].reverse() } : grant.scope,
        })),
      };
      expect(await saveActors(store, [shuffled, actor])).toEqual([]);
      expect((await read(actor.actorId))?.grantVersion).toBe('1');
    });

    test.each([
      [
        'a function',
        (actor: ActorToSave) => ({ grants: [{ ...actor.grants[0], functions: ['BILL_VIEW'] }] }),
      ],
      [
        'a scope',
        () => ({ grants: [{ functions: ['BILL_VIEW'], scope: { kind: 'SITES', ids: ['site'] } }] }),
      ],
      [
        'a period',
        (actor: ActorToSave) => ({
          grants: actor.grants.map((grant) => ({ ...grant, until: '2027-01-01T00:00:00.000Z' })),
        }),
      ],
      ['no grants any more', () => ({ grants: [] })],
      ['the kind', () => ({ kind: 'AUTHORIZED_USER' })],
      ['the customer', () => ({ customerId: 'another' })],
      ['the name', () => ({ displayName: 'Another' })],
    ])('a change of %s is one new version', async (_, change) => {
      const actor = manager();
      await saveActors(store, [actor]);
      // the changes are written loosely above; each is an actor
      const next = { ...actor, ...change(actor) } as ActorToSave;
      expect(await saveActors(store, [next])).toEqual([actor.actorId]);
      expect(await read(actor.actorId)).toEqual({ ...next, grantVersion: '2' });
    });

    test('a revoked authorization stays readable in the table, and grants nothing', async () => {
      const actor = manager();
      await saveActors(store, [actor]);
      await saveActors(store, [{ ...actor, grants: [] }]);
      const { authorization } = store.tables;
      const rows = await store.db
        .select()
        .from(authorization)
        .where(sql`${authorization.actorId} = ${actor.actorId}`);
      expect(rows).toHaveLength(2);
      expect(rows.every((row) => row.revokedAt !== null)).toBe(true);
    });

    test('a grant whose period is over is left out; one that is to come is in, with its beginning', async () => {
      const actor = manager();
      const grant = { functions: ['BILL_VIEW'] as const, scope: { kind: 'CUSTOMER' } as const };
      const toCome = { ...grant, from: '2027-01-01T00:00:00.000Z' };
      const over = { ...grant, until: '2026-11-15T10:00:00.000Z' };
      await saveActors(store, [{ ...actor, grants: [over, toCome] }]);
      expect((await read(actor.actorId))?.grants).toEqual([toCome]);
    });

    test('what this version does not understand grants nothing', async () => {
      const actor = manager();
      await saveActors(store, [{ ...actor, grants: [] }]);
      const { authorization } = store.tables;
      const row = { actorId: actor.actorId, functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' } };
      await store.db.insert(authorization).values([
        { ...row, functions: ['FUNCTION_OF_TOMORROW', 'toString', 'BILL_VIEW'] },
        { ...row, functions: ['FUNCTION_OF_TOMORROW'] },
        { ...row, scope: { kind: 'GALAXY' } },
        { ...row, scope: { kind: 'SERVICES' } },
      ]);
      expect((await read(actor.actorId))?.grants).toEqual([
        { functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' } },
      ]);
    });

    test('the anonymous principal is nobody’s row, and a false instant is refused', async () => {
      const actor = manager();
      await expect(saveActors(store, [{ ...actor, kind: 'ANONYMOUS' }])).rejects.toThrow();
      const grant = {
        functions: ['BILL_VIEW'] as const,
        scope: { kind: 'CUSTOMER' } as const,
        until: 'soon',
      };
      await expect(saveActors(store, [{ ...actor, grants: [grant] }])).rejects.toThrow('"soon"');
      expect(await read(actor.actorId), 'half of a save stayed').toBeUndefined();
    });

    test('a thousand actors are saved at once', async () => {
      const actors = Array.from({ length: 1_001 }, () => ({ ...manager(), grants: [] }));
      expect(await saveActors(store, actors)).toHaveLength(1_001);
      expect(await saveActors(store, actors)).toEqual([]);
    }, 30_000);

    describe('the reader', () => {
      const withBus = () => asTopicBus(localBus());
      /** Waits until the first read was repeated behind the subscription, as the reader does of itself. */
      const warm = async (reader: ReturnType<typeof grantReader>, actorId: string) => {
        await reader.read(actorId);
        await reader.read(actorId);
      };
      const counted = () => {
        const select = vi.spyOn(store.db, 'select');
        return select;
      };

      test('reads once for many at a time, and again only after the age bound', async () => {
        const actor = manager();
        await saveActors(store, [actor]);
        const reader = grantReader(store, { maxAgeMs: 80, now });
        const select = counted();
        await Promise.all(Array.from({ length: 20 }, () => reader.read(actor.actorId)));
        await reader.read(actor.actorId);
        expect(select).toHaveBeenCalledTimes(1);
        await saveActors(store, [{ ...actor, grants: [] }]);
        await vi.waitFor(async () => expect((await reader.read(actor.actorId))?.grants).toEqual([]));
        select.mockRestore();
      });

      test('a change that is announced is seen by the very next read', async () => {
        const bus = withBus();
        const actor = manager();
        await saveActors(store, [actor], { bus });
        const reader = grantReader(store, { bus, maxAgeMs: 60_000, now });
        await warm(reader, actor.actorId);
        const select = counted();
        await reader.read(actor.actorId);
        expect(select).not.toHaveBeenCalled();
        select.mockRestore();
        await saveActors(store, [{ ...actor, grants: [] }], { bus });
        expect(await reader.read(actor.actorId)).toMatchObject({ grants: [], grantVersion: '2' });
      });

      test('nobody joins a read that began before the change', async () => {
        const bus = withBus();
        const actor = manager();
        await saveActors(store, [actor]);
        const reader = grantReader(store, { bus, maxAgeMs: 60_000, now });
        await warm(reader, actor.actorId);
        await bus.publish(grantsTopic(actor.actorId), '');
        const before = reader.read(actor.actorId);
        await saveActors(store, [{ ...actor, grants: [] }], { bus });
        expect((await reader.read(actor.actorId))?.grants).toEqual([]);
        await before;
        expect((await reader.read(actor.actorId))?.grants).toEqual([]);
      });

      test('a change before the listening has begun is seen as soon as it has', async () => {
        const bus = withBus();
        let listening = () => {};
        const subscribe: TopicBus['subscribe'] = async () => {
          await new Promise<void>((resolve) => {
            listening = resolve;
          });
          return async () => {};
        };
        const actor = manager();
        await saveActors(store, [actor]);
        const reader = grantReader(store, { bus: { ...bus, subscribe }, maxAgeMs: 60_000, now });
        await reader.read(actor.actorId);
        await saveActors(store, [{ ...actor, grants: [] }], { bus });
        listening();
        await vi.waitFor(async () => expect((await reader.read(actor.actorId))?.grants).toEqual([]));
      });

      test('an actor that comes to be is seen at once', async () => {
        const bus = withBus();
        const actor = manager();
        const reader = grantReader(store, { bus, maxAgeMs: 60_000, now });
        await warm(reader, actor.actorId);
        await saveActors(store, [actor], { bus });
        expect((await reader.read(actor.actorId))?.actorId).toBe(actor.actorId);
      });

      test('it keeps few actors, and leaves the topics of the others', async () => {
        const local = localBus();
        const bus: TopicBus = asTopicBus(local);
        const reader = grantReader(store, { bus, maxActors: 2, now });
        for (const actorId of ['a', 'b', 'c', 'd']) await warm(reader, actorId);
        await vi.waitFor(() => expect(local.topics()).toEqual([grantsTopic('c'), grantsTopic('d')]));
      });

      test('a bus that cannot listen costs nothing but the age bound', async () => {
        const subscribe = () => Promise.reject(new Error('bus fault'));
        const actor = manager();
        await saveActors(store, [actor]);
        const reader = grantReader(store, { bus: { ...withBus(), subscribe }, now });
        expect((await reader.read(actor.actorId))?.actorId).toBe(actor.actorId);
      });
    });

    test('closed: health says DOWN, a read rejects, also of what was just read', async () => {
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
}

storeSuite(
  'in memory',
  () => openStore({ inMemory: true }),
  async () => {},
);

if (postgres !== undefined) {
  const { url: databaseUrl, schema } = postgres;
  const dropSchema = async (store: Store, name: string) => {
    await store.db.execute(sql`DROP SCHEMA IF EXISTS ${sql.identifier(name)} CASCADE`);
  };
  storeSuite(
    'on PostgreSQL',
    () => openStore({ databaseUrl, schema }),
    (store) => dropSchema(store, schema),
  );

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
      const rows = await first.db.execute(sql`SELECT name FROM ${sql.identifier(fresh)}.migration`);
      expect(rows).toMatchObject({ rows: [{ name: '0001-actors.sql' }] });
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
