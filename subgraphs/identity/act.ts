// One change of authorizations from its decision to its end: decided on what the store holds now, recorded, announced.
import type { Asking, RuleFault } from '../../schema/authorization-rules.ts';
import { clientError } from '../../schema/errors.ts';
import type { AuditEntry } from '../../schema/ports.ts';
import type { SubgraphContext } from '../context.ts';
import type { Own } from '../own.ts';
import { type Inside, inside, touch } from '../store/authorizations.ts';
import { grantsTopic, readPrincipal } from '../store/grants.ts';
import { bounded } from './contract-bound.ts';

export type Outcome<T> =
  | { readonly kind: 'REFUSED'; readonly faults: readonly RuleFault[]; readonly objectId?: string }
  | {
      readonly kind: 'DONE';
      readonly value: T;
      readonly objectId: string;
      /** Whose grants changed. */
      readonly affected: readonly string[];
      /** References only: it stays in the audit log for good. */
      readonly detail?: Readonly<Record<string, unknown>>;
    };

export const refused = (faults: readonly RuleFault[], objectId?: string): Outcome<never> => ({
  kind: 'REFUSED',
  faults,
  ...(objectId === undefined ? {} : { objectId }),
});

/** The store and what stands on it; the subgraph says in resolvers.ts that it needs them. */
export function ownOf({ objects }: SubgraphContext): Own {
  const { own } = objects.systems;
  if (own === undefined) throw new Error('the identity subgraph runs without a store');
  return own;
}

export function entryOf(
  { operation }: SubgraphContext,
  what: Pick<AuditEntry, 'action' | 'outcome'> & { readonly objectId?: string; readonly detail?: string },
): AuditEntry {
  const { principal, nowMs, requestId, origin } = operation;
  return {
    atMs: nowMs,
    actorId: principal.actorId,
    ...(principal.customerId === undefined ? {} : { customerId: principal.customerId }),
    ...what,
    requestId,
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Rejects when the outcome can't be recorded: what nobody could trace isn't answered as done. */
async function record(context: SubgraphContext, action: string, outcome: Outcome<unknown>): Promise<void> {
  const { objectId } = outcome;
  const detail =
    outcome.kind === 'REFUSED'
      ? [...new Set(outcome.faults.map(({ code }) => code))].join()
      : outcome.detail && JSON.stringify(outcome.detail);
  await ownOf(context).audit.append(
    entryOf(context, {
      action,
      outcome: outcome.kind,
      ...(objectId === undefined ? {} : { objectId }),
      ...(detail === undefined ? {} : { detail }),
    }),
  );
}

/**
 * Who asks is read anew behind the customer's lock: a revocation that came first counts. `decide` asks no back end.
 * @throws FORBIDDEN for who is of no customer, or gone
 */
export async function act<T>(
  context: SubgraphContext,
  action: string,
  decide: (asking: Asking, store: Inside) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const own = ownOf(context);
  const { nowMs, principal } = context.operation;
  const { customerId, actorId } = principal;
  if (customerId === undefined) throw clientError('FORBIDDEN');
  const contract = await own.contracts.read(customerId);
  const outcome = await inside(own.store, customerId, async (store) => {
    const by = await readPrincipal(store, actorId, nowMs);
    if (by?.customerId !== customerId) throw clientError('FORBIDDEN');
    const decided = await decide({ by: bounded(by, contract), contract, nowMs }, store);
    if (decided.kind === 'DONE') await touch(store, decided.affected);
    return decided;
  });
  if (outcome.kind === 'DONE') {
    // after the commit: who hears of it reads the store at once
    await Promise.all(
      [...new Set(outcome.affected)].map((id) => own.bus.publish(grantsTopic(id), 'changed')),
    );
  }
  await record(context, action, outcome);
  return outcome;
}

/** A refusal before anything was decided: what was written can't be read. */
export async function refuseUnread<T>(
  context: SubgraphContext,
  action: string,
  faults: readonly RuleFault[],
): Promise<Outcome<T>> {
  const outcome = refused(faults);
  await record(context, action, outcome);
  return outcome;
}
