// SSM-A-09: what provider staff reads is on record with each customer whose objects it was given, however many at once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/gateway.ts';
import { ownOf } from './sign-in-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ simulator: { subscribers: 200 } });
});
afterAll(() => world.stop());

test('SSM-A-09 a list over a hundred customers is in the trail of each of them', async () => {
  const list = '{ customers(first: 100) { nodes { id } } }';
  const { data, errors, requestId } = await world.ask(list, { as: 'marketing' });
  expect(errors).toEqual([]);
  const { nodes } = (data as { customers: { nodes: readonly { id: string }[] } }).customers; // by the schema
  expect(nodes).toHaveLength(100);
  const { audit, store } = ownOf(world.main);
  await audit.flush();
  const entries = await store.db.select().from(store.tables.auditEntry);
  const read = entries.filter((entry) => entry.requestId === requestId && entry.action === 'read');
  expect(new Set(read.map(({ customerId }) => customerId))).toEqual(new Set(nodes.map(({ id }) => id)));
  expect(read.every(({ actorId, times }) => actorId === 'marketing' && times === 1)).toBe(true);
});
