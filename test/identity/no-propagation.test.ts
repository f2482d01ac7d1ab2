// SSM-A-01 A-03 A-04 A-05: random sequences of actions against the store and a model of their own: rights never differ, never grow.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { may, type SsmFunction } from '../../schema/access.ts';
import { saveActors } from '../../subgraphs/store/actors.ts';
import { openStore, type Store } from '../../subgraphs/store/store.ts';
import { Model } from './model.ts';
import { command, isAbroad, step } from './random-actions.ts';
import { customer, FULL, facts, NOW, PEOPLE, positionOf, System } from './random-world.ts';

/** Of which rights are compared: two that may be handed on, and two that may not. */
const WATCHED: readonly SsmFunction[] = ['USAGE_VIEW', 'BILL_VIEW', 'AUTHORIZATION_GRANT', 'AUTHORITY_GIVE'];
let store: Store;
beforeAll(async () => {
  store = await openStore({ inMemory: true });
}, 60_000);
afterAll(() => store.close());

async function rights(system: System): Promise<ReadonlyMap<string, boolean>> {
  const found = new Map<string, boolean>();
  for (const { id: actorId } of PEOPLE.filter(({ customer: of }) => of === 'c')) {
    const principal = await system.principal(actorId);
    for (const name of WATCHED) {
      for (const service of Object.keys(facts.customerOf))
        found.set(`${actorId} ${name} ${service}`, may(principal, name, positionOf(service), system.now));
    }
  }
  return found;
}

async function emptied(): Promise<void> {
  const { authorization, authority } = store.tables;
  await store.db.delete(authority);
  await store.db.update(authorization).set({ parentId: null });
  await store.db.delete(authorization);
  await saveActors(
    store,
    PEOPLE.map(({ id: actorId, kind, customer: of }) => ({
      actorId,
      kind,
      customerId: customer(of),
      grants: [],
      ...(kind === 'MANAGER' ? { wholeContract: true } : {}),
    })),
  );
}

describe('SSM-A-01 SSM-A-03 SSM-A-04 SSM-A-05 whatever anybody does', () => {
  test('the store and the model agree on every action and every right, and no right is beyond the contract', {
    timeout: 300_000,
  }, async () => {
    const counts = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 30, size: 'max' }), async (commands) => {
        await emptied();
        const system = new System(store, new Set(FULL));
        const model = new Model(facts, 'c', system.contract, NOW);
        for (const each of commands.filter((one) => !isAbroad(one))) {
          const { real, said } = await step(system, model, each);
          expect(real, JSON.stringify(each)).toBe(said);
          const kind = `${each.kind} ${real ? 'done' : 'refused'}`;
          counts.set(kind, (counts.get(kind) ?? 0) + 1);
        }
        for (const [right, held] of await rights(system)) {
          const [actorId = '', name = '', service = ''] = right.split(' ');
          expect(held, right).toBe(model.may(actorId, name, service));
          if (held) expect(system.contract.has(name as SsmFunction), right).toBe(true);
        }
      }),
      {
        numRuns: 80,
        seed: 20_261_115,
      },
    );
    // of each there was enough for the comparison to mean something
    for (const kind of ['grant', 'enable', 'change', 'suspend', 'resume', 'revoke', 'empower', 'withdraw']) {
      expect(counts.get(`${kind} done`), kind).toBeGreaterThan(5);
      expect(counts.get(`${kind} refused`), kind).toBeGreaterThan(5);
    }
  });
});
