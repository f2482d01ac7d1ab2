// The benchmark's command line.
import { parseArgs } from 'node:util';
import type { Timing } from './rounds.ts';

export interface BenchOptions {
  /** Named cases only: a part of the name, any case. */
  readonly only: string | undefined;
  /** Named gateways only: a part of the name; empty: all. */
  readonly gateways: readonly string[];
  readonly json: boolean;
  /** A smoke run. */
  readonly quick: boolean;
  readonly operations: boolean;
  readonly shop: boolean;
  readonly usage: boolean;
  readonly authorization: boolean;
  readonly memory: boolean;
  /** Of load, when memory is measured. */
  readonly minutes: number;
  /** Live streams that are held open at once. */
  readonly subscribers: number;
  readonly timing: Timing;
  /** Added by the simulator, and by the shop's subgraphs, to each answer. */
  readonly latencyMs: number;
  /** Different tokens that the shop's clients carry. */
  readonly principals: number;
  /** For every gateway, ours and others: V8's flags. */
  readonly nodeFlags: readonly string[];
  /** CPU profiles are written there. */
  readonly profileFolder: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --quick               a smoke run: one short round with 8 requests at once
  --only <name>         cases whose name contains this
  --gateways <list>     gateways whose name contains one of these
  --section <which>     operations (ours, on the simulator), shop (four subgraphs), usage (real-time usage, read by many,
                        and live), authorization (what it costs) or memory (under mixed load, for minutes); without it all
  --rounds <n>          rounds of each measurement (5)
  --round-ms <n>        length of a round (1500)
  --concurrency <list>  1,16,64; the shop always takes the last, real-time usage always 1,50,500
  --latency <ms>        added to each answer of back ends and shop subgraphs (0)
  --principals <n>      different tokens among the shop's clients (500)
  --subscribers <n>     live streams that are open at once (5000; quick: 500)
  --minutes <n>         of load for memory (2)
  --semi-space <MB>     V8's --max-semi-space-size, for every gateway alike
  --profile <folder>    CPU profiles, one for each gateway and case (see hot-spots.ts)
  --json                results as JSON in the last line`;

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name}: a whole number from ${least}\n${USAGE}`);
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      gateways: { type: 'string' },
      section: { type: 'string' },
      rounds: { type: 'string' },
      'round-ms': { type: 'string' },
      concurrency: { type: 'string' },
      latency: { type: 'string', default: '0' },
      principals: { type: 'string', default: '500' },
      subscribers: { type: 'string' },
      minutes: { type: 'string', default: '2' },
      'semi-space': { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const { quick, section } = values;
  const wanted = (name: string): boolean => section === undefined || section === name;
  if (!['operations', 'shop', 'usage', 'authorization', 'memory'].some(wanted)) throw new Error(USAGE);
  const concurrencies = (values.concurrency ?? (quick ? '8' : '1,16,64')).split(',');
  const roundMs = wholeNumber('round-ms', values['round-ms'] ?? (quick ? '250' : '1500'), 50);
  return {
    only: values.only?.toLowerCase(),
    gateways: values.gateways?.split(',') ?? [],
    json: values.json,
    quick,
    operations: wanted('operations'),
    shop: wanted('shop'),
    usage: wanted('usage'),
    authorization: wanted('authorization'),
    memory: wanted('memory'),
    minutes: wholeNumber('minutes', values.minutes, 1),
    subscribers: wholeNumber('subscribers', values.subscribers ?? (quick ? '500' : '5000'), 1),
    timing: {
      rounds: wholeNumber('rounds', values.rounds ?? (quick ? '1' : '5'), 1),
      roundMs,
      warmUpMs: quick ? 200 : 2000,
      concurrencies: concurrencies.map((each) => wholeNumber('concurrency', each, 1)),
    },
    latencyMs: wholeNumber('latency', values.latency, 0),
    principals: wholeNumber('principals', values.principals, 1),
    nodeFlags:
      values['semi-space'] === undefined
        ? []
        : [`--max-semi-space-size=${wholeNumber('semi-space', values['semi-space'], 1)}`],
    profileFolder: values.profile,
  };
}

export function wants({ gateways }: BenchOptions, name: string): boolean {
  return gateways.length === 0 || gateways.some((each) => name.includes(each));
}
