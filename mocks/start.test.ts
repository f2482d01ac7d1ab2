// The simulator as a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { API_LIST } from './api-list.ts';

const FILE = fileURLToPath(new URL('./start.ts', import.meta.url));

function start(...options: string[]) {
  return spawn(process.execPath, ['--import', '../schema/typescript.mjs', FILE, ...options], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'says where it listens, answers, and ends on %s',
  async (signal) => {
    const child = start('--port', '0', '--subscribers', '100000', '--seed', '7', '--latency', '1');
    try {
      // a process that ends first says nothing: that must fail at once
      const [chunk]: unknown[] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      const { url, apis, pid } = JSON.parse(String(chunk));
      expect(pid).toBe(child.pid);
      expect(apis).toHaveLength(API_LIST.length);
      const { baseUrl } = apis.find(({ api }: { api: string }) => api === 'TMF629');
      expect(baseUrl.startsWith(url)).toBe(true);
      expect((await fetch(`${baseUrl}/customer/cust-sub-100000`)).status).toBe(200);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  },
  30_000,
);

it('refuses a port that is none', async () => {
  const child = start('--port', 'http');
  const [code] = await once(child, 'exit');
  expect(code).toBe(2);
}, 30_000);
