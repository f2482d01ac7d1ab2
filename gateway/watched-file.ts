// Tells when a file has another content: written in place, or replaced by a rename as editors and volumes do.
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** A write is several events; the file is read when they have stopped for so long. */
const SETTLE_MS = 100;

/** `onChange` also hears of a file that is gone or empty. Gives back how to stop. */
export async function watchFile(path: string, onChange: () => void): Promise<() => void> {
  const read = (): Promise<string> => readFile(path, 'utf8').catch(() => '');
  let known = await read();
  let timer: NodeJS.Timeout | undefined;
  const compare = async (): Promise<void> => {
    const text = await read();
    if (text === known) return;
    known = text;
    onChange();
  };
  // the folder, not the file: a rename puts another file in its place
  const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
    // a mounted volume replaces a link beside the file, so a foreign name may mean this one
    if (name !== null && name !== basename(path) && !name.startsWith('..')) return;
    clearTimeout(timer);
    timer = setTimeout(() => void compare(), SETTLE_MS);
  });
  watcher.on('error', () => watcher.close());
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
