// What one request asks of the rollups in the same moment, as one statement: each costs the gateway a round trip.
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../store/store.ts';
import { rowsOf } from './rollups.ts';

/** Rows of a query; numbers in them may come as text. */
export type Ask = <Row>(query: SQL) => Promise<readonly Row[]>;

interface Waiting {
  readonly query: SQL;
  readonly resolve: (rows: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

async function answerAll(db: Database, waiting: readonly Waiting[]): Promise<void> {
  // one column for each, as names of columns are the queries' own
  const columns = waiting.map(
    ({ query }, at) => sql`(SELECT json_agg(q) FROM (${query}) AS q) AS ${sql.identifier(`a${at}`)}`,
  );
  const [row] = await rowsOf<Readonly<Record<string, readonly unknown[] | null>>>(
    db,
    sql`SELECT ${sql.join(columns, sql`, `)}`,
  );
  waiting.forEach(({ resolve }, at) => {
    resolve(row?.[`a${at}`] ?? []);
  });
}

/** Each by itself, on as many connections as there are: where one after another would take too long. */
export const askApart =
  (db: Database): Ask =>
  (query) =>
    rowsOf(db, query);

/** All that is asked before anything else happens goes together; where it fails, it fails for all of them. */
export function askTogether(db: Database): Ask {
  let waiting: Waiting[] = [];

  function flush(): void {
    const all = waiting;
    waiting = [];
    answerAll(db, all).catch((error: unknown) => {
      for (const { reject } of all) reject(error);
    });
  }

  return <Row>(query: SQL) =>
    new Promise<readonly Row[]>((resolve, reject) => {
      // Row is what the asker says of its own query, as with any query
      waiting.push({ query, resolve: resolve as Waiting['resolve'], reject });
      // by then whoever was called beside this asker has asked too
      if (waiting.length === 1) process.nextTick(flush);
    });
}
