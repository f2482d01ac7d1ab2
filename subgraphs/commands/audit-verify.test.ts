// SSM-A-09: `npm run audit:verify` says whether the log is whole, and fails when it isn't.
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../test/support/command.ts';
import { createAudit } from '../store/audit.ts';
import { openStore } from '../store/store.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssm-audit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
  runCommand(new URL('./audit-verify.ts', import.meta.url), ...args);

async function withStore(
  work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<unknown>,
): Promise<void> {
  const store = await openStore({ dataFolder: join(folder, 'database') });
  await work(store).finally(() => store.close());
}

test('SSM-A-09 whole, with a head to note; then a deletion by the owner is shown, by number', async () => {
  const entry = { atMs: 1, actorId: 'a', action: 'signIn', outcome: 'DONE', requestId: 'r' } as const;
  await withStore(async (store) => {
    for (let count = 0; count < 3; count += 1) await createAudit(store).append(entry);
  });
  const whole = await run('--data', folder);
  expect(whole).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^whole: 3 entries\nhead 3:[0-9a-f]{64}\n$/),
  });
  const head = /head (\S+)/.exec(whole.said)?.[1] ?? '';
  expect((await run('--data', folder, '--head', head)).code).toBe(0);
  await withStore(async ({ db }) => {
    await db.execute(sql.raw('RESET ROLE'));
    await db.execute(sql.raw('ALTER TABLE ssm.audit_entry DISABLE TRIGGER ALL'));
    await db.execute(sql.raw('DELETE FROM ssm.audit_entry WHERE seq = 2'));
  });
  const broken = await run('--data', folder);
  expect(broken.code).toBe(1);
  expect(broken.said).toContain('entry 2 is missing');
  expect((await run()).said).toContain('--database postgres://');
}, 60_000);

test('SSM-A-09 what isn’t there is not whole: nothing is made, and it is said', async () => {
  const other = join(folder, 'misspelt');
  const missing = await run('--data', other);
  expect(missing).toMatchObject({ code: 2, said: expect.stringContaining('there is no gateway') });
  await expect(access(other)).rejects.toThrow('ENOENT');
  await withStore(async () => undefined);
  const elsewhere = await run('--data', folder, '--schema', 'misspelt');
  expect(elsewhere).toMatchObject({ code: 2, said: expect.stringContaining('"misspelt"') });
}, 60_000);
