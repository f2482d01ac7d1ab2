// `npm run bench`: measures our gateway beside others, in one run on one machine. It asserts nothing.
import { cpus, loadavg } from 'node:os';
import { ALLOWING, costs, measureAuthorization } from './authorization.ts';
import { type Children, createChildren } from './children.ts';
import { type MemoryResult, measureMemory, memoryLines } from './memory.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { IN_PROCESS, measureOwnOperations, OVER_HTTP, STOCK, summary } from './own-operations.ts';
import { HAND_WRITTEN, HIVE_RUST, measureShop, STOCK as SHOP_STOCK } from './shop/shop.ts';
import { type Compared, compared, type TableOptions, table } from './table.ts';
import { measureReaders, UNCACHED } from './usage-readers.ts';
import { measureSubscribers } from './usage-subscribers.ts';

interface Section {
  readonly rows: readonly Compared[];
  readonly notes: readonly string[];
}

const say = (line: string): void => console.log(line);
/** Beside the results, which are standard output's. */
const progress = (line: string): void => console.error(line);

async function ownOperations(children: Children, options: BenchOptions): Promise<Section> {
  const format: TableOptions = {
    callsTitle: 'REST',
    comparisons: [
      { reference: OVER_HTTP, title: 'of HTTP' },
      { reference: STOCK, title: 'of stock' },
    ],
  };
  say('\nOur operations on the simulator');
  const results = await measureOwnOperations(children, options, progress);
  const { rows, rounds, kept } = results;
  const caseTitle = (name: string): string => (kept.has(name) ? `${name}*` : name);
  say(`${table(rows, rounds, { ...format, caseTitle })}\n`);
  const notes = [
    ...summary(results),
    '* kept whole by our response cache; the stock peer has none.',
    `CPU ms: the gateway's process, for each request; all CPU: with its subgraphs' process. RSS of ${IN_PROCESS} and ${OVER_HTTP} includes PGlite.`,
  ];
  for (const note of notes) say(note);
  return { rows: compared(rows, rounds, format), notes };
}

async function shop(children: Children, options: BenchOptions): Promise<Section> {
  const format: TableOptions = {
    callsTitle: 'calls',
    comparisons: [
      { reference: SHOP_STOCK, title: 'of stock' },
      { reference: HIVE_RUST, title: 'of Hive' },
      { reference: HAND_WRITTEN, title: 'of hand' },
    ],
  };
  say('\nThe shop: four subgraphs that answer at once');
  const { rows, rounds } = await measureShop(children, options, progress);
  say(`${table(rows, rounds, format)}\n`);
  const notes = [
    'by CPU: how many times the requests for the same CPU time of the gateway, which a busy machine changes less.',
    'Identical requests of different clients are never merged, by any of them; ours and Hive merge those inside one operation.',
    'ours: token, gate, limits, metrics, and in each sub-request a token that proves the principal; ours, unsigned: the name of the actor in its place, as the others send a header.',
    `${options.principals} tokens in turn: each is verified when it comes first, and once a minute after that.`,
  ];
  for (const note of notes) say(note);
  return { rows: compared(rows, rounds, format), notes };
}

async function usage(children: Children, options: BenchOptions): Promise<Section> {
  const format: TableOptions = {
    callsTitle: 'REST',
    comparisons: [{ reference: UNCACHED, title: 'of uncached' }],
  };
  say('\nReal-time usage: one gateway, in process, its cache in its own memory');
  const { rows, rounds, notes } = await measureReaders(children, options, progress);
  say(`${table(rows, rounds, format)}\n`);
  for (const note of notes) say(note);
  const more = await measureSubscribers(children, options);
  for (const note of more) say(note);
  return { rows: compared(rows, rounds, format), notes: [...notes, ...more] };
}

async function authorization(children: Children, options: BenchOptions): Promise<Section> {
  const format: TableOptions = {
    callsTitle: 'REST',
    comparisons: [{ reference: ALLOWING, title: 'of allowing' }],
  };
  say('\nWhat authorization costs: our gateway, and the same where everybody may everything');
  const { rows, rounds } = await measureAuthorization(children, options, progress);
  say(`${table(rows, rounds, format)}\n`);
  const notes = [
    ...costs(rows, rounds),
    `${ALLOWING}: no shield, no gate, no look at where an object stands, no record of what staff reads. Tokens and grants are read by both.`,
  ];
  for (const note of notes) say(note);
  return { rows: compared(rows, rounds, format), notes };
}

async function memory(children: Children, options: BenchOptions): Promise<readonly MemoryResult[]> {
  say(`\nMemory: ${options.minutes} minutes of the shop’s queries, both gateways loaded at the same time`);
  const results = await measureMemory(children, options);
  for (const line of memoryLines(results)) say(line);
  return results;
}

const machine = () => ({
  node: process.version,
  cpu: cpus()[0]?.model ?? '',
  cores: cpus().length,
  /** Over the last minute: more than the cores means that others were busy too. */
  load: loadavg()[0] ?? 0,
});

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return say(USAGE);
  const options = readOptions(args);
  const children = createChildren();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void children.cancel());
  const before = machine();
  say(`Node ${before.node}, ${before.cores} cores, load ${before.load.toFixed(1)} before the start`);
  const sections: {
    operations?: Section;
    shop?: Section;
    usage?: Section;
    authorization?: Section;
    memory?: readonly MemoryResult[];
  } = {};
  try {
    if (options.operations) sections.operations = await ownOperations(children, options);
    if (options.usage) sections.usage = await usage(children, options);
    if (options.shop) sections.shop = await shop(children, options);
    if (options.authorization) sections.authorization = await authorization(children, options);
    if (options.memory) sections.memory = await memory(children, options);
  } finally {
    await children.stopAll();
  }
  if (options.json) say(JSON.stringify({ machine: before, options, ...sections }));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
