// Run by npm: between it and the gateway stands a shell that hands no signal on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { WITH_TYPESCRIPT } from '../support/typescript.ts';

const COMMAND = fileURLToPath(new URL('../../gateway/command.ts', import.meta.url));

test('a stop that reaches npm alone stops the gateway', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-npm-'));
  const command = [process.execPath, ...WITH_TYPESCRIPT, COMMAND].map((each) => `'${each}'`).join(' ');
  // two commands, so that every shell stays between, as some do for one
  const shell = spawn('sh', ['-c', `${command}; true`], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_FOLDER: folder, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  shell.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const heardAll = once(shell.stdout, 'close');
  await expect.poll(() => said, { timeout: 60_000 }).toContain('listens on');
  shell.kill('SIGTERM');
  // the gateway holds the other end until it has ended
  await heardAll;
  expect(said).toContain('npm has ended: answering what is in flight, then stopping.');
  await rm(folder, { recursive: true });
}, 90_000);
