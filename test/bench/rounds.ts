// Rounds of measurement: the peers take turns on each case, so that a busy moment of the machine costs them all the same.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Child } from './children.ts';
import type { LoadOrder, LoadResult } from './load-process.ts';
import type { Calls } from './simulator-process.ts';

export interface Peer {
  readonly name: string;
  readonly url: string;
  /** Whose CPU time and memory the peer takes: first the gateway itself, then what it needs besides. */
  readonly processes: readonly [Child<unknown>, ...Child<unknown>[]];
}

export interface Case {
  readonly name: string;
  readonly body: string;
  readonly lines?: LoadOrder['lines'];
  headers(peer: Peer): readonly Readonly<Record<string, string>>[];
}

/** Counts what happens behind the gateways: REST calls, or calls of subgraphs. */
export interface Counter {
  forget(): Promise<unknown>;
  calls(): Promise<Calls>;
}

export interface Timing {
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly concurrencies: readonly number[];
}

export interface Row {
  readonly case: string;
  readonly concurrency: number;
  readonly peer: string;
  readonly requestsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the gateway's process alone, and with the processes that it needs. */
  readonly cpuMsPerRequest: number;
  readonly allCpuMsPerRequest: number;
  readonly rssMb: number;
  readonly callsPerRequest: number;
  /** The counter overflowed: there were at least so many calls. */
  readonly callsAreLeast: boolean;
  readonly bytesPerRequest: number;
  readonly failed: number;
  readonly total: number;
}

export type Round = Row & { readonly round: number };

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? 0;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

interface Means {
  readonly load: Child<unknown>;
  readonly counter: Counter;
  /** Where CPU profiles go, one for each gateway and case; undefined: none are taken. */
  readonly profileFolder: string | undefined;
}

async function loaded(load: Child<unknown>, order: LoadOrder): Promise<LoadResult> {
  // load-process.ts answers with nothing else
  return (await load.ask('load', order)) as LoadResult;
}

async function oneRound(
  { load, counter }: Means,
  peer: Peer,
  each: Case,
  connections: number,
  durationMs: number,
): Promise<Row> {
  await counter.forget();
  const before = await Promise.all(peer.processes.map((child) => child.usage()));
  const headers = each.headers(peer);
  const lines = each.lines === undefined ? {} : { lines: each.lines };
  const order: LoadOrder = { url: peer.url, body: each.body, ...lines, headers, connections, durationMs };
  const result = await loaded(load, order);
  const after = await Promise.all(peer.processes.map((child) => child.usage()));
  const calls = await counter.calls();
  const spent = after.map(({ cpuMs }, index) => cpuMs - (before[index]?.cpuMs ?? 0));
  const total = Math.max(1, result.total);
  return {
    case: each.name,
    concurrency: connections,
    peer: peer.name,
    requestsPerS: result.requestsPerS,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMsPerRequest: (spent[0] ?? 0) / total,
    allCpuMsPerRequest: spent.reduce((sum, each) => sum + each, 0) / total,
    rssMb: (after[0]?.rssBytes ?? 0) / 2 ** 20,
    callsPerRequest: calls.count / total,
    callsAreLeast: calls.isLeast,
    bytesPerRequest: result.bytes / total,
    failed: result.failed,
    total: result.total,
  };
}

const LOOK_MS = 500;
const QUIET = { shareOfLook: 0.05, looks: 4, atMostLooks: 240 } as const;

/** What begins with the processes and goes on behind the answers (filling what is kept) would count among the first cases. */
async function quiet(peers: readonly Peer[]): Promise<void> {
  const processes = [...new Set(peers.flatMap((peer) => peer.processes))];
  const spent = async () =>
    (await Promise.all(processes.map((child) => child.usage()))).map(({ cpuMs }) => cpuMs);
  let before = await spent();
  for (let looks = 0, calm = 0; calm < QUIET.looks && looks < QUIET.atMostLooks; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = await spent();
    const busy = now.some((each, index) => each - (before[index] ?? 0) > LOOK_MS * QUIET.shareOfLook);
    calm = busy ? 0 : calm + 1;
    before = now;
  }
}

async function profiled(
  { profileFolder }: Means,
  peers: readonly Peer[],
  each: Case,
): Promise<() => Promise<unknown>> {
  if (profileFolder === undefined) return async () => undefined;
  await mkdir(profileFolder, { recursive: true });
  await Promise.all(peers.map(({ processes: [gateway] }) => gateway.ask('profile')));
  return () =>
    Promise.all(
      peers.map(({ name, processes: [gateway] }) => {
        const file = `${name}-${each.name}.cpuprofile`.replaceAll(/[^\w.]+/g, '-');
        return gateway.ask('end-profile', resolve(profileFolder, file));
      }),
    );
}

/** Every round of every peer, case and concurrency; `say` hears how it goes. */
export async function measure(
  means: Means,
  peers: readonly Peer[],
  cases: readonly Case[],
  timing: Timing,
  say: (line: string) => void,
): Promise<Round[]> {
  await quiet(peers);
  const all: Round[] = [];
  for (const each of cases) {
    const warmest = Math.max(...timing.concurrencies);
    for (const peer of peers) await oneRound(means, peer, each, Math.min(16, warmest), timing.warmUpMs);
    const endProfiles = await profiled(means, peers, each);
    for (const concurrency of timing.concurrencies) {
      const done: Round[] = [];
      for (let round = 0; round < timing.rounds; round += 1) {
        // each round begins with another peer: none always comes after the slowest
        const turn = peers
          .map((_, index) => peers[(index + round) % peers.length])
          .filter((one) => one !== undefined);
        for (const peer of turn)
          done.push({ round, ...(await oneRound(means, peer, each, concurrency, timing.roundMs)) });
      }
      const rates = medians(done).map((row) => `${row.peer} ${row.requestsPerS.toFixed(0)}/s`);
      say(`${each.name}, ${concurrency} at once: ${rates.join(', ')}`);
      all.push(...done);
    }
    await endProfiles();
  }
  return all;
}

/** The medians of a peer's rounds, one row for each case, concurrency and peer. */
export function medians(rounds: readonly Round[]): Row[] {
  const groups = new Map<string, Round[]>();
  for (const round of rounds) {
    const key = `${round.case}\n${round.concurrency}\n${round.peer}`;
    groups.set(key, [...(groups.get(key) ?? []), round]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const of = (read: (round: Round) => number) => median(group.map(read));
    const sum = (read: (round: Round) => number) => group.reduce((total, each) => total + read(each), 0);
    const { round: _, ...row } = first;
    return [
      {
        ...row,
        requestsPerS: of((each) => each.requestsPerS),
        p50Ms: of((each) => each.p50Ms),
        p99Ms: of((each) => each.p99Ms),
        cpuMsPerRequest: of((each) => each.cpuMsPerRequest),
        allCpuMsPerRequest: of((each) => each.allCpuMsPerRequest),
        rssMb: Math.max(...group.map((each) => each.rssMb)),
        callsPerRequest: of((each) => each.callsPerRequest),
        callsAreLeast: group.some((each) => each.callsAreLeast),
        bytesPerRequest: of((each) => each.bytesPerRequest),
        failed: sum((each) => each.failed),
        total: sum((each) => each.total),
      },
    ];
  });
}

/** How many times `peer` has `reference`'s figure: the median over rounds, each compared with its own neighbour. */
export function ratio(
  rounds: readonly Round[],
  at: { readonly case: string; readonly concurrency: number },
  peer: string,
  reference: string,
  read: (round: Round) => number,
): number | undefined {
  const here = rounds.filter((each) => each.case === at.case && each.concurrency === at.concurrency);
  const ratios = here
    .filter((each) => each.peer === peer)
    .flatMap((each) => {
      const other = here.find(({ peer: name, round }) => name === reference && round === each.round);
      return other === undefined || read(other) === 0 ? [] : [read(each) / read(other)];
    });
  return ratios.length === 0 ? undefined : median(ratios);
}
