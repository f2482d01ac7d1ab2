// Runs TM Forum's conformance kits against the simulator: `npm run check:kits` with TMF_KITS naming their folder; exits 1 where an assertion failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startSimulator } from './simulator.ts';

/** The kits are Postman collections; their runner isn't among this project's dependencies, for nothing else needs it. */
const RUNNER = 'newman@6';

async function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const [code] = await once(child, 'exit');
  return code === 0;
}

const folder = resolve(process.argv[2] ?? '');
const kits = (await readdir(folder)).filter((name) => /^CTK-TMF\d+/.test(name)).sort();
const simulator = await startSimulator();
const home = await mkdtemp(join(tmpdir(), 'ssm-kits-'));
const failed: string[] = [];
try {
  if (!(await run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', home, RUNNER])))
    throw new Error(`${RUNNER} can't be installed`);
  for (const kit of kits) {
    const number = /TMF\d+/.exec(kit)?.[0];
    const api = simulator.apis.find((each) => each.api === number);
    const environment = { NODE_PATH: join(home, 'node_modules') };
    const args = [join(folder, 'run.cjs'), join(folder, kit), api?.baseUrl ?? ''];
    if (api === undefined || !(await run(process.execPath, args, environment))) failed.push(kit);
  }
} finally {
  await simulator.close();
  await rm(home, { recursive: true, force: true });
}
process.stdout.write(failed.length === 0 ? `${kits.length} kits passed\n` : `failed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 && kits.length > 0 ? 0 : 1;
