// `npm run password:link -- <actor>`: makes a one-time link's token by which an actor sets its first password.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { eq } from 'drizzle-orm';
import { newLink, RESET_MS } from '../identity/sign-in/links.ts';
import { createAudit } from '../store/audit.ts';
import { openedStore, STORE_ARGUMENTS, STORE_USAGE } from './opened-store.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: STORE_ARGUMENTS, allowPositionals: true });
  const [actorId] = positionals;
  const store = actorId === undefined ? undefined : await openedStore(values);
  if (store === undefined || actorId === undefined)
    throw new Error(`npm run password:link -- <actor> ${STORE_USAGE}`);
  try {
    const { actor } = store.tables;
    const found = await store.db.select().from(actor).where(eq(actor.actorId, actorId));
    if (found.length === 0) throw new Error(`there is no actor ${actorId}`);
    const nowMs = Date.now();
    const { token, expiresAtMs } = await store.db.transaction(async (tx) => {
      const made = await newLink(tx, store, { actorId, nowMs, lifetimeMs: RESET_MS });
      await createAudit(store).append(
        {
          atMs: nowMs,
          actorId: 'operator',
          ...(found[0]?.customerId == null ? {} : { customerId: found[0].customerId }),
          action: 'passwordLink',
          objectId: actorId,
          outcome: 'DONE',
          requestId: randomUUID(),
        },
        tx,
      );
      return made;
    });
    console.log(`${token}\ngood once, until ${new Date(expiresAtMs).toISOString()}: mutation resetPassword`);
  } finally {
    await store.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
