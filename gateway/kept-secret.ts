// A secret that is made once and kept in the data folder, for its owner's eyes only.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** What the file holds; of several processes that start at once, one makes it and all get the same. */
export async function keptSecret(folder: string, name: string, make: () => Promise<string>): Promise<string> {
  const path = join(folder, name);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `${name}.${randomUUID()}`);
  await writeFile(draft, await make(), { mode: 0o600, flag: 'wx' });
  try {
    // unlike a rename, a link never replaces what another process has put there
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}
