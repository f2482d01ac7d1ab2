// States that no description names: told apart from those that are known, kept as they are where the graph has words, and no more asked.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWildWorld, type WildWorld } from './wild-world.ts';

let wild: WildWorld;
beforeAll(async () => {
  wild = await startWildWorld();
});
afterAll(() => wild.stop());

const TEXT = `{
  services(first: 2) { nodes { name state } }
  bills(first: 2) { nodes { number state } }
  billingAccounts(first: 2) { nodes { name state } }
}`;

test('SSM-A-08 states-own: the rest of the answer right, in as many calls', { timeout: 60_000 }, async () => {
  await wild.under({ TMF638: ['states-own'], TMF666: ['states-own'], TMF678: ['states-own'] });
  const { right, given } = await wild.ask({ text: TEXT, options: { as: 'acme-manager' } });
  const states = (text: string) => [...text.matchAll(/"state":("[^"]*"|null)/g)].map(([, state]) => state);
  const stateless = (text: string) => text.replaceAll(/"state":("[^"]*"|null)/g, '"state":""');
  expect(right.errors).toEqual([]);
  expect(stateless(given.text)).toBe(stateless(right.text));
  expect(given.calls).toHaveLength(right.calls.length);
  expect({
    calls: right.calls,
    states: { right: states(right.text), given: states(given.text) },
  }).toMatchInlineSnapshot(`
    {
      "calls": [
        "GET TMF638 service?relatedParty.id=cust-acme&sort=name&limit=2",
        "GET TMF666 billingAccount?relatedParty.id=cust-acme&limit=2",
        "GET TMF678 customerBill?relatedParty.id=cust-acme&sort=-billDate&limit=2",
      ],
      "states": {
        "given": [
          ""OTHER"",
          ""OTHER"",
          ""OTHER"",
          ""OTHER"",
          ""active by house rules"",
          ""active by house rules"",
        ],
        "right": [
          ""ACTIVE"",
          ""ACTIVE"",
          ""SENT"",
          ""SENT"",
          ""active"",
          ""active"",
        ],
      },
    }
  `);
});
