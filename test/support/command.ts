// Commands as an operator runs them: a process of their own, its exit status, and what it said.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WITH_TYPESCRIPT } from './typescript.ts';

export function runCommand(
  command: URL,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [...WITH_TYPESCRIPT, fileURLToPath(command), ...args]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}
