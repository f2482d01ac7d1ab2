// The embedded store in a data folder: it keeps what was saved, and belongs to one process at a time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WITH_TYPESCRIPT } from '../../test/support/typescript.ts';
import { saveActors } from './actors.ts';
import { lockFolder } from './folder-lock.ts';
import { grantReader } from './grants.ts';
import { openStore } from './store.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssm-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Another process that takes the lock, says so and stays; or fails to, and says why. */
async function otherProcess() {
  const lockModule = fileURLToPath(new URL('./folder-lock.ts', import.meta.url));
  const program = `
    const { lockFolder } = await import(${JSON.stringify(lockModule)});
    try { await lockFolder(${JSON.stringify(folder)}); console.log('locked'); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.message); }`;
  const child = spawn(process.execPath, [...WITH_TYPESCRIPT, '--input-type=module', '-e', program]);
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.stderr.once('data', (data: Buffer) => reject(new Error(data.toString())));
  });
  return {
    said,
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

test('closed and opened again, it has what was saved; opened twice, it says who has it', async () => {
  const store = await openStore({ dataFolder: folder });
  await saveActors(store, [{ actorId: 'actor', kind: 'STAFF', grants: [] }]);
  await expect(openStore({ dataFolder: folder })).rejects.toThrow(`in use by process ${process.pid}`);
  expect((await otherProcess()).said).toContain(`in use by process ${process.pid}`);
  expect(await store.health()).toMatchObject([{ name: 'pglite', state: 'UP', embedded: true }]);
  await store.close();

  const again = await openStore({ dataFolder: folder });
  expect(await grantReader(again).read('actor')).toMatchObject({ actorId: 'actor', kind: 'STAFF' });
  await again.close();
  expect((await readdir(folder)).sort()).toEqual(['pglite']);
}, 60_000);

test('held by another process that lives, it is refused; killed, that process leaves it', async () => {
  const other = await otherProcess();
  expect(other.said).toBe('locked');
  await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${other.pid}`);
  await other.kill();
  const unlock = await lockFolder(folder);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
}, 30_000);

test('of many that find a stale lock at once, one gets it', async () => {
  const other = await otherProcess();
  await other.kill();
  const stale = await readFile(join(folder, 'lock'), 'utf8');
  for (let round = 0; round < 100; round++) {
    await writeFile(join(folder, 'lock'), stale);
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
    const got = attempts.filter((attempt) => attempt.status === 'fulfilled');
    expect(got).toHaveLength(1);
    await got[0]?.value();
    expect(await readdir(folder), 'something was left behind').toEqual([]);
  }
}, 30_000);

test('who died while it removed a stale lock does not bar the folder', async () => {
  const other = await otherProcess();
  await other.kill();
  const stale = await readFile(join(folder, 'lock'), 'utf8');
  const guard = `lock.${createHash('sha256').update(stale).digest('hex').slice(0, 12)}`;
  await writeFile(join(folder, guard), stale);
  const unlock = await lockFolder(folder);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
}, 30_000);

test('a process id that another process has by now does not hold the folder', async () => {
  const lock = join(folder, 'lock');
  await writeFile(lock, JSON.stringify({ pid: process.pid, host: hostname(), startedAt: '1' }));
  const unlock = await lockFolder(folder);
  expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ pid: process.pid });
  await unlock();
});

test('a lock from another host is not judged, but named', async () => {
  await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 1, host: 'another-host' }));
  await expect(lockFolder(folder)).rejects.toThrow('another-host');
});

test('a lock that is no lock is replaced', async () => {
  await writeFile(join(folder, 'lock'), '');
  const unlock = await lockFolder(folder);
  await unlock();
});

test('a folder that can’t be made into a database is unlocked again', async () => {
  await writeFile(join(folder, 'pglite'), 'a file in its place');
  await expect(openStore({ dataFolder: folder })).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['pglite']);
}, 30_000);
