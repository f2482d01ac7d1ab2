// Two roles: one owns the tables, the other uses them, and can't rewrite what only grows.
import type { MigrationConnection } from './migrate.ts';

/** What the using role may only add to, and what it may only look at. */
const APPEND_ONLY = ['audit_entry'];
const READ_ONLY = ['audit_head', 'migration'];

/** The name as PostgreSQL quotes it. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Gives the role what it needs in the schema, and takes back what it must not have; again after each migration. */
export async function letUse(connection: MigrationConnection, schema: string, role: string): Promise<void> {
  const [to, inSchema] = [quoted(role), quoted(schema)];
  await connection.script('BEGIN');
  try {
    // several instances that start at once would change the same rows of the catalogue
    await connection.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`migrations ${schema}`]);
    await connection.script(`GRANT USAGE ON SCHEMA ${inSchema} TO ${to}`);
    await connection.script(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${inSchema} TO ${to}`,
    );
    await connection.script(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${inSchema} TO ${to}`);
    for (const table of APPEND_ONLY)
      await connection.script(`REVOKE UPDATE, DELETE, TRUNCATE ON ${inSchema}.${quoted(table)} FROM ${to}`);
    for (const table of READ_ONLY)
      await connection.script(
        `REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${inSchema}.${quoted(table)} FROM ${to}`,
      );
    await connection.script('COMMIT');
  } catch (error) {
    // the connection may be what failed: its error is the one to tell
    await connection.script('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** The role that a database URL names; the library takes the process's user where it names none. */
export function roleIn(databaseUrl: string): string | undefined {
  const { username } = new URL(databaseUrl);
  return username === '' ? undefined : decodeURIComponent(username);
}
