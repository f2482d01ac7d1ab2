// `npm run bench:peers`: other gateways to compare with, from npm into data/bench-peers/, never among the dependencies.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Pinned, so that two runs compare with the same. */
const PEERS = {
  '@graphql-hive/gateway-runtime': '2.12.1',
  '@graphql-hive/router-runtime': '1.4.23',
  '@graphql-mesh/transport-http': '1.2.1',
  '@mercuriusjs/gateway': '5.2.0',
  mercurius: '16.10.1',
  fastify: '5.12.8',
  // Mercurius hands its printer what a later one refuses
  graphql: '16.12.0',
};

/** Named by the others in a version that not every registry mirror has. */
const OVERRIDES = { '@graphql-tools/batch-execute': '10.2.0' };

const folder = fileURLToPath(new URL('../../data/bench-peers/', import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify({ private: true, type: 'module', dependencies: PEERS, overrides: OVERRIDES }, null, 2)}\n`,
);
// no scripts: nothing may be downloaded besides the packages themselves
const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
  cwd: folder,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
