// `npm run password:link -- <actor>`: makes a one-time link's token by which an actor sets its first password.
import { parseArgs } from 'node:util';
import { eq } from 'drizzle-orm';
import { firstLink } from './first-link.ts';
import { openedStore, STORE_ARGUMENTS, STORE_USAGE } from './opened-store.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: STORE_ARGUMENTS, allowPositionals: true });
  const [actorId] = positionals;
  const store = actorId === undefined ? undefined : await openedStore(values);
  if (store === undefined || actorId === undefined)
    throw new Error(`npm run password:link -- <actor> ${STORE_USAGE}`);
  try {
    const { actor } = store.tables;
    const [found] = await store.db.select().from(actor).where(eq(actor.actorId, actorId));
    if (found === undefined) throw new Error(`there is no actor ${actorId}`);
    console.log(await firstLink(store, { actorId, customerId: found.customerId ?? undefined }));
  } finally {
    await store.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
