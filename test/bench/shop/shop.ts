// The shop: four subgraphs that answer at once, a deep and a small query, our gateway beside others and hand-written code.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDemoIssuer } from '../../../gateway/demo-issuer.ts';
import type { Child, Children } from '../children.ts';
import { probe } from '../client-cases.ts';
import { type BenchOptions, wants } from '../options.ts';
import { type Case, type Counter, measure, medians, type Peer, type Round, type Row } from '../rounds.ts';
import type { Calls } from '../simulator-process.ts';
import type { StockSettings } from '../stock-process.ts';
import type { UrlReady } from '../subgraphs-process.ts';
import type { ShopGatewaySettings } from './gateway-process.ts';
import type { HandWrittenSettings } from './hand-written-process.ts';
import { PEERS_FOLDER, type PeerSettings } from './peers-folder.ts';
import { SHOP_QUERIES, shopSupergraph } from './schema.ts';
import type { StubSettings } from './stub-process.ts';

export const OURS = 'ours';
export const STOCK = 'stock';
export const HAND_WRITTEN = 'hand-written';
export const HIVE_RUST = 'hive rust';

export interface ShopResults {
  readonly rounds: readonly Round[];
  readonly rows: readonly Row[];
}

interface Setting {
  readonly children: Children;
  readonly options: BenchOptions;
  readonly folder: string;
  readonly stub: Child<UrlReady>;
  readonly say: (line: string) => void;
}

/** Each carries the token of another principal; every gateway passes it, or whom it names, on to the subgraphs. */
export async function shopCases(folder: string, options: BenchOptions): Promise<Case[]> {
  const issuer = await openDemoIssuer(folder, 'ssm-gateway');
  const tokens = await Promise.all(
    Array.from({ length: options.principals }, (_, index) => issuer.sign(`shopper-${index}`, Date.now())),
  );
  const headers = tokens.map((token) => ({
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  }));
  return Object.entries(SHOP_QUERIES)
    .filter(([name]) => name.toLowerCase().includes(options.only ?? ''))
    .map(([name, query]) => ({
      name,
      body: JSON.stringify({ query, operationName: name, variables: {} }),
      headers: () => headers,
    }));
}

async function ourPeers({ children, options, folder, stub }: Setting): Promise<Peer[]> {
  const variants: readonly (readonly [string, ShopGatewaySettings['identity']])[] = [
    [OURS, 'SIGNED'],
    ['ours, unsigned', 'PLAIN'],
  ];
  return Promise.all(
    variants
      .filter(([name]) => wants(options, name))
      .map(async ([name, identity]): Promise<Peer> => {
        const child = await children.start<UrlReady>(
          name,
          'shop/gateway-process.ts',
          { subgraphsUrl: stub.ready.url, dataFolder: folder, identity } satisfies ShopGatewaySettings,
          options.nodeFlags,
        );
        return { name, url: child.ready.url, processes: [child] };
      }),
  );
}

async function otherPeers({ children, options, stub, say }: Setting): Promise<Peer[]> {
  const supergraphSdl = shopSupergraph(stub.ready.url);
  const start = async (name: string, file: string, settings: unknown): Promise<Peer | undefined> => {
    if (!wants(options, name)) return undefined;
    try {
      const child = await children.start<UrlReady>(name, file, settings, options.nodeFlags);
      return { name, url: child.ready.url, processes: [child] };
    } catch (error) {
      say(`without ${name}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  const peer = (planner: PeerSettings['planner']): PeerSettings => ({
    supergraphSdl,
    subgraphsUrl: stub.ready.url,
    planner,
  });
  const installed = existsSync(PEERS_FOLDER);
  if (!installed && options.gateways.length === 0)
    say('Hive Gateway and Mercurius are not installed: npm run bench:peers');
  const started = [
    await start(STOCK, 'stock-process.ts', {
      supergraphSdl,
      identity: { kind: 'HEADER' },
    } satisfies StockSettings),
    await start(HAND_WRITTEN, 'shop/hand-written-process.ts', {
      subgraphsUrl: stub.ready.url,
    } satisfies HandWrittenSettings),
    ...(installed
      ? [
          await start('hive js', 'shop/hive-process.ts', peer('JAVASCRIPT')),
          await start(HIVE_RUST, 'shop/hive-process.ts', peer('RUST')),
          await start('mercurius', 'shop/mercurius-process.ts', peer('JAVASCRIPT')),
        ]
      : []),
  ];
  return started.filter((each) => each !== undefined);
}

/** All must give one answer: a gateway that leaves something out would be fast. */
async function compareAnswers(
  peers: readonly Peer[],
  cases: readonly Case[],
  say: Setting['say'],
): Promise<void> {
  for (const each of cases) {
    let first: { readonly name: string; readonly text: string } | undefined;
    for (const peer of peers) {
      const { status, text } = await probe(peer, each);
      const data = JSON.stringify(JSON.parse(text).data ?? text.slice(0, 300));
      if (status !== 200) say(`${each.name}, ${peer.name}: status ${status} ${text.slice(0, 300)}`);
      if (first === undefined) first = { name: peer.name, text: data };
      else if (data !== first.text)
        say(
          `${each.name}: the answer of ${peer.name} (${data.length}) differs from that of ${first.name} (${first.text.length})`,
        );
    }
  }
}

async function run(setting: Omit<Setting, 'stub'>): Promise<ShopResults> {
  const { children, options, folder, say } = setting;
  const cases = await shopCases(folder, options);
  if (cases.length === 0) return { rounds: [], rows: [] };
  const stub = await children.start<UrlReady>('shop subgraphs', 'shop/stub-process.ts', {
    latencyMs: options.latencyMs,
  } satisfies StubSettings);
  const load = await children.start('load', 'load-process.ts', {});
  const peers = [...(await ourPeers({ ...setting, stub })), ...(await otherPeers({ ...setting, stub }))];
  await compareAnswers(peers, cases, say);
  const counter: Counter = {
    forget: () => stub.ask('forget'),
    calls: () => stub.ask('calls') as Promise<Calls>, // stub-process.ts answers it
  };
  const timing = { ...options.timing, concurrencies: options.timing.concurrencies.slice(-1) };
  const rounds = await measure(
    { load, counter, profileFolder: options.profileFolder },
    peers,
    cases,
    timing,
    say,
  );
  return { rounds, rows: medians(rounds) };
}

/** Processes are ended and files removed when it's done, or has failed. */
export async function measureShop(
  children: Children,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<ShopResults> {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-bench-shop-'));
  try {
    return await run({ children, options, folder, say });
  } finally {
    await children.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}
