// SSM-C-12 What is asked of the rollups in one moment is one statement, and each gets its own rows.
import { type SQL, sql } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { postgresForTests } from '../../test/support/services.ts';
import type { Database } from '../store/store.ts';
import { overBothDatabases } from '../store/store-fixture.ts';
import { askTogether } from './together.ts';

const postgres = await postgresForTests('questions asked together on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

/** The database, and how many statements came to it. */
function counted(db: Database) {
  const count = { statements: 0 };
  const execute = (query: SQL) => {
    count.statements += 1;
    return db.execute(query);
  };
  // of all that a database can do, these questions need no more
  return { count, db: { execute } as unknown as Database };
}

overBothDatabases(postgres, (current) => {
  test('SSM-C-12 questions of one moment are one statement, with parameters, names and orders of their own', async () => {
    const { count, db } = counted(current().store.db);
    const ask = askTogether(db);
    // as resolvers ask: some only after a promise that was there already
    const later = Promise.resolve().then(() =>
      ask(
        sql`SELECT 'it''s' AS key, ${'a "b"'}::text AS word, sum(v) AS sum FROM (VALUES (${1}::bigint)) AS x(v)`,
      ),
    );
    const [numbers, none, words] = await Promise.all([
      ask<{ key: number }>(
        sql`SELECT v AS key FROM generate_series(${1}::integer, 3) AS s(v) ORDER BY v DESC`,
      ),
      ask(sql`SELECT 1 AS key WHERE ${false}::boolean`),
      later,
    ]);
    expect(numbers).toEqual([{ key: 3 }, { key: 2 }, { key: 1 }]);
    expect(none).toEqual([]);
    expect(words).toEqual([{ key: "it's", word: 'a "b"', sum: 1 }]);
    expect(count.statements).toBe(1);
    expect(await ask(sql`SELECT 4 AS key`)).toEqual([{ key: 4 }]);
    expect(count.statements).toBe(2);
  });

  test('SSM-C-12 where the database refuses, everybody hears of it, and can ask again', async () => {
    const ask = askTogether(current().store.db);
    const asked = await Promise.allSettled([
      ask(sql`SELECT 1 AS key`),
      ask(sql`SELECT 1 / ${0}::integer AS key`),
    ]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask(sql`SELECT 1 AS key`)).toEqual([{ key: 1 }]);
  });
});
