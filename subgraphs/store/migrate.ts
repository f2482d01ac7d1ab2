// Brings a schema up to date: plain SQL files in the order of their numbers, each applied once.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** One connection, for as long as the migration takes. `script` may hold several statements. */
export interface MigrationConnection {
  script(sql: string): Promise<void>;
  query(sql: string, parameters: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

const FOLDER = new URL('./migrations/', import.meta.url);
const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;
/** Another instance may be migrating: wait for it, but not for ever. */
const LOCK_TIMEOUT_MS = 60_000;

export async function migrationsOnDisk(folder: URL = FOLDER): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of names) {
    if (!FILE_NAME.test(name)) throw new Error(`migration ${name} is not named NNNN-words-so.sql`);
  }
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), 'utf8') })),
  );
}

const checksumOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');

const hasTables = async (connection: MigrationConnection, schema: string): Promise<boolean> => {
  const [found] = await connection.query('SELECT to_regclass($1) IS NOT NULL AS there', [
    `"${schema}".migration`,
  ]);
  return found?.there === true;
};

/** The names applied so far; rejects when a file was changed after it was applied. */
async function appliedIn(
  connection: MigrationConnection,
  schema: string,
  migrations: readonly Migration[],
): Promise<ReadonlySet<string>> {
  if (!(await hasTables(connection, schema))) return new Set();
  const rows = await connection.query(`SELECT name, checksum FROM "${schema}".migration`, []);
  const checksums = new Map(rows.map((row) => [row.name, row.checksum]));
  for (const { name, sql } of migrations) {
    const checksum = checksums.get(name);
    if (checksum !== undefined && checksum !== checksumOf(sql)) {
      throw new Error(`migration ${name} was changed after it was applied: add a new one instead`);
    }
  }
  // rows beyond the files are a newer version's: in a rolling upgrade the old one goes on beside it
  return new Set(migrations.filter(({ name }) => checksums.has(name)).map(({ name }) => name));
}

/** All or nothing, in one transaction; several instances may call it at once. */
export async function migrate(
  connection: MigrationConnection,
  schema: string,
  migrations: readonly Migration[],
  /** Rejects where none of our tables is there yet. */
  mustBeThere = false,
): Promise<void> {
  if (!SCHEMA_NAME.test(schema)) throw new Error(`"${schema}" can't be a schema's name`);
  if (mustBeThere && !(await hasTables(connection, schema)))
    throw new Error(`the database has nothing of a gateway's in the schema "${schema}"`);
  // looked at without the lock first: a role that may not create anything can start on a schema that's up to date
  if ((await appliedIn(connection, schema, migrations)).size === migrations.length) return;
  await connection.script('BEGIN');
  try {
    await connection.script(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await connection.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`migrations ${schema}`]);
    await connection.script(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await connection.script(`SET LOCAL search_path TO "${schema}"`);
    await connection.script(
      'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const applied = await appliedIn(connection, schema, migrations);
    for (const { name, sql } of migrations) {
      if (applied.has(name)) continue;
      await connection.script(sql).catch((error: unknown) => {
        throw new Error(`migration ${name} failed`, { cause: error });
      });
      await connection.query('INSERT INTO migration (name, checksum) VALUES ($1, $2)', [
        name,
        checksumOf(sql),
      ]);
    }
    await connection.script('COMMIT');
  } catch (error) {
    // the connection may be what failed: its error is the one to tell
    await connection.script('ROLLBACK').catch(() => {});
    throw error;
  }
}
