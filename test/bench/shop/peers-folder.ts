// Where `npm run bench:peers` puts other gateways, and how a process loads one from there.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const PEERS_FOLDER = fileURLToPath(
  new URL('../../../data/bench-peers/node_modules/', import.meta.url),
);

export interface PeerSettings {
  readonly supergraphSdl: string;
  readonly subgraphsUrl: string;
  readonly planner: 'JAVASCRIPT' | 'RUST';
}

/** A package that is no dependency of ours, so that its types aren't known here: the caller states what it uses. */
export async function installed<Module>(name: string): Promise<Module> {
  const require = createRequire(PEERS_FOLDER);
  // stated by the caller, from the package's documentation
  return (await import(pathToFileURL(require.resolve(name)).href)) as Module;
}
