// SSM-A-08: what a subscription gives anybody first is what the query gives, byte for byte: the same verdicts by another door.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/gateway.ts';
import { HALF_LEDGER, LEDGER, MATRIX_ACTORS } from './actors.ts';
import { one, ROOTS } from './by-id.ts';
import { LISTS, listQuery } from './lists.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [LEDGER, HALF_LEDGER], env: { LIVE_MAX_STREAMS_PER_ACTOR: '1000' } });
});
afterAll(() => world.stop());

/** A stream whose own field is refused ends with that: the error without a state. */
const endOf = (text: string): string =>
  /"path":\["\w+"\],"extensions":\{"code":"FORBIDDEN"/.test(text)
    ? text.replace(/"data":\{"\w+":null\},/, '')
    : text;

const isLive = (field: string): boolean =>
  [...world.main.running.contract.subgraphs.values()].some(
    ({ fields }) => fields.get('Query')?.get(field)?.live !== undefined,
  );

test('SSM-A-08 every actor gets by a subscription what it gets by the query', {
  timeout: 120_000,
}, async () => {
  const queries = [
    ...ROOTS.filter(({ field }) => isLive(field)).flatMap((root) =>
      Object.values(root.ids).map((id) => `{ ${one(root, id)} }`),
    ),
    ...LISTS.filter(({ field }) => isLive(field)).map((list) => listQuery(list)),
  ];
  expect(queries.length).toBeGreaterThan(20);
  for (const { name, as } of MATRIX_ACTORS) {
    for (const query of queries) {
      // asked twice: what is live for the first reader is kept for the next
      await world.ask(query, as);
      const asked = await world.ask(query, as);
      const streamed = await world.ask(`subscription ${query}`, as);
      expect([streamed.status, streamed.text], `${name}: ${query}`).toEqual([
        asked.status,
        endOf(asked.text),
      ]);
    }
  }
});
