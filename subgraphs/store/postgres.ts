// The store on a PostgreSQL server: a bounded pool whose connections and queries end in time.
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { type MigrationConnection, migrate, migrationsOnDisk } from './migrate.ts';
import { letUse, roleIn } from './roles.ts';
import type { Opened } from './store.ts';

interface PostgresOptions {
  readonly databaseUrl: string;
  readonly migrationDatabaseUrl: string | undefined;
  readonly schema: string;
  readonly poolSize: number;
  readonly mustBeThere: boolean;
  readonly onFault: (error: unknown) => void;
}

const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;

function asMigrationConnection(client: pg.Client): MigrationConnection {
  return {
    async script(sql) {
      await client.query(sql);
    },
    async query(sql, parameters) {
      const { rows } = await client.query(sql, [...parameters]);
      return rows;
    },
  };
}

/** On a connection of its own: a migration may take longer than a query is allowed to. */
async function migrated(options: PostgresOptions): Promise<void> {
  const { databaseUrl, migrationDatabaseUrl, schema, mustBeThere, onFault } = options;
  const client = new pg.Client({
    connectionString: migrationDatabaseUrl ?? databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', onFault);
  try {
    await client.connect();
    await migrate(asMigrationConnection(client), schema, await migrationsOnDisk(), mustBeThere);
    const role = migrationDatabaseUrl === undefined ? undefined : roleIn(databaseUrl);
    if (role !== undefined && role !== roleIn(migrationDatabaseUrl ?? ''))
      await letUse(asMigrationConnection(client), schema, role);
  } finally {
    await client.end().catch(onFault);
  }
}

export async function openPostgres(options: PostgresOptions): Promise<Opened> {
  await migrated(options);
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    statement_timeout: QUERY_TIMEOUT_MS,
    // the server's bound doesn't help when the server is what hangs
    query_timeout: QUERY_TIMEOUT_MS + 500,
    keepAlive: true,
    application_name: 'ssm-gateway',
  });
  // an idle connection that breaks is replaced; without a listener it would end the process
  pool.on('error', options.onFault);
  return { db: drizzle({ client: pool }), close: () => pool.end() };
}
