// One-time links by which an actor sets a password: its first one, or a new one.

import type { Database, Store } from '../../store/store.ts';
import { newSecret, secretHash } from './secret.ts';

export const RESET_MS = 30 * 60 * 1000;
/** Somebody new reads its mail when it does. */
export const INVITATION_MS = 7 * 24 * 60 * 60 * 1000;

export const linkHash = (token: string): string => secretHash('link', token);

interface NewLink {
  readonly actorId: string;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

/** For the sender, and for the operator's command; its entry in the audit log is the caller's to write. */
export async function newLink(
  db: Database,
  { tables: { passwordLink } }: Pick<Store, 'tables'>,
  { actorId, nowMs, lifetimeMs }: NewLink,
): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
  const token = newSecret();
  const expiresAtMs = nowMs + lifetimeMs;
  await db.insert(passwordLink).values({ hash: linkHash(token), actorId, expiresAt: new Date(expiresAtMs) });
  return { token, expiresAtMs };
}
