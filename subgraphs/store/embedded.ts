// The store without a server: PostgreSQL compiled into this process, in a data folder or in memory.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { lockFolder } from './folder-lock.ts';
import { type MigrationConnection, migrate, migrationsOnDisk } from './migrate.ts';
import type { Opened } from './store.ts';

interface EmbeddedOptions {
  /** Undefined: in memory, gone with the process. */
  readonly dataFolder: string | undefined;
  readonly schema: string;
}

function asMigrationConnection(client: PGlite): MigrationConnection {
  return {
    async script(sql) {
      await client.exec(sql);
    },
    async query(sql, parameters) {
      const { rows } = await client.query<Record<string, unknown>>(sql, [...parameters]);
      return rows;
    },
  };
}

export async function openEmbedded({ dataFolder, schema }: EmbeddedOptions): Promise<Opened> {
  const unlock = dataFolder === undefined ? async () => {} : await lockFolder(dataFolder);
  let client: PGlite | undefined;
  try {
    if (dataFolder !== undefined) await mkdir(join(dataFolder, 'pglite'), { recursive: true });
    client = await PGlite.create(dataFolder === undefined ? 'memory://' : join(dataFolder, 'pglite'));
    const opened = client;
    await migrate(asMigrationConnection(opened), schema, await migrationsOnDisk());
    return {
      db: drizzle({ client: opened }),
      async close() {
        await opened.close();
        await unlock();
      },
    };
  } catch (error) {
    await client?.close().catch(() => {});
    await unlock();
    throw error;
  }
}
