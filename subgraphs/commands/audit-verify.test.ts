// SSM-A-09: `npm run audit:verify` says whether the log is whole, and fails when it isn't.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAudit } from '../store/audit.ts';
import { openStore } from '../store/store.ts';

const COMMAND = fileURLToPath(new URL('./audit-verify.ts', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssm-audit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, ...args]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

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
