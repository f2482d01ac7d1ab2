// SSM-A-08: who reaches what, by every path: a matrix that a person can read, and what must hold of all its answers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { type Asked, startWorld, type World } from '../support/gateway.ts';
import { apiSchema } from '../support/supergraph.ts';
import { HALF_LEDGER, LEDGER, MATRIX_ACTORS } from './actors.ts';
import { type Ask, byId, one, ROOTS } from './by-id.ts';
import { byField, guardedFields, reachable } from './fields.ts';
import { leaksIn, wordsOfOthers } from './leaks.ts';
import { byList, LISTS, listQuery } from './lists.ts';

const HEAD = `DATA: it is given (of a list, how many). EMPTY: a list of nothing. NULL: as if it weren't there. FORBIDDEN: the
function isn't held. A dot: the object around it isn't given, so that the field can't be asked.`;

let world: World;
const answers: { readonly actor: string | undefined; readonly query: string; readonly asked: Asked }[] = [];
const ask: Ask = async (query, options) => {
  const asked = await world.ask(query, options);
  answers.push({ actor: options?.as, query, asked });
  return asked;
};

async function matrix(): Promise<Readonly<Record<string, string>>> {
  const { contract } = world.main.running;
  return {
    'by-id': await byId(ask, MATRIX_ACTORS),
    fields: await byField(ask, MATRIX_ACTORS, contract, apiSchema()),
    lists: await byList(ask, MATRIX_ACTORS),
  };
}

/** So that there are confirmations to be seen. */
async function payments(): Promise<void> {
  for (const [as, account, method] of [
    ['acme-manager', 'acc-acme-mobile', 'pm-acme-card'],
    ['borealis-manager', 'acc-borealis', 'pm-borealis-card'],
    ['family-manager', 'acc-family', 'pm-family-card'],
  ] as const) {
    const billId = encodeId('home', 'CustomerBill', `bill-${account}-2026-10`);
    const methodId = encodeId('home', 'PaymentMethod', method);
    const { data } = await world.ask(
      `mutation { pay(input: { idempotencyKey: "seed", methodId: "${methodId}", bills: [{ billId: "${billId}", amount: "1" }] }) { confirmation { state } } }`,
      { as },
    );
    expect(data).toEqual({ pay: { confirmation: { state: 'DONE' } } });
  }
}

beforeAll(async () => {
  world = await startWorld({ actors: [LEDGER, HALF_LEDGER] });
  await payments();
});
afterAll(() => world.stop());

describe('SSM-A-08 the permission matrix', () => {
  test('SSM-A-08 covers every root field', () => {
    const roots = [...ROOTS, ...LISTS].map(({ field }) => field);
    expect([...new Set(roots)].sort()).toEqual(
      Object.keys(apiSchema().getQueryType()?.getFields() ?? {}).sort(),
    );
  });

  test('SSM-A-08 covers every guarded field of every type', () => {
    const types = [...guardedFields(world.main.running.contract).keys()];
    expect(types.filter((type) => !reachable(type))).toEqual([]);
  });

  test('SSM-A-08 SSM-A-03 SSM-A-06 is as committed, and the same again from warm caches', {
    timeout: 300_000,
  }, async () => {
    const cold = await matrix();
    for (const [name, text] of Object.entries(cold))
      await expect(`# Permission matrix: ${name}\n\n${HEAD}\n\n${text}\n`).toMatchFileSnapshot(`${name}.md`);
    expect(await matrix()).toEqual(cold);
  });
});

describe('SSM-A-08 what must hold whatever the matrix says', () => {
  const bound = MATRIX_ACTORS.filter(
    ({ crossesCustomers, owner }) => !crossesCustomers && owner !== 'borealis',
  );

  test.each(bound)(
    "SSM-A-08 to $name another customer's object is as one that isn't there, byte for byte",
    async ({ as }) => {
      for (const root of ROOTS) {
        const { Borealis: other, absent } = root.ids;
        if (other === undefined || absent === undefined) continue;
        const [a, b] = [await ask(`{ ${one(root, other)} }`, as), await ask(`{ ${one(root, absent)} }`, as)];
        expect(a.text, root.field).toBe(b.text);
        expect(a.status, root.field).toBe(b.status);
      }
      for (const list of LISTS.filter(({ names }) => names !== undefined)) {
        const [a, b] = [await ask(listQuery(list), as), await ask(listQuery(list, 'absent'), as)];
        expect(a.text, list.title).toBe(b.text);
      }
    },
  );

  test('SSM-A-08 no answer to an actor of one customer names another customer, its people, numbers or ids', async () => {
    expect(answers.length).toBeGreaterThan(1000);
    for (const owner of ['acme', 'borealis', 'family', 'prepaid'] as const) {
      const words = await wordsOfOthers(owner, world.simulator);
      const theirs = MATRIX_ACTORS.filter(({ demo }) => demo?.customer === `cust-${owner}`).map(
        ({ name }) => name,
      );
      const seen = answers.filter(({ actor }) => actor !== undefined && theirs.includes(actor));
      for (const { actor, query, asked } of seen)
        expect(leaksIn(asked.text, words), `${actor}: ${query}`).toEqual([]);
    }
  });

  test.each(['id', '__typename', 'name', 'id name'])(
    'SSM-A-08 a reference from what one may see to what one may not leads nowhere, asked for its %s',
    async (fields) => {
      const product = (id: string) => JSON.stringify(encodeId('home', 'Product', id));
      const query = `{ line: product(id: ${product('prd-acme-m-01')}) { billingAccount { ${fields} } }
        access: product(id: ${product('prd-acme-bb-1')}) { billingAccount { ${fields} } } }`;
      const { data, errors } = await world.ask(query, { as: 'acme-half-ledger' });
      expect(errors).toEqual([]);
      expect(data).toMatchObject({ line: { billingAccount: null }, access: { billingAccount: {} } });
    },
  );

  test('SSM-A-11 who may not read persons gets no name and no number of one, whoever the customer is', async () => {
    const { names } = await wordsOfOthers('prepaid', world.simulator);
    const known = { names, ids: [/3363998[0-3]0\d\d/] };
    const blind = MATRIX_ACTORS.filter(
      ({ demo, crossesCustomers }) =>
        crossesCustomers && !demo?.grants.some(({ functions }) => functions.includes('PERSON_VIEW')),
    ).map(({ name }) => name);
    expect(blind).toContain('analytics');
    for (const { actor, query, asked } of answers)
      if (actor !== undefined && blind.includes(actor))
        expect(leaksIn(asked.text, known), `${actor}: ${query}`).toEqual([]);
  });

  test('SSM-A-08 nobody in particular gets nothing that is not public', () => {
    const found = answers.filter(({ actor }) => actor === undefined);
    const given = found.filter(
      ({ asked }) =>
        asked.data !== undefined && asked.data !== null && JSON.stringify(asked.data).includes('"'),
    );
    expect(found.length).toBeGreaterThan(50);
    for (const { query } of given.filter(({ asked }) => asked.errors.length === 0))
      expect(query).toMatch(/productOffering|categor|configuredPrice/);
  });
});
