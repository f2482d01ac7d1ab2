// Real-time usage, kept and not kept, as readers grow: what an answer costs, and how often the back ends are asked.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDemoIssuer } from '../../gateway/demo-issuer.ts';
import type { DemoActor } from '../../mocks/actors.ts';
import type { Child, Children } from './children.ts';
import { probe } from './client-cases.ts';
import { clock, clockOffsetMs } from './clock.ts';
import type { GatewaySettings } from './gateway-process.ts';
import { drawLines, LINE, type Lines } from './lines.ts';
import type { BenchOptions } from './options.ts';
import { AUDIENCE, environment } from './own-operations.ts';
import { type Case, type Counter, measure, medians, type Peer, type Round, type Row } from './rounds.ts';
import type { Calls, SimulatorReady, SimulatorSettings } from './simulator-process.ts';
import type { UrlReady } from './subgraphs-process.ts';

const CACHED = 'cached';
export const UNCACHED = 'uncached';

/** How long the data sheet lets real-time usage live. */
export const LIFE_MS = 15_000;
/** The clocks of these processes run faster, so that a round has a life in it. */
const CLOCK_RATE = 5;
const READERS = [1, 50, 500];
const LINES = 40;

/** Nobody's own, and no staff, whose reads would each be an entry of the audit log. */
export const READER: DemoActor = {
  actorId: 'bench-reader',
  kind: 'ANALYTICS',
  displayName: 'Reader of the benchmark',
  grants: [{ functions: ['USAGE_VIEW'], scope: { kind: 'EVERY_CUSTOMER' } }],
};

export const QUERY = `{ usage(serviceId: "${LINE}") { asOf freshness allowances { kind used { amount unit } usedPercent } } }`;

export interface Measured {
  readonly rounds: readonly Round[];
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

/** A simulator of the peer's own: what a back end tells of one's questions is no other's. */
async function start(children: Children, name: string, options: BenchOptions, folder: string) {
  const own = join(folder, name);
  const clocks = { clockOffsetMs: clockOffsetMs(), clockRate: CLOCK_RATE };
  const simulator = await children.start<SimulatorReady>(`${name} simulator`, 'simulator-process.ts', {
    ...clocks,
    latencyMs: options.latencyMs,
    subscribers: LINES,
  } satisfies SimulatorSettings);
  const settings: GatewaySettings = {
    ...clocks,
    apis: simulator.ready.apis,
    actors: [READER],
    environment: environment(own, { OPERATION_TIMEOUT_MS: String(10_000 * CLOCK_RATE) }),
  };
  const without = new URL('keep-no-usage/register.js', import.meta.url).href;
  const flags = name === UNCACHED ? ['--import', without] : [];
  const gateway = await children.start<UrlReady>(name, 'gateway-process.ts', settings, [
    ...options.nodeFlags,
    ...flags,
  ]);
  const issuer = await openDemoIssuer(own, AUDIENCE);
  const token = await issuer.sign(READER.actorId, clock(clocks.clockOffsetMs, CLOCK_RATE)());
  const peer: Peer = { name, url: gateway.ready.url, processes: [gateway] };
  return { simulator, peer, token };
}

/** Only one peer is asked at a time, and the other asks nothing then. */
const counterOf = (simulators: readonly Child<SimulatorReady>[]): Counter => ({
  forget: () => Promise.all(simulators.map((each) => each.ask('forget'))),
  async calls() {
    const all = await Promise.all(simulators.map((each) => each.ask('calls') as Promise<Calls>)); // simulator-process.ts answers it
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      isLeast: all.some((each) => each.isLeast),
    };
  },
});

async function makeSure(peers: readonly Peer[], each: Case, lines: Lines): Promise<void> {
  const body = each.body.replace(LINE, drawLines({ ...lines, count: 1 }));
  for (const peer of peers) {
    await probe(peer, { ...each, body });
    const { status, text } = await probe(peer, { ...each, body });
    const freshness = peer.name === UNCACHED ? '"LIVE"' : '"CACHED"';
    if (status !== 200 || !text.includes(freshness))
      throw new Error(`${peer.name} is not what its name says: ${text}`);
  }
}

/** Back-end calls a second at so many readers, by the world's clock. */
function callsPerS(rounds: readonly Round[], peer: string, concurrency: number, roundMs: number): string {
  const own = rounds.filter((each) => each.peer === peer && each.concurrency === concurrency);
  const calls = own.reduce((sum, { callsPerRequest, total }) => sum + callsPerRequest * total, 0);
  return `${own.some((each) => each.callsAreLeast) ? '>' : ''}${((calls * 1000) / (own.length * roundMs * CLOCK_RATE)).toFixed(1)}`;
}

/** Processes are ended, and files removed, here. */
export async function measureReaders(
  children: Children,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-bench-usage-'));
  try {
    const started = [
      await start(children, CACHED, options, folder),
      await start(children, UNCACHED, options, folder),
    ];
    const load = await children.start('load', 'load-process.ts', {});
    const peers = started.map(({ peer }) => peer);
    const lines = { count: LINES, exponent: 0 };
    const each: Case = {
      name: `${LINES} lines`,
      body: JSON.stringify({ query: QUERY }),
      lines,
      headers: ({ name }) => [
        {
          'content-type': 'application/json',
          authorization: `Bearer ${started.find(({ peer }) => peer.name === name)?.token}`,
        },
      ],
    };
    await makeSure(peers, each, lines);
    const counter = counterOf(started.map(({ simulator }) => simulator));
    const timing = {
      ...options.timing,
      roundMs: Math.max(options.timing.roundMs, LIFE_MS / CLOCK_RATE),
      concurrencies: READERS,
    };
    const rounds = await measure(
      { load, counter, profileFolder: options.profileFolder },
      peers,
      [each],
      timing,
      say,
    );
    const flat = (peer: string) =>
      READERS.map((readers) => callsPerS(rounds, peer, readers, timing.roundMs)).join(', ');
    return {
      rounds,
      rows: medians(rounds),
      notes: [
        `calls of back ends a second, with ${READERS.join(', ')} readers: cached ${flat(CACHED)}; uncached ${flat(UNCACHED)}`,
        `${LINES} lines, each asked for as often; a value lives ${LIFE_MS / 1000} s by a clock that runs ${CLOCK_RATE} times as fast, and seconds here are that clock's`,
      ],
    };
  } finally {
    await children.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}
