// SSM-A-03 SSM-A-04 SSM-A-08: who may change what: every mutation by everybody, as a matrix that a person can read.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/gateway.ts';
import { apiSchema } from '../support/supergraph.ts';
import { LEDGER, MATRIX_ACTORS } from './actors.ts';
import { byMutation, MUTATIONS } from './mutations.ts';

const HEAD = `Every mutation with an input that changes nothing. FORBIDDEN: the function isn't held. Other codes: what the
caller could mend, so it may ask. DONE: nothing to say.`;

const DAY_MS = 24 * 60 * 60 * 1000;

let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [LEDGER] });
});
afterAll(() => world.stop());

test('SSM-A-08 the matrix covers every mutation', () => {
  const names = Object.keys(apiSchema().getMutationType()?.getFields() ?? {});
  expect(Object.keys(MUTATIONS).sort()).toEqual(names.sort());
});

test('SSM-A-03 SSM-A-04 SSM-A-08 is as committed', { timeout: 300_000 }, async () => {
  const text = await byMutation(world.ask, MATRIX_ACTORS, () => world.clock.advance(DAY_MS));
  await expect(`# Permission matrix: mutations\n\n${HEAD}\n\n${text}\n`).toMatchFileSnapshot('mutations.md');
});
