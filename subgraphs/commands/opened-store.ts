// The store that a command works on, from its arguments: a server's URL or the gateway's data folder.
import { join, resolve } from 'node:path';
import { openStore, type Store } from '../store/store.ts';

export const STORE_ARGUMENTS = {
  database: { type: 'string' },
  data: { type: 'string' },
  schema: { type: 'string', default: 'ssm' },
} as const;

export const STORE_USAGE = '(--database postgres://… | --data <DATA_FOLDER>) [--schema ssm]';

interface Named {
  readonly database?: string;
  readonly data?: string;
  readonly schema: string;
}

/**
 * Undefined where neither is named. An embedded store opens only while no gateway has it. Rejects where there is none,
 * unless it may be new: a misspelt folder is not an empty one.
 */
export async function openedStore(
  { database: databaseUrl, data, schema }: Named,
  { mayBeNew = false } = {},
): Promise<Store | undefined> {
  const how = { schema, mustBeThere: !mayBeNew };
  if (databaseUrl !== undefined) return openStore({ databaseUrl, poolSize: 1, ...how });
  return data === undefined ? undefined : openStore({ dataFolder: join(resolve(data), 'database'), ...how });
}
