// The keys that seal what the store must give back readable: from a file, else made in the data folder.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { keptSecret } from './kept-secret.ts';

const BYTES = 32;

/** One key a line, 32 bytes in base64; the first seals, all open. Instances that share a store need the same file. */
export async function openSealingKeys(config: {
  readonly sealingKeyFile?: string;
  readonly dataFolder: string;
}): Promise<readonly Buffer[]> {
  const { sealingKeyFile: file, dataFolder } = config;
  const make = async () => `${randomBytes(BYTES).toString('base64')}\n`;
  const text =
    file === undefined ? await keptSecret(dataFolder, 'sealing-key', make) : await readFile(file, 'utf8');
  const keys = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Buffer.from(line.trim(), 'base64'));
  if (keys.length === 0 || keys.some((key) => key.byteLength !== BYTES))
    throw new Error('SEALING_KEY_FILE: one key of 32 bytes a line, in base64');
  return keys;
}
