// What we own, in PostgreSQL: on a server, or embedded in this process, with the same SQL and the same migrations.
import { sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { HealthReport, HealthSource } from '../../schema/ports.ts';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import { type Tables, tablesIn } from './tables.ts';

export type Database = PgDatabase<PgQueryResultHKT>;

/** What the two kinds of database give. */
export interface Opened {
  readonly db: Database;
  close(): Promise<void>;
}

export interface Store extends HealthSource {
  /** No network call inside a transaction: the embedded database has one connection. */
  readonly db: Database;
  readonly tables: Tables;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** `postgres://…`. Without it the store is embedded: in `dataFolder`, or in memory without that too. */
  readonly databaseUrl?: string;
  /** The same database as the role that owns the tables. Without it one role does both. */
  readonly migrationDatabaseUrl?: string;
  readonly dataFolder?: string;
  readonly inMemory?: boolean;
  /** All our tables are in this one. */
  readonly schema?: string;
  readonly poolSize?: number;
  /** Rejects where nothing is yet, in the place of making it. */
  readonly mustBeThere?: boolean;
  /** Called for faults that no caller sees: a pooled connection that broke. */
  readonly onFault?: (error: unknown) => void;
}

const HEALTH_TIMEOUT_MS = 1_000;

async function answers(db: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, HEALTH_TIMEOUT_MS, false);
  });
  const answer = Promise.resolve(db.execute(sql`SELECT 1`)).then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Rejects when the database can't be opened or migrated; the message names no credentials. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, migrationDatabaseUrl, schema = 'ssm', poolSize = 10, onFault = () => {} } = options;
  const { mustBeThere = false } = options;
  const dataFolder = options.inMemory === true ? undefined : options.dataFolder;
  const opened =
    databaseUrl === undefined
      ? await openEmbedded({ dataFolder, schema, mustBeThere })
      : await openPostgres({ databaseUrl, migrationDatabaseUrl, schema, poolSize, mustBeThere, onFault });
  const report: Omit<HealthReport, 'state'> = {
    name: databaseUrl === undefined ? 'pglite' : 'postgresql',
    kind: 'STORE',
    embedded: databaseUrl === undefined,
    required: true,
  };
  let closing: Promise<void> | undefined;
  return {
    db: opened.db,
    tables: tablesIn(schema),
    async health() {
      if (closing === undefined && (await answers(opened.db))) return [{ ...report, state: 'UP' }];
      return [{ ...report, state: 'DOWN', detail: 'no answer: authorizations cannot be read' }];
    },
    close() {
      closing ??= opened.close();
      return closing;
    },
  };
}
