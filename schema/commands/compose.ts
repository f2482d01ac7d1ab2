// `npm run compose`: writes supergraph.graphql and the manifest of registered operations; `--check` only compares.
// `--portable` prints the supergraph for other routers: the same graph without subscriptions.
import { readFileSync, writeFileSync } from 'node:fs';
import { compose } from '../compose.ts';
import { findSubgraphs, readContract } from '../contract.ts';
import { readManifest } from '../manifest.ts';

const SCHEMA = new URL('../', import.meta.url);

function current(name: string): string {
  try {
    return readFileSync(new URL(name, SCHEMA), 'utf8');
  } catch {
    return '';
  }
}

function main(): void {
  const portable = process.argv.includes('--portable');
  const contract = readContract(findSubgraphs(new URL('../subgraphs/', SCHEMA)));
  const { supergraphSdl, faults } = compose(contract, { portable });
  if (supergraphSdl === undefined) {
    console.error(`The subgraphs don't compose:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    process.exitCode = 1;
    return;
  }
  if (portable) {
    console.log(supergraphSdl.trimEnd());
    return;
  }
  const made = new Map([
    ['supergraph.graphql', `${supergraphSdl.trimEnd()}\n`],
    [
      'registered-operations.json',
      `${JSON.stringify(readManifest(new URL('operations/', SCHEMA)), null, 2)}\n`,
    ],
  ]);
  const stale = [...made].filter(([name, text]) => current(name) !== text);
  if (!process.argv.includes('--check')) {
    for (const [name, text] of stale) writeFileSync(new URL(name, SCHEMA), text);
    console.log(
      stale.length === 0
        ? 'Nothing has changed.'
        : `Written: ${stale.map(([name]) => `schema/${name}`).join(', ')}`,
    );
  } else if (stale.length > 0) {
    console.error(`Stale: ${stale.map(([name]) => `schema/${name}`).join(', ')}. Run: npm run compose`);
    process.exitCode = 1;
  }
}

main();
