// That `npm start` is as fast as its libraries can be, without anybody having to set NODE_ENV.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { WITH_TYPESCRIPT } from '../test/support/typescript.ts';

/** Tells, as the command ends, which of its two functions graphql took. */
const PROBE = `
import { createRequire } from 'node:module';
const require = createRequire(${JSON.stringify(import.meta.url)});
process.on('exit', () => console.log(require('graphql/jsutils/instanceOf').instanceOf.toString()));`;

async function instanceOfUnder(environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(
    process.execPath,
    [
      ...WITH_TYPESCRIPT,
      '--import',
      `data:text/javascript,${encodeURIComponent(PROBE)}`,
      fileURLToPath(new URL('command.ts', import.meta.url)),
      '--no-such-option',
    ],
    { env: { PATH: process.env.PATH, ...environment } },
  );
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(child, 'close');
  return said;
}

test('graphql is loaded for production unless NODE_ENV says otherwise', async () => {
  expect(await instanceOfUnder({})).not.toContain('toStringTag');
  expect(await instanceOfUnder({ NODE_ENV: 'development' })).toContain('toStringTag');
}, 60_000);
