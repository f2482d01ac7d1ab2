// Real-time usage of a hundred thousand subscribers, some asked for far more often than others: hits, and memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDemoIssuer } from '../../gateway/demo-issuer.ts';
import type { Child, Children } from './children.ts';
import { clock, clockOffsetMs } from './clock.ts';
import type { GatewaySettings, Memory } from './gateway-process.ts';
import { bestHits } from './lines.ts';
import { measureLive } from './live.ts';
import type { LoadOrder, LoadResult } from './load-process.ts';
import type { BenchOptions } from './options.ts';
import { AUDIENCE, environment } from './own-operations.ts';
import type { Calls, SimulatorReady, SimulatorSettings } from './simulator-process.ts';
import type { UrlReady } from './subgraphs-process.ts';
import { LIFE_MS, QUERY, READER } from './usage-readers.ts';

const SUBSCRIBERS = { count: 100_000, exponent: 1 };
const READERS = 50;
/** The simulator's log holds the requests of so long. */
const STEP_MS = 3_000;
/** A life to fill the cache, and one to look. */
const STEPS = (2 * LIFE_MS) / STEP_MS;
const QUICK_STEPS = 4;

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

interface Setting {
  readonly options: BenchOptions;
  readonly simulator: Child<SimulatorReady>;
  readonly gateway: Child<UrlReady>;
  readonly load: Child<unknown>;
}

async function hits({ options, simulator, gateway, load }: Setting, token: string): Promise<string[]> {
  const order: LoadOrder = {
    url: gateway.ready.url,
    body: JSON.stringify({ query: QUERY }),
    lines: SUBSCRIBERS,
    headers: [{ 'content-type': 'application/json', authorization: `Bearer ${token}` }],
    connections: READERS,
    durationMs: STEP_MS,
  };
  const step = async () => {
    await simulator.ask('forget');
    // load-process.ts and simulator-process.ts answer with nothing else
    const { total, failed } = (await load.ask('load', order)) as LoadResult;
    const { count, isLeast } = (await simulator.ask('calls', 'TMF677')) as Calls;
    return { total, failed, count, isLeast };
  };
  const memory = async () => (await gateway.ask('memory')) as Memory; // gateway-process.ts answers it
  const sum = <Each>(list: readonly Each[], read: (each: Each) => number): number =>
    list.reduce((total, each) => total + read(each), 0);

  // what the first requests cost once is no subscriber's
  await load.ask('load', { ...order, lines: { count: 1, exponent: 0 } });
  const before = await memory();
  const beganMs = performance.now();
  const steps = [];
  for (let at = 0; at < (options.quick ? QUICK_STEPS : STEPS); at += 1) steps.push(await step());
  const seconds = (performance.now() - beganMs) / 1000;
  const after = await memory();
  const { rssBytes } = await simulator.usage();
  const [all, failed] = [sum(steps, ({ total }) => total), sum(steps, (each) => each.failed)];
  // the cache is as full by then as it gets
  const filled = steps.slice(Math.floor(steps.length / 2));
  const reads = sum(filled, ({ total }) => total);
  const asked = sum(filled, ({ count }) => count);
  const readsPerLife = (reads * LIFE_MS) / (filled.length * STEP_MS);
  return [
    `${SUBSCRIBERS.count} subscribers, the nth asked for 1/n as often as the first, ${READERS} readers at once: ${Math.round(all / seconds)} reads a second${failed === 0 ? '' : `, ${failed} of ${all} failed`}`,
    `hits: ${percent(1 - asked / reads)}${filled.some(({ isLeast }) => isLeast) ? ' at most' : ''} of the reads ask no charging system; with ${Math.round(readsPerLife)} reads in a life of ${LIFE_MS / 1000} s no cache has more than ${percent(bestHits(SUBSCRIBERS, readsPerLife))}${options.quick ? ' (in a quick run it is not full yet)' : ''}`,
    `memory of the gateway: ${megabytes(before.usedBytes)} of objects and buffers before, ${megabytes(after.usedBytes)} after ${all} reads, ${megabytes(after.residentBytes)} resident; of the simulator ${megabytes(rssBytes)}`,
  ];
}

/** Of readers, and of live subscribers. Processes are ended, and files removed, here. */
export async function measureSubscribers(
  children: Children,
  options: BenchOptions,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-bench-subscribers-'));
  try {
    const offsetMs = clockOffsetMs();
    const simulator = await children.start<SimulatorReady>('simulator', 'simulator-process.ts', {
      clockOffsetMs: offsetMs,
      latencyMs: options.latencyMs,
      subscribers: SUBSCRIBERS.count,
    } satisfies SimulatorSettings);
    const settings: GatewaySettings = {
      apis: simulator.ready.apis,
      clockOffsetMs: offsetMs,
      actors: [READER],
      environment: environment(folder, {
        LIVE_MAX_STREAMS: '1000000',
        LIVE_MAX_STREAMS_PER_ACTOR: '100000',
        LIVE_POLL_SECONDS: '3600',
      }),
    };
    const flags = ['--expose-gc', ...options.nodeFlags];
    const gateway = await children.start<UrlReady>('gateway', 'gateway-process.ts', settings, flags);
    const load = await children.start('load', 'load-process.ts', {});
    const issuer = await openDemoIssuer(folder, AUDIENCE);
    const token = (actorId: string) => issuer.sign(actorId, clock(offsetMs)());
    return [
      ...(await hits({ options, simulator, gateway, load }, await token(READER.actorId))),
      ...(await measureLive(gateway, await token('acme-manager'), options)),
    ];
  } finally {
    await children.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}
