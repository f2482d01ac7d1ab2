// An exclusive lock on a data folder: the embedded database would let two processes open it, and ruin it.
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const HOLDER = z.object({ pid: z.number().int(), host: z.string(), startedAt: z.string().optional() });
type Holder = z.infer<typeof HOLDER>;

/** Who holds a guard is done within a few file operations. */
const GUARD_POLL_MS = 5;

/** When the process began, in the kernel's ticks: a process id alone is used again (in a container at each start). */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // the second field is the program's name in brackets, and may hold blanks and brackets itself
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it's there and belongs to another user
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Why the folder can't be had; undefined when its holder is gone. */
async function heldBy(holder: Holder, folder: string): Promise<string | undefined> {
  if (holder.host !== hostname()) {
    return `the data folder ${folder} was opened on host ${holder.host}; if that is gone, remove ${join(folder, 'lock')}`;
  }
  if (!exists(holder.pid)) return undefined;
  const startedAt = await startOf(holder.pid);
  if (holder.startedAt !== undefined && startedAt !== undefined && holder.startedAt !== startedAt) {
    return undefined;
  }
  return `the data folder ${folder} is in use by process ${holder.pid}; stop it, choose another folder, or use a PostgreSQL server`;
}

function holderIn(text: string): Holder | undefined {
  try {
    return HOLDER.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Undefined where there's no such file; any other fault is told, else taking the lock would never end. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function isHeld(text: string): Promise<boolean> {
  const holder = holderIn(text);
  return holder !== undefined && (await heldBy(holder, '')) !== undefined;
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Takes the lock or rejects with a sentence for the operator. Returns what gives it back. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const lock = join(folder, 'lock');
  const mine = join(folder, `lock.${randomUUID()}`);
  const startedAt = await startOf(process.pid);
  const text = JSON.stringify({ pid: process.pid, host: hostname(), startedAt, id: randomUUID() });
  await writeFile(mine, text);
  try {
    for (;;) {
      try {
        // a link appears whole or not at all: nobody ever reads half a lock
        await link(mine, lock);
        break;
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
      }
      const found = await textOf(lock);
      if (found === undefined) continue;
      const holder = holderIn(found);
      const reason = holder === undefined ? undefined : await heldBy(holder, folder);
      if (reason !== undefined) throw new Error(reason);
      await removeStale(lock, found, mine);
    }
  } finally {
    await rm(mine, { force: true });
  }
  return async () => {
    if ((await textOf(lock)) === text) await rm(lock, { force: true });
  };
}

/**
 * Removes the lock that was judged, never one that somebody else has put in its place meanwhile: whoever removes it
 * holds a guard named for its very text, so that nobody else is between looking and removing. A guard whose holder
 * died is a stale lock itself.
 */
async function removeStale(lock: string, judged: string, mine: string): Promise<void> {
  const guard = `${lock}.${createHash('sha256').update(judged).digest('hex').slice(0, 12)}`;
  try {
    await link(mine, guard);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const found = await textOf(guard);
    if (found === undefined) return;
    if (await isHeld(found)) await pause(GUARD_POLL_MS);
    else await removeStale(guard, found, mine);
    return;
  }
  try {
    if ((await textOf(lock)) === judged) await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
