// Real-time usage of one service as the graph shows it: its allowances, how old that is, and what is known at all.
import type { SubgraphContext } from '../context.ts';
import { backEndId, type Item } from '../item.ts';
import { allowance } from './allowance.ts';
import { meter } from './meter.ts';

/** The caller has made sure that the reader may know. Null where nothing could be had and nothing was kept. */
export async function usageOf(service: Item, context: SubgraphContext): Promise<Item | null> {
  const { provider } = service;
  const held = await meter(context, provider, backEndId(service));
  if (held === null) return null;
  const usage: Item = { __typename: 'ServiceUsage', provider, raw: {}, whole: service };
  const part = (raw: Item['raw']): Item => ({ __typename: 'Allowance', provider, raw, whole: usage });
  const { known, buckets } = held.value;
  return {
    ...usage,
    raw: {
      service,
      state: known ? (buckets.length === 0 ? 'NOTHING_COUNTED' : 'COUNTED') : 'UNKNOWN_SERVICE',
      allowances: buckets.map((bucket) => part(allowance(bucket))),
      asOf: new Date(held.asOfMs).toISOString(),
      freshness: held.freshness,
    },
  };
}
