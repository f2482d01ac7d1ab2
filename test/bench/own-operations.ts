// Our clients' operations on the simulator: our gateway with subgraphs in process and over HTTP, and the stock peer.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDemoIssuer } from '../../gateway/demo-issuer.ts';
import { openPrincipalKeys } from '../../gateway/principal-keys.ts';
import { openSealingKeys } from '../../gateway/sealing-keys.ts';
import { findSubgraphs } from '../../schema/contract.ts';
import type { Child, Children } from './children.ts';
import { clientCases, probe } from './client-cases.ts';
import { clock, clockOffsetMs } from './clock.ts';
import { type Database, openDatabase } from './database.ts';
import type { GatewaySettings } from './gateway-process.ts';
import { type BenchOptions, wants } from './options.ts';
import { type Counter, measure, medians, type Peer, type Round, type Row, ratio } from './rounds.ts';
import type { Calls, SimulatorReady, SimulatorSettings } from './simulator-process.ts';
import type { StockSettings } from './stock-process.ts';
import type { SubgraphsSettings, UrlReady } from './subgraphs-process.ts';

export const IN_PROCESS = 'in process';
export const OVER_HTTP = 'over HTTP';
export const STOCK = 'stock';

export const AUDIENCE = 'ssm-gateway';
const ROOT = new URL('../../', import.meta.url);

export interface OwnResults {
  readonly rounds: readonly Round[];
  readonly rows: readonly Row[];
  /** Cases whose answer is the same for everybody: our gateway keeps it whole, the stock peer has no such cache. */
  readonly kept: ReadonlySet<string>;
}

interface Setting {
  readonly children: Children;
  readonly options: BenchOptions;
  readonly folder: string;
  readonly offsetMs: number;
  readonly database: Database;
}

/** A data folder with the keys that all processes share: PGlite lets only one process into a folder. */
async function dataFolder({ folder }: Setting, name: string): Promise<string> {
  const own = join(folder, name);
  await cp(join(folder, 'keys'), own, { recursive: true });
  return own;
}

export const environment = (folder: string, more: Readonly<Record<string, string>> = {}) => ({
  PORT: '0',
  MODE: 'demo',
  METRICS: 'on',
  SHARE_CALLS: 'off',
  DATA_FOLDER: folder,
  // what is done behind answers would be counted with whichever answers it falls among
  WORK_SECONDS: '0',
  ...more,
});

async function startPeers(setting: Setting, simulator: Child<SimulatorReady>): Promise<readonly Peer[]> {
  const { children, options, offsetMs, database } = setting;
  const { apis } = simulator.ready;
  const names = findSubgraphs(new URL('subgraphs/', ROOT)).map(({ name }) => name);
  const subgraphs = await children.start<UrlReady>(
    'subgraphs',
    'subgraphs-process.ts',
    {
      apis,
      names,
      clockOffsetMs: offsetMs,
      namespace: database.namespace,
      environment: environment(await dataFolder(setting, 'subgraphs'), database.environment),
    } satisfies SubgraphsSettings,
    options.nodeFlags,
  );
  const remote = names.map((name) => `${name}=${subgraphs.ready.url}/${name}`).join(',');
  const gateway = async (name: string, more?: Readonly<Record<string, string>>) =>
    children.start<UrlReady>(
      name,
      'gateway-process.ts',
      {
        apis,
        clockOffsetMs: offsetMs,
        namespace: database.namespace,
        environment: environment(await dataFolder(setting, name), { ...database.environment, ...more }),
      } satisfies GatewaySettings,
      options.nodeFlags,
    );
  const peers: Peer[] = [];
  if (wants(options, IN_PROCESS)) {
    const child = await gateway('in-process');
    peers.push({ name: IN_PROCESS, url: child.ready.url, processes: [child] });
  }
  if (wants(options, OVER_HTTP)) {
    const child = await gateway('over-http', { SUBGRAPHS: remote });
    peers.push({ name: OVER_HTTP, url: child.ready.url, processes: [child, subgraphs] });
  }
  if (wants(options, STOCK)) {
    const sdl = await readFile(new URL('schema/supergraph.graphql', ROOT), 'utf8');
    const settings: StockSettings = {
      supergraphSdl: sdl.replaceAll(/http:\/\/([a-z]+)\.subgraph\.invalid\//g, `${subgraphs.ready.url}/$1`),
      identity: { kind: 'PRINCIPAL', keysFolder: join(setting.folder, 'keys'), clockOffsetMs: offsetMs },
    };
    const child = await children.start<UrlReady>('stock', 'stock-process.ts', settings, options.nodeFlags);
    peers.push({ name: STOCK, url: child.ready.url, processes: [child, subgraphs] });
  }
  return peers;
}

async function run(setting: Setting, say: (line: string) => void): Promise<OwnResults> {
  const { children, options, folder, offsetMs } = setting;
  const issuer = await openDemoIssuer(join(folder, 'keys'), AUDIENCE);
  await openPrincipalKeys({ dataFolder: join(folder, 'keys') });
  await openSealingKeys({ dataFolder: join(folder, 'keys') });
  const all = await clientCases(issuer, clock(offsetMs)());
  const cases = all.filter(({ name }) => name.toLowerCase().includes(options.only ?? ''));
  if (cases.length === 0) return { rounds: [], rows: [], kept: new Set() };
  const simulator = await children.start<SimulatorReady>('simulator', 'simulator-process.ts', {
    clockOffsetMs: offsetMs,
    latencyMs: options.latencyMs,
  } satisfies SimulatorSettings);
  const load = await children.start('load', 'load-process.ts', {});
  const peers = await startPeers(setting, simulator);
  const counter: Counter = {
    forget: () => simulator.ask('forget'),
    calls: () => simulator.ask('calls') as Promise<Calls>, // simulator-process.ts answers it
  };
  const kept = new Set<string>();
  for (const each of cases) {
    for (const peer of peers) {
      const { status, errors, isPublic } = await probe(peer, each);
      if (isPublic && peer.name !== STOCK) kept.add(each.name);
      if (status !== 200 || errors.length > 0)
        say(`${each.name}, ${peer.name}: status ${status} ${[...new Set(errors)].join(' ')}`);
    }
  }
  const rounds = await measure(
    { load, counter, profileFolder: options.profileFolder },
    peers,
    cases,
    options.timing,
    say,
  );
  return { rounds, rows: medians(rounds), kept };
}

/** Processes are the caller's to end; files are removed here. */
export async function measureOwnOperations(
  children: Children,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<OwnResults> {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-bench-'));
  const database = openDatabase();
  try {
    return await run({ children, options, folder, offsetMs: clockOffsetMs(), database }, say);
  } finally {
    await children.stopAll();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Over all operations: what in-process saves, and what a REST call costs us beside the back end's own time. */
export function summary({ rounds, rows, kept }: OwnResults): string[] {
  const own = rows.filter(({ case: name }) => !kept.has(name));
  const geometric = (values: readonly number[]): string =>
    values.length === 0
      ? 'not measured'
      : Math.exp(values.reduce((sum, each) => sum + Math.log(each), 0) / values.length).toFixed(2);
  const compared = (reference: string, read: (round: Round) => number) =>
    geometric(
      own
        .filter(({ peer }) => peer === IN_PROCESS)
        .flatMap((row) => ratio(rounds, row, IN_PROCESS, reference, read) ?? []),
    );
  const perCall = own
    .filter(({ peer, callsPerRequest }) => peer === IN_PROCESS && callsPerRequest > 0.5)
    .map((row) => row.cpuMsPerRequest / row.callsPerRequest);
  return [
    `In process against over HTTP: ${compared(OVER_HTTP, (each) => each.requestsPerS)} × the requests, ` +
      `${compared(OVER_HTTP, (each) => each.allCpuMsPerRequest)} × the CPU time (geometric means, kept answers left out).`,
    `In process against stock: ${compared(STOCK, (each) => each.requestsPerS)} × the requests, ` +
      `${compared(STOCK, (each) => each.allCpuMsPerRequest)} × the CPU time.`,
    `CPU time of ours per REST call made: ${geometric(perCall)} ms.`,
  ];
}
