// What a graph is made of, as it stands in files now: the supergraph, and the data sheets of the subgraphs in this process.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { findSubgraphs, readContract } from '../schema/contract.ts';
import type { Contract } from '../schema/data-sheet.ts';
import type { AuditSink, Subgraph } from '../schema/ports.ts';
import type { SigningKey } from '../schema/principal-token.ts';
import type { Config } from './config.ts';
import type { GraphSource } from './graph.ts';
import { signing } from './identify.ts';
import { onThisMachine } from './options.ts';
import { type RemoteSubgraph, remoteSubgraph } from './remote-subgraph.ts';

const ROOT = new URL('../', import.meta.url);

/** @throws Error with the faults of the data sheets. */
export function readSheets(): Contract {
  const contract = readContract(findSubgraphs(new URL('subgraphs/', ROOT)));
  if (contract.faults.length > 0) throw new Error(`The schema has faults:\n${contract.faults.join('\n')}`);
  return contract;
}

interface Options {
  readonly config: Config;
  /** The data sheets at the start. */
  readonly contract: Contract;
  /** Signs principals for subgraphs elsewhere. */
  readonly key: SigningKey;
  /** Names of the subgraphs that this process could serve. */
  readonly local: readonly string[];
  /** Subgraphs by those data sheets; together, because what one has asked back ends for the others have too. */
  readonly serve: (contract: Contract) => (name: string) => Subgraph;
  /** Where what staff reads of subgraphs elsewhere is recorded. */
  readonly audit: AuditSink;
  readonly log: Logger;
  readonly now: () => number;
}

export interface GraphFiles {
  /** The supergraph's. */
  readonly file: string;
  /** They keep their connections whatever supergraph is in force. */
  readonly remotes: readonly RemoteSubgraph[];
  /** Anew at each call. */
  read(): Promise<GraphSource>;
}

export function graphFiles({ config, contract, key, local, serve, audit, log, now }: Options): GraphFiles {
  const identify = signing(key, now);
  const remotes = config.remoteSubgraphs.map(({ name, url }) => {
    const sdl = contract.subgraphs.get(name)?.sdl;
    if (sdl === undefined) throw new Error(`SUBGRAPHS: there is no ${name}`);
    const onFault = (fault: object) => log.warn(fault, 'subgraph failed');
    const takesUserToken = config.userTokenTo.includes(name);
    return remoteSubgraph({
      ...{ name, url, sdl, identify, takesUserToken, now, onFault, audit },
      maxAnswerBytes: config.subgraphMaxAnswerBytes,
      compression:
        config.subgraphCompression === 'on' || (config.subgraphCompression === 'auto' && !onThisMachine(url)),
    });
  });
  const elsewhere = new Set(remotes.map(({ name }) => name));
  // misspelt, a back end would be asked without a token, or a subgraph that is served here would be thought elsewhere
  for (const name of config.userTokenTo)
    if (!elsewhere.has(name)) throw new Error(`USER_TOKEN_TO: ${name} is not among SUBGRAPHS`);
  const file = config.supergraphFile ?? fileURLToPath(new URL('schema/supergraph.graphql', ROOT));
  return {
    file: resolve(file),
    remotes,
    async read() {
      const sheets = readSheets();
      const served = local.filter((name) => !elsewhere.has(name)).map(serve(sheets));
      const supergraphSdl = await readFile(file, 'utf8');
      return { supergraphSdl, subgraphs: [...served, ...remotes], elsewhere };
    },
  };
}
