// What commands do for an actor, on the record: an audit entry, and a link to its first password.
import { randomUUID } from 'node:crypto';
import { newLink, RESET_MS } from '../identity/sign-in/links.ts';
import { createAudit } from '../store/audit.ts';
import type { Store } from '../store/store.ts';

/** Whom the audit log names for what is done by a command. */
const OPERATOR = 'operator';

interface About {
  readonly actorId: string;
  readonly customerId: string | undefined;
}

const entryOf = (action: 'addActor' | 'passwordLink', { actorId, customerId }: About) =>
  ({
    atMs: Date.now(),
    actorId: OPERATOR,
    ...(customerId === undefined ? {} : { customerId }),
    action,
    objectId: actorId,
    outcome: 'DONE',
    requestId: randomUUID(),
  }) as const;

export const recordAdded = (store: Store, about: About): Promise<void> =>
  createAudit(store).append(entryOf('addActor', about));

/** The token of a link, and how long it is good. */
export async function firstLink(store: Store, about: About): Promise<string> {
  const { token, expiresAtMs } = await store.db.transaction(async (tx) => {
    const made = await newLink(tx, store, {
      actorId: about.actorId,
      nowMs: Date.now(),
      lifetimeMs: RESET_MS,
    });
    await createAudit(store).append(entryOf('passwordLink', about), tx);
    return made;
  });
  return `${token}\ngood once, until ${new Date(expiresAtMs).toISOString()}: mutation resetPassword`;
}
