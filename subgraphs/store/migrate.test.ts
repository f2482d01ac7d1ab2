// Migrations: once each, in order, all or nothing, and never changed behind the database's back.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MigrationConnection, migrate, migrationsOnDisk } from './migrate.ts';

let database: PGlite;
let connection: MigrationConnection;
const scripts: string[] = [];

beforeAll(async () => {
  database = await PGlite.create('memory://');
  connection = {
    async script(sql) {
      scripts.push(sql);
      await database.exec(sql);
    },
    query: async (sql, parameters) =>
      (await database.query<Record<string, unknown>>(sql, [...parameters])).rows,
  };
}, 30_000);
afterAll(() => database.close());

const one = { name: '0001-one.sql', sql: 'CREATE TABLE one (a int); INSERT INTO one VALUES (1);' };
const two = { name: '0002-two.sql', sql: 'ALTER TABLE one ADD b int DEFAULT 2;' };
const rowsOf = async (schema: string) => (await database.query(`SELECT * FROM "${schema}".one`)).rows;

test('each is applied once, in order, inside the schema', async () => {
  await migrate(connection, 'ordered', [one]);
  await migrate(connection, 'ordered', [one, two]);
  await migrate(connection, 'ordered', [one, two]);
  expect(await rowsOf('ordered')).toEqual([{ a: 1, b: 2 }]);
});

test('up to date, it changes nothing and asks for no right to', async () => {
  await migrate(connection, 'quiet', [one]);
  scripts.length = 0;
  await migrate(connection, 'quiet', [one]);
  expect(scripts).toEqual([]);
});

test('one that fails undoes those before it, names itself, and leaves the connection usable', async () => {
  const bad = { name: '0002-bad.sql', sql: 'ALTER TABLE none ADD b int;' };
  await expect(migrate(connection, 'undone', [one, bad])).rejects.toThrow('migration 0002-bad.sql failed');
  await expect(rowsOf('undone')).rejects.toThrow('does not exist');
  await migrate(connection, 'undone', [one, two]);
  expect(await rowsOf('undone')).toHaveLength(1);
});

test('one that was changed after it was applied is refused', async () => {
  await migrate(connection, 'changed', [one]);
  await expect(migrate(connection, 'changed', [{ ...one, sql: `${one.sql} ` }])).rejects.toThrow(
    '0001-one.sql',
  );
});

test('a newer version’s migrations do not stop an older one', async () => {
  await migrate(connection, 'newer', [one, two]);
  await expect(migrate(connection, 'newer', [one])).resolves.toBeUndefined();
});

test('the files come in the order of their numbers; another name is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-migrations-'));
  const url = pathToFileURL(`${folder}/`);
  await writeFile(join(folder, '0002-b.sql'), 'b');
  await writeFile(join(folder, '0001-a.sql'), 'a');
  expect((await migrationsOnDisk(url)).map(({ name, sql }) => [name, sql])).toEqual([
    ['0001-a.sql', 'a'],
    ['0002-b.sql', 'b'],
  ]);
  await writeFile(join(folder, '3-c.sql'), 'c');
  await expect(migrationsOnDisk(url)).rejects.toThrow('3-c.sql');
  await rm(folder, { recursive: true });
});
