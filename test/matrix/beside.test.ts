// SSM-A-08: what the gate would refuse alone comes past it beside what everybody may: then the guard is all that refuses.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/gateway.ts';
import { LEDGER, MATRIX_ACTORS } from './actors.ts';
import { one, ROOTS } from './by-id.ts';
import { LISTS, listQuery } from './lists.ts';
import { MUTATIONS } from './mutations.ts';
import { verdict } from './verdicts.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [LEDGER] });
});
afterAll(() => world.stop());

interface Root {
  readonly field: string;
  /** The field alone; `open` beside it is everybody's to use. */
  readonly alone: string;
  readonly beside: string;
}

const reading = (field: string, selection: string): Root => ({
  field,
  alone: `{ ${selection} }`,
  beside: `{ open: categories(first: 1) { nodes { id } } ${selection} }`,
});

const READINGS: readonly Root[] = [
  ...LISTS.map((list) => reading(list.field, listQuery(list).slice(1, -1))),
  ...ROOTS.map((root) => reading(root.field, one(root, Object.values(root.ids)[0] ?? ''))),
];

const CHANGES: readonly Root[] = Object.entries(MUTATIONS).map(([field, args]) => ({
  field,
  alone: `mutation { ${field}${args} { userErrors { code } } }`,
  beside: `mutation { open: requestPasswordReset(input: { actorId: "nobody" }) { userErrors { code } }
    ${field}${args} { userErrors { code } } }`,
}));

const DAY_MS = 24 * 60 * 60 * 1000;

describe.each(MATRIX_ACTORS)('SSM-A-08 the guard refuses $name', ({ as, demo }) => {
  test.each([
    ['read', READINGS],
    ['change', CHANGES],
  ])('what the gate would refuse it: to %s', async (_, roots) => {
    let refused = 0;
    for (const { field, alone, beside } of roots) {
      // so that nobody is slowed by what others tried
      if (roots === CHANGES) world.clock.advance(DAY_MS);
      if ((await world.ask(alone, as)).status !== 403) continue;
      refused += 1;
      const asked = await world.ask(beside, as);
      expect([verdict(asked, ['open']), verdict(asked, [field])], beside).toEqual([
        expect.stringContaining('DATA'),
        'FORBIDDEN',
      ]);
    }
    // a manager may do whatever the contract allows
    if (demo?.kind !== 'MANAGER') expect(refused).toBeGreaterThan(0);
  });
});
