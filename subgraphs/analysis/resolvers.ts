// What the analysis data sheet can't say: counting calls as records come, and telling what was counted.
import type { EventHandlers, Resolver, Resolvers } from '../context.ts';
import type { Work } from '../modules.ts';
import { isCounted } from './analysed.ts';
import { type CallAnalysisInput, callAnalysis } from './call-analysis.ts';
import { readCall } from './call-record.ts';
import { countDue, fold } from './fold.ts';
import { analysedCustomers, readCustomer } from './reading.ts';

/** Rollups live in the store. */
export const keepsState = true;

/** What `callAnalysis` made asks the store when it is wanted, and not before. */
const asked =
  (name: string): Resolver =>
  (made, args) => {
    const parts = made as unknown as Readonly<Record<string, (args: unknown) => unknown>>; // as callAnalysis made it
    return parts[name]?.(args);
  };

const LAZY = [
  'totals',
  'before',
  'series',
  'busyWindow',
  'peak',
  'services',
  'sites',
  'groups',
  'flows',
  'lines',
  'coverage',
];

export const resolvers: Resolvers = {
  Query: {
    callAnalysis: (_root, { input }, context) => callAnalysis(input as CallAnalysisInput, context), // graphql has checked it
  },
  CallAnalysis: Object.fromEntries(LAZY.map((name) => [name, asked(name)])),
  CallCoverage: { notCounted: asked('notCounted') },
  CallFigures: { durationPercentile: asked('durationPercentile') },
};

export const events: EventHandlers = {
  /** A record is counted as it comes; the round of work finds what no event told of. */
  async usage({ provider, object, isDeleted, atMs }, { own, now }) {
    if (own === undefined) return;
    const call = readCall(provider, isDeleted ? { ...object, status: 'rejected' } : object, atMs);
    if (call === undefined || !(await isCounted(own.store, call))) return;
    await fold(own.store, [call], now());
  },
};

export const work: Work = async ({ own, client, now }, { onFault }) => {
  if (own === undefined) return;
  const reader = { own, client, now };
  await countDue(own.store, now());
  for (const analysed of await analysedCustomers(reader))
    await readCustomer(reader, analysed).catch((error: unknown) => onFault(error, 'reading of calls'));
};
