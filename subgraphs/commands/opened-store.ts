// The store that a command works on, from its arguments: a server's URL or the gateway's data folder.
import { join, resolve } from 'node:path';
import { openStore, type Store } from '../store/store.ts';

export const STORE_ARGUMENTS = {
  database: { type: 'string' },
  data: { type: 'string' },
  schema: { type: 'string', default: 'ssm' },
} as const;

export const STORE_USAGE = '(--database postgres://… | --data <DATA_FOLDER>) [--schema ssm]';

/** Undefined where neither is named. An embedded store opens only while no gateway has it. */
export async function openedStore(values: {
  readonly database?: string;
  readonly data?: string;
  readonly schema: string;
}): Promise<Store | undefined> {
  const { database: databaseUrl, data, schema } = values;
  if (databaseUrl !== undefined) return openStore({ databaseUrl, schema, poolSize: 1 });
  return data === undefined ? undefined : openStore({ dataFolder: join(resolve(data), 'database'), schema });
}
