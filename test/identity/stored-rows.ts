// What the store holds, as text to compare, and an audit log that takes no act: for tests of what is done with its entry.
import { sql } from 'drizzle-orm';
import type { Own } from '../../subgraphs/own.ts';

/** Counted or kept beside what is done: attempts, the log itself, what was read of contracts, keys. */
const BESIDES = /^(audit_|sign_in_delay$|migration$|contract$|token_key$|security_alarm$)/;

/** Every row of every table but those, by table. */
export async function storedRows({ store }: Own, schema: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const names = await store.db.execute<{ name: string }>(
    sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${schema} ORDER BY 1`,
  );
  // both drivers give the rows under this name
  for (const { name } of (names as unknown as { rows: { name: string }[] }).rows) {
    if (BESIDES.test(name)) continue;
    const table = sql`${sql.identifier(schema)}.${sql.identifier(name)}`;
    const rows = await store.db.execute(
      sql`SELECT (to_jsonb(t) - 'attempts')::text AS row FROM ${table} AS t ORDER BY 1`,
    );
    found[name] = JSON.stringify((rows as unknown as { rows: unknown }).rows);
  }
  return found;
}

/** The log refuses whatever was done, as a full disk would; refusals it takes. */
export async function withoutRecord({ store }: Own, work: () => Promise<void>): Promise<void> {
  const table = sql`${store.tables.auditEntry}`;
  // the embedded database has one connection, which is the using role's
  await store.db.execute(sql`RESET ROLE`);
  await store.db.execute(
    sql`ALTER TABLE ${table} ADD CONSTRAINT full_disk CHECK (outcome = 'REFUSED') NOT VALID`,
  );
  try {
    await work();
  } finally {
    await store.db.execute(sql`ALTER TABLE ${table} DROP CONSTRAINT full_disk`);
  }
}
