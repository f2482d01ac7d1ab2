// What authorization costs for each operation: our gateway beside itself with rules that allow everything, in turns.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDemoIssuer } from '../../gateway/demo-issuer.ts';
import type { Children } from './children.ts';
import { probe } from './client-cases.ts';
import { clock, clockOffsetMs } from './clock.ts';
import type { GatewaySettings } from './gateway-process.ts';
import type { BenchOptions } from './options.ts';
import { AUDIENCE, environment } from './own-operations.ts';
import {
  type Case,
  type Counter,
  measure,
  medians,
  type Peer,
  type Round,
  type Row,
  ratio,
} from './rounds.ts';
import type { Calls, SimulatorReady, SimulatorSettings } from './simulator-process.ts';
import type { UrlReady } from './subgraphs-process.ts';

const GUARDED = 'guarded';
export const ALLOWING = 'allowing';

/** Households besides the demonstration's, so that there are a hundred services to list. */
const SUBSCRIBERS = 200;
/** So many of their lines become Acme's, so that its manager has a hundred services too. */
const MOVED = 57;

const FLAT = '{ services(first: 100) { nodes { id kind state } } }';

// staff last: what it read is still being written to the audit log when its case is over
const QUERIES: readonly { readonly name: string; readonly as: string; readonly query: string }[] = [
  { name: '100 services of a manager', as: 'acme-manager', query: FLAT },
  {
    name: '100 services of a manager, with numbers and products',
    as: 'acme-manager',
    query: '{ services(first: 100) { nodes { id name kind state number products { id name } } } }',
  },
  { name: 'who I am', as: 'acme-user', query: '{ me { actorId kind } }' },
  { name: '100 services of all customers', as: 'analytics', query: FLAT },
  { name: '100 services of all customers, on record', as: 'soc-operator', query: FLAT },
  {
    name: '100 services of all customers, with products and objectives, on record',
    as: 'soc-operator',
    query: `{ services(first: 100) { nodes { id name kind state number userName
      products { id name state } objectives { indicator target } } } }`,
  },
];

/** Who may see no bill. */
const NO_BILLS = 'soc-operator';

async function moveToAcme(apis: SimulatorReady['apis']): Promise<void> {
  const baseUrl = (name: string) => apis.find(({ api }) => api === name)?.baseUrl;
  const body = JSON.stringify({ relatedParty: [{ id: 'cust-acme', role: 'customer' }] });
  for (let index = 1; index <= MOVED; index += 1) {
    const line = `sub-${String(index).padStart(6, '0')}-m-1`;
    for (const url of [
      `${baseUrl('TMF638')}/service/svc-${line}`,
      `${baseUrl('TMF637')}/product/prd-${line}`,
    ]) {
      const headers = { 'content-type': 'application/json' };
      const { ok, status } = await fetch(url, { method: 'PATCH', headers, body });
      if (!ok) throw new Error(`${url}: ${status}`);
    }
  }
}

export interface Measured {
  readonly rounds: readonly Round[];
  readonly rows: readonly Row[];
}

async function run(
  children: Children,
  options: BenchOptions,
  folder: string,
  say: (line: string) => void,
): Promise<Measured> {
  const offsetMs = clockOffsetMs();
  const simulator = await children.start<SimulatorReady>('simulator', 'simulator-process.ts', {
    clockOffsetMs: offsetMs,
    latencyMs: options.latencyMs,
    subscribers: SUBSCRIBERS,
  } satisfies SimulatorSettings);
  await moveToAcme(simulator.ready.apis);
  const load = await children.start('load', 'load-process.ts', {});
  const peers: Peer[] = [];
  const tokens = new Map<string, string>();
  for (const name of [GUARDED, ALLOWING]) {
    const own = join(folder, name);
    const issuer = await openDemoIssuer(own, AUDIENCE);
    for (const { as } of QUERIES) tokens.set(`${name} ${as}`, await issuer.sign(as, clock(offsetMs)()));
    const settings: GatewaySettings = {
      apis: simulator.ready.apis,
      clockOffsetMs: offsetMs,
      environment: environment(own),
    };
    const open = new URL('allow-everything/register.js', import.meta.url).href;
    const flags = name === ALLOWING ? ['--import', open] : [];
    const child = await children.start<UrlReady>(name, 'gateway-process.ts', settings, [
      ...options.nodeFlags,
      ...flags,
    ]);
    peers.push({ name, url: child.ready.url, processes: [child] });
  }
  const headersOf = (peer: Peer, as: string) => [
    { 'content-type': 'application/json', authorization: `Bearer ${tokens.get(`${peer.name} ${as}`)}` },
  ];
  const cases = QUERIES.filter(({ name }) => name.toLowerCase().includes(options.only ?? '')).map(
    ({ name, as, query }): Case => ({
      name,
      body: JSON.stringify({ query }),
      headers: (peer) => headersOf(peer, as),
    }),
  );
  for (const each of cases) {
    const answers = [];
    for (const peer of peers) {
      const { status, text, errors } = await probe(peer, each);
      if (status !== 200 || errors.length > 0)
        say(`${each.name}, ${peer.name}: status ${status} ${errors.join(' ')}`);
      answers.push(text);
    }
    if (answers[0] !== answers[1]) say(`${each.name}: the two answer differently, so they do different work`);
  }
  // somebody who may nothing tells whether the rules are really gone
  const bills: Case = {
    name: 'bills',
    body: JSON.stringify({ query: '{ bills(first: 1) { nodes { id } } }' }),
    headers: (peer) => headersOf(peer, NO_BILLS),
  };
  for (const peer of peers) {
    const { errors } = await probe(peer, bills);
    if (errors.includes('FORBIDDEN') !== (peer.name === GUARDED))
      throw new Error(`${peer.name} is not what its name says`);
  }
  const counter: Counter = {
    forget: () => simulator.ask('forget'),
    calls: () => simulator.ask('calls') as Promise<Calls>, // simulator-process.ts answers it
  };
  const setting = { load, counter, profileFolder: options.profileFolder };
  const rounds = await measure(setting, peers, cases, options.timing, say);
  return { rounds, rows: medians(rounds) };
}

/** Processes are the caller's to end; files are removed here. */
export async function measureAuthorization(
  children: Children,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-bench-'));
  try {
    return await run(children, options, folder, say);
  } finally {
    await children.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One line a case: CPU time and median latency of the guarded one, against the other, round by round. */
export function costs(rows: readonly Row[], rounds: readonly Round[]): string[] {
  const share = (value: number | undefined): string =>
    value === undefined ? 'not measured' : `${value >= 1 ? '+' : ''}${((value - 1) * 100).toFixed(1)} %`;
  return rows
    .filter(({ peer }) => peer === GUARDED)
    .map((row) => {
      const of = (read: (round: Round) => number) => share(ratio(rounds, row, GUARDED, ALLOWING, read));
      return `${row.case}, ${row.concurrency} at once: CPU ${of((each) => each.cpuMsPerRequest)}, latency ${of((each) => each.p50Ms)}`;
    });
}
