// One change of authorizations from its decision to its end: decided on what the store holds now, recorded, announced.
import type { Asking, RuleFault } from '../../schema/authorization-rules.ts';
import { clientError } from '../../schema/errors.ts';
import { customersFire } from '../../schema/live.ts';
import type { SubgraphContext } from '../context.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import { type Inside, inside, touch } from '../store/authorizations.ts';
import { bounded } from '../store/contract-bound.ts';
import { grantsTopic, readPrincipal } from '../store/grants.ts';
import type { Database } from '../store/store.ts';

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

/** Rejects when the outcome can't be recorded: `within` the act's transaction, what nobody could trace isn't done. */
async function record(
  context: SubgraphContext,
  action: string,
  outcome: Outcome<unknown>,
  within?: Database,
): Promise<void> {
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
    within,
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
    if (decided.kind === 'DONE') {
      await touch(store, decided.affected);
      await record(context, action, decided, store.db);
    }
    return decided;
  });
  if (outcome.kind === 'REFUSED') await record(context, action, outcome);
  else {
    // after the commit: who hears of it reads the store at once
    const topics = [...outcome.affected.map(grantsTopic), ...customersFire('authorizations', [customerId])];
    await Promise.all([...new Set(topics)].map((topic) => own.bus.publish(topic, 'changed')));
  }
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
