// `npm run bench`: measures our gateway beside others, in one run on one machine. It asserts nothing.
import { type Children, createChildren } from './children.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { IN_PROCESS, measureOwnOperations, OVER_HTTP, STOCK, summary } from './own-operations.ts';
import type { Round, Row } from './rounds.ts';
import { HAND_WRITTEN, HIVE_RUST, measureShop, STOCK as SHOP_STOCK } from './shop/shop.ts';
import { type TableOptions, table } from './table.ts';

interface Section {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

const say = (line: string): void => console.log(line);

async function ownOperations(children: Children, options: BenchOptions): Promise<Section> {
  const format: TableOptions = {
    callsTitle: 'REST',
    comparisons: [
      { reference: OVER_HTTP, title: 'of HTTP' },
      { reference: STOCK, title: 'of stock' },
    ],
  };
  say('\nOur operations on the simulator');
  const progress = (rows: readonly Row[], rounds: readonly Round[]): void => say(table(rows, rounds, format));
  const results = await measureOwnOperations(children, options, progress, say);
  const caseTitle = (name: string): string => (results.kept.has(name) ? `${name}*` : name);
  say(`\n${table(results.rows, results.rounds, { ...format, caseTitle })}\n`);
  const notes = [
    ...summary(results),
    '* kept whole by our response cache; the stock peer has none.',
    `CPU ms: the gateway's process, for each request; all CPU: with its subgraphs' process. RSS of ${IN_PROCESS} and ${OVER_HTTP} includes PGlite.`,
  ];
  for (const note of notes) say(note);
  return { rows: results.rows, notes };
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
  const progress = (rows: readonly Row[], rounds: readonly Round[]): void =>
    say(`${table(rows, rounds, format)}\n`);
  const { rows } = await measureShop(children, options, progress, say);
  const notes = [
    'Identical requests of different clients are never merged, by any of them; ours merges them inside one operation.',
    'ours: token verified, gate, limits, metrics, signed principals; ours, unsigned: a header instead, as the others pass on.',
  ];
  for (const note of notes) say(note);
  return { rows, notes };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const children = createChildren();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const sections: Record<string, Section> = {};
  try {
    if (options.operations) sections.operations = await ownOperations(children, options);
    if (options.shop) sections.shop = await shop(children, options);
  } finally {
    await children.stopAll();
  }
  if (options.json) say(JSON.stringify(sections));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
