// A file that changes: written in place, replaced by a rename, touched without a change.
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { watchFile } from './watched-file.ts';

let folder = '';
let unwatch = (): void => undefined;
afterEach(async () => {
  unwatch();
  await rm(folder, { recursive: true });
});

test('each change is told once', async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssm-watched-'));
  const file = join(folder, 'a.graphql');
  await writeFile(file, 'one');
  let told = 0;
  unwatch = await watchFile(file, () => {
    told += 1;
  });
  await writeFile(file, 'two');
  await expect.poll(() => told).toBe(1);
  await writeFile(join(folder, 'b.graphql'), 'three');
  await rename(join(folder, 'b.graphql'), file);
  await expect.poll(() => told).toBe(2);
  await utimes(file, new Date(), new Date());
  await writeFile(file, 'three');
  await rm(file);
  await expect.poll(() => told).toBe(3);
  await writeFile(file, 'four');
  await expect.poll(() => told).toBe(4);
});
