// SSM-A-08: a sign-in does the same work for nobody as for a wrong password, so its time tells nothing.
import { verify } from '@node-rs/argon2';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { codesOf, mutate, ownOf } from './sign-in-world.ts';

vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof import('@node-rs/argon2')>();
  return { ...real, verify: vi.fn(real.verify) };
});

const person = (actorId: string): DemoActor => ({ actorId, kind: 'STAFF', displayName: actorId, grants: [] });
let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [person('switched-off'), person('without-password')] });
  const { store } = ownOf(world.main);
  const { actor, credential } = store.tables;
  await store.db.update(actor).set({ active: false }).where(eq(actor.actorId, 'switched-off'));
  await store.db.delete(credential).where(eq(credential.actorId, 'without-password'));
});
afterAll(() => world.stop());
beforeEach(() => void vi.mocked(verify).mockClear());

/** What a hash costs to check: algorithm, memory, rounds, lanes. */
const costOf = (hash: unknown): string => /^\$argon2id\$v=19\$[^$]+/.exec(String(hash))?.[0] ?? 'none';

test.each([
  ['a wrong password', { actorId: 'acme-manager', password: 'not the password' }],
  ['an unknown actor', { actorId: 'no-such-actor', password: 'not the password' }],
  ['an unknown actor of any length', { actorId: 'x'.repeat(5_000), password: 'not the password' }],
  ['an actor that is switched off', { actorId: 'switched-off', password: 'not the password' }],
  ['an actor without a password', { actorId: 'without-password', password: 'not the password' }],
])('SSM-A-08 %s: one check, as dear as any other, and one answer', async (_, input) => {
  const made = await mutate(world.main.url, 'signIn', { input });
  expect(codesOf(made)).toEqual(['WRONG_CREDENTIALS']);
  expect(vi.mocked(verify).mock.calls.map(([hash]) => costOf(hash))).toEqual([
    '$argon2id$v=19$m=19456,t=2,p=1',
  ]);
});
