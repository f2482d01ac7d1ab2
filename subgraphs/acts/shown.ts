// Acts that move money as their confirmations show them, and to whom.
import { may, type SsmFunction } from '../../schema/access.ts';
import { decodeId, encodeId } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import type { Item } from '../item.ts';
import type { MoneyAct } from '../store/money-tables.ts';
import { inFull } from './amount.ts';

const STATES = { SENDING: 'PENDING', DONE: 'DONE', REFUSED: 'REFUSED' } as const;

/** What all confirmations have; `act` is for the resolvers of their other fields. */
export const shownAct = (act: MoneyAct, type: string, letter: string) => ({
  id: encodeId('gateway', type, act.reference),
  number: `${letter}-${act.reference.slice(0, 8)}-${act.reference.slice(9, 13)}`.toUpperCase(),
  state: STATES[act.state],
  refusal: act.refusal,
  requestedAt: act.madeAt.toISOString(),
  confirmedAt: act.endedAt?.toISOString() ?? null,
  amount: { amount: inFull(act.amount, act.currency), currency: act.currency },
  act,
});

/** One's own; another's of the same customer where every account that it touches may be seen. */
export function readableAct(
  { operation, objects }: SubgraphContext,
  act: MoneyAct,
  fn: SsmFunction,
): boolean {
  const { principal, nowMs } = operation;
  if (act.actorId === principal.actorId && act.customerId === principal.customerId) return true;
  return act.accountIds.every((account) => {
    const position = { customers: [act.customerId], accounts: [account], services: [], sites: [] };
    const seen = may(principal, fn, position, nowMs);
    if (seen) objects.reads.saw(position);
    return seen;
  });
}

/** The object that a confirmation names, to who may see it. */
export async function seenById(
  { objects }: SubgraphContext,
  id: string | null | undefined,
): Promise<Item | null> {
  const parts = decodeId(id ?? '');
  if (parts === undefined || !objects.serves(parts.type, parts.provider)) return null;
  return (
    (await objects.see(parts.type, parts.provider, parts.id, objects.sheet(parts.type).attributes)) ?? null
  );
}

/** What the subgraph's own resolvers made: no back end's object. */
export const made = <T>(parent: Item): T => parent as unknown as T;
