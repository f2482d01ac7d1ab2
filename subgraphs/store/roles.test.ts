// SSM-A-09: the role that the gateway uses can add to the audit log and do nothing else to it, on a real server.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresForTests } from '../../test/support/services.ts';
import { saveActors } from './actors.ts';
import { createAudit } from './audit.ts';
import { verifyChain } from './audit-chain.ts';
import { letUse } from './roles.ts';
import { openStore, type Store } from './store.ts';
import { dropSchema, manager, now } from './store-fixture.ts';

const postgres = await postgresForTests('two database roles');
afterAll(async () => {
  await postgres?.close();
});

describe.skipIf(postgres === undefined)('SSM-A-09 a role that only uses', () => {
  // skipped without: postgresForTests says so aloud
  const { url, schema } = postgres ?? { url: '', schema: '' };
  const role = `user_${randomUUID().slice(0, 8)}`;
  let owner: Store;
  let store: Store;
  const asUser = (): string => {
    const address = new URL(url);
    address.username = role;
    address.password = 'word';
    return address.href;
  };
  beforeAll(async () => {
    owner = await openStore({ databaseUrl: url, schema: `${schema}_owner` });
    await owner.db.execute(sql.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'word'`));
    const stores = await Promise.all(
      Array.from({ length: 4 }, () =>
        openStore({ databaseUrl: asUser(), migrationDatabaseUrl: url, schema, poolSize: 2 }),
      ),
    );
    const [first, ...others] = stores;
    if (first === undefined) throw new Error('no store');
    store = first;
    await Promise.all(others.map((each) => each.close()));
  }, 30_000);
  afterAll(async () => {
    await store.close();
    await owner.db.execute(sql.raw(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`));
    await owner.db.execute(sql.raw(`DROP OWNED BY ${role}`));
    await owner.db.execute(sql.raw(`DROP ROLE ${role}`));
    await dropSchema(owner, `${schema}_owner`);
    await owner.close();
  });

  test('does what the gateway does', async () => {
    const actor = manager();
    expect(await saveActors(store, [actor])).toEqual([actor.actorId]);
    const audit = createAudit(store);
    const entry = {
      atMs: now(),
      actorId: actor.actorId,
      action: 'a',
      outcome: 'DONE',
      requestId: 'r',
    } as const;
    await audit.append({ ...entry, origin: '192.0.2.1' });
    expect(await verifyChain(store)).toMatchObject({ entries: 1, faults: [] });
  });

  test.each([
    ['changes no entry', 'UPDATE', 'UPDATE #audit_entry SET actor_id = $$x$$'],
    ['deletes none', 'DELETE', 'DELETE FROM #audit_entry'],
    ['empties nothing', 'TRUNCATE', 'TRUNCATE #audit_entry'],
    ['takes no trigger away', 'ALTER', 'ALTER TABLE #audit_entry DISABLE TRIGGER ALL'],
    ['moves no head', 'HEAD', 'UPDATE #audit_head SET seq = 0'],
    ['forgets no migration', 'MIGRATION', 'DELETE FROM #migration'],
    ['makes no tables', 'CREATE', 'CREATE TABLE #other (a int)'],
    ['replaces no function', 'FUNCTION', 'DROP FUNCTION #audit_link CASCADE'],
  ])('%s', async (_, _name, statement) => {
    const before = await verifyChain(store);
    const refused = store.db.execute(sql.raw(statement.replaceAll('#', `"${schema}".`)));
    await expect(refused).rejects.toMatchObject({ cause: { code: '42501' } });
    expect(await verifyChain(store)).toEqual(before);
  });

  test('forges nothing: number and hashes are the database’s, whatever is written, and no table stands in', async () => {
    const forged = {
      seq: 1,
      previousHash: 'x',
      hash: 'y',
      requestId: 'r',
      atMs: 0,
      actorId: 'a',
      action: 'b',
    };
    await store.db.transaction(async (tx) => {
      await tx.execute(sql.raw('CREATE TEMPORARY TABLE audit_head (single boolean, seq bigint, hash text)'));
      await tx.execute(sql.raw("INSERT INTO audit_head VALUES (true, 99, 'z')"));
      await tx.insert(store.tables.auditEntry).values({ ...forged, outcome: 'DONE' });
    });
    expect(await verifyChain(store)).toMatchObject({ entries: 2, faults: [], head: { seq: 2 } });
  });

  test('a role’s name is quoted, whatever it is', async () => {
    const scripts: string[] = [];
    const connection = { script: async (text: string) => void scripts.push(text), query: async () => [] };
    await letUse(connection, 'ssm', 'a"; DROP ROLE b; --');
    expect(scripts.join()).toContain('"a""; DROP ROLE b; --"');
  });
});
