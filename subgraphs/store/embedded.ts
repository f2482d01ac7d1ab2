// The store without a server: PostgreSQL compiled into this process, in a data folder or in memory.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { lockFolder } from './folder-lock.ts';
import { type MigrationConnection, migrate, migrationsOnDisk } from './migrate.ts';
import { letUse } from './roles.ts';
import type { Opened } from './store.ts';

/** From its opening on, the one connection is this role's. */
const USING_ROLE = 'ssm_gateway';

interface EmbeddedOptions {
  /** Undefined: in memory, gone with the process. */
  readonly dataFolder: string | undefined;
  readonly schema: string;
  readonly mustBeThere: boolean;
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

export async function openEmbedded({ dataFolder, schema, mustBeThere }: EmbeddedOptions): Promise<Opened> {
  if (dataFolder !== undefined && mustBeThere && !existsSync(join(dataFolder, 'pglite')))
    throw new Error(`there is no gateway's database in ${dataFolder}`);
  const unlock = dataFolder === undefined ? async () => {} : await lockFolder(dataFolder);
  let client: PGlite | undefined;
  try {
    if (dataFolder !== undefined) await mkdir(join(dataFolder, 'pglite'), { recursive: true });
    client = await PGlite.create(dataFolder === undefined ? 'memory://' : join(dataFolder, 'pglite'));
    const opened = client;
    const connection = asMigrationConnection(opened);
    await migrate(connection, schema, await migrationsOnDisk(), mustBeThere);
    await connection.script(
      `DO $$ BEGIN CREATE ROLE ${USING_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$`,
    );
    await letUse(connection, schema, USING_ROLE);
    await connection.script(`SET ROLE ${USING_ROLE}`);
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
