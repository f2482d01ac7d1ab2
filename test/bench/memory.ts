// Memory under mixed load: our gateway beside the stock one, both loaded at the same time, for minutes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Memory } from './child-side.ts';
import type { Child, Children } from './children.ts';
import type { LoadOrder, LoadResult } from './load-process.ts';
import type { BenchOptions } from './options.ts';
import { type Case, median } from './rounds.ts';
import type { ShopGatewaySettings } from './shop/gateway-process.ts';
import { shopSupergraph } from './shop/schema.ts';
import { OURS, STOCK, shopCases } from './shop/shop.ts';
import type { StubSettings } from './shop/stub-process.ts';
import type { StockSettings } from './stock-process.ts';
import type { UrlReady } from './subgraphs-process.ts';

export interface MemoryResult {
  readonly peer: string;
  readonly requests: number;
  readonly failed: number;
  /** Between the slices of load, in MB. */
  readonly rssMb: { readonly median: number; readonly most: number };
  /** Used after a collection, in MB: once warm, then after each minute. */
  readonly heapMb: readonly number[];
}

const CONNECTIONS = 16;
const SLICE_MS = 5_000;
/** All of them are known once it's warm: what is kept for a text is bounded, and no leak. */
const TEXTS = 500;
const NUMBER = 'NUMBER';

const MB = 2 ** 20;

/** Deep, small, and texts that differ. */
async function mix(folder: string, options: BenchOptions): Promise<readonly Case[]> {
  const cases = await shopCases(folder, { ...options, only: undefined });
  const [first] = cases;
  if (first === undefined) throw new Error('the shop has no cases');
  const query = `query Numbered { a${NUMBER}: topProducts(first: 2) { sku reviews { stars } } }`;
  return [...cases, { ...first, name: 'Numbered', body: JSON.stringify({ query }) }];
}

interface Peer {
  readonly child: Child<UrlReady>;
  readonly load: Child<unknown>;
}

async function memoryOf(peer: Peer, cases: readonly Case[], options: BenchOptions): Promise<MemoryResult> {
  const { child, load } = peer;
  const { minutes, quick } = options;
  const sliceMs = quick ? 300 : SLICE_MS;
  const heapMb: number[] = [];
  const rssMb: number[] = [];
  let requests = 0;
  let failed = 0;
  let turn = 0;
  const slice = async (): Promise<void> => {
    const each = cases[turn % cases.length];
    turn += 1;
    if (each === undefined) return;
    const order: LoadOrder = {
      url: child.ready.url,
      body: each.body,
      numbered: { placeholder: NUMBER, count: TEXTS },
      headers: each.headers({ name: child.name, url: child.ready.url, processes: [child] }),
      connections: CONNECTIONS,
      durationMs: sliceMs,
    };
    const done = (await load.ask('load', order)) as LoadResult; // load-process.ts answers with nothing else
    requests += done.total;
    failed += done.failed;
    rssMb.push((await child.usage()).rssBytes / MB);
  };
  const collect = async (): Promise<void> => {
    // what a request has left behind is let go of first
    await pause(200);
    const { heapUsed } = (await child.ask('memory')) as Memory; // child-side.ts answers it
    heapMb.push(heapUsed / MB);
  };
  const sliced = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at += 1) await slice();
  };
  await sliced(2 * cases.length);
  await collect();
  rssMb.length = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    await sliced(quick ? cases.length : Math.round(60_000 / SLICE_MS));
    await collect();
  }
  return {
    peer: child.name,
    requests,
    failed,
    rssMb: { median: median(rssMb), most: Math.max(...rssMb) },
    heapMb,
  };
}

async function run(children: Children, options: BenchOptions, folder: string): Promise<MemoryResult[]> {
  const flags = [...options.nodeFlags, '--expose-gc'];
  const stub = await children.start<UrlReady>('shop subgraphs', 'shop/stub-process.ts', {
    latencyMs: options.latencyMs,
  } satisfies StubSettings);
  const { url } = stub.ready;
  const ours: ShopGatewaySettings = { subgraphsUrl: url, dataFolder: folder, identity: 'SIGNED' };
  const stock: StockSettings = { supergraphSdl: shopSupergraph(url), identity: { kind: 'HEADER' } };
  const cases = await mix(folder, options);
  const gateways = await Promise.all([
    children.start<UrlReady>(OURS, 'shop/gateway-process.ts', ours, flags),
    children.start<UrlReady>(STOCK, 'stock-process.ts', stock, flags),
  ]);
  return Promise.all(
    gateways.map(async (child) => {
      const load = await children.start(`load of ${child.name}`, 'load-process.ts', {});
      return memoryOf({ child, load }, cases, options);
    }),
  );
}

/** Processes are ended and files removed when it's done, or has failed. */
export async function measureMemory(
  children: Children,
  options: BenchOptions,
): Promise<readonly MemoryResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-bench-memory-'));
  try {
    return await run(children, options, folder);
  } finally {
    await children.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}

const whole = (value: number): string => value.toFixed(0);

export function memoryLines(results: readonly MemoryResult[]): string[] {
  const lines = results.map(
    ({ peer, requests, failed, rssMb, heapMb }) =>
      `${peer}: RSS ${whole(rssMb.median)} MB under load (most ${whole(rssMb.most)}); heap after a collection ${heapMb
        .map((each) => each.toFixed(1))
        .join(', ')} MB; ${requests} requests, ${failed} failed`,
  );
  const rss = (name: string): number | undefined => results.find(({ peer }) => peer === name)?.rssMb.median;
  const [ours, stock] = [rss(OURS), rss(STOCK)];
  if (ours !== undefined && stock !== undefined)
    lines.push(`RSS of ours: ${(ours / stock).toFixed(2)}× of stock`);
  return lines;
}
