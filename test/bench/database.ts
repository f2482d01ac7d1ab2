// The database that gateways and subgraphs of the benchmark share, as instances of one gateway do.
import { Client } from 'pg';

export interface Database {
  readonly environment: Readonly<Record<string, string>>;
  /** Before every key, and the schema of every table. */
  readonly namespace: string;
  drop(): Promise<void>;
}

/**
 * The first round of the work behind the answers fills it; a second one would be counted to the requests beside it.
 * One of the longest pause: the first comes soon all the same.
 */
const FILLED_ONCE = { WORK_SECONDS: '3600' };

/** In a schema of its own on the server of DATABASE_URL; without it each process has one embedded, and alone fills it. */
export function openDatabase(): Database {
  const url = process.env.DATABASE_URL;
  const namespace = `bench_${process.pid}`;
  if (url === undefined) return { environment: FILLED_ONCE, namespace, drop: async () => undefined };
  return {
    environment: { ...FILLED_ONCE, DATABASE_URL: url },
    namespace,
    async drop() {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`DROP SCHEMA IF EXISTS ${namespace} CASCADE`);
      await client.end();
    },
  };
}
