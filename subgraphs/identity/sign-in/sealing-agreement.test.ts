// Which keys an instance may start with: the same as the others', one more in front, never fewer than are needed.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveActors } from '../../store/actors.ts';
import { openStore, type Store } from '../../store/store.ts';
import { createSealing } from './sealed.ts';
import { agreeOnSealing } from './sealing-agreement.ts';

let store: Store;
beforeAll(async () => {
  store = await openStore({ inMemory: true });
});
afterAll(() => store.close());

const [one, two, stranger] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const agreed = (nowMs: number, ...keys: Buffer[]) =>
  agreeOnSealing(store, keys, nowMs).then(
    () => 'AGREED',
    (error: Error) => /other instance|secrets in the database/.exec(error.message)?.[0],
  );

test('SSM-A-07 keys are the same on all instances, and replaced without losing a secret', async () => {
  expect(await agreed(1, one)).toBe('AGREED');
  expect(await agreed(2, one)).toBe('AGREED');
  expect(await agreed(3, stranger)).toBe('other instance');
  // first everywhere behind the old one, then in front of it
  expect(await agreed(4, one, two)).toBe('AGREED');
  expect(await agreed(5, two, one)).toBe('AGREED');
  expect(await agreed(6, one)).toBe('other instance');
  await saveActors(store, [{ actorId: 'a', kind: 'STAFF', grants: [] }]);
  const totpSecret = createSealing([one]).seal('secret', 'a');
  await store.db.insert(store.tables.credential).values({ actorId: 'a', totpSecret });
  expect(await agreed(7, two)).toBe('secrets in the database');
  await store.db.update(store.tables.credential).set({ totpSecret: null });
  expect(await agreed(8, two)).toBe('AGREED');
  expect(await agreed(9, one)).toBe('other instance');
});
