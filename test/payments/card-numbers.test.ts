// SSM-D-08: a card's number is taken in no field, by no path, and stands in no log, store or back end.
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../gateway/log.ts';
import { holdsCardNumber } from '../../subgraphs/acts/card-number.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { ACME_CARD, ACME_FIXED, taken } from './asking.ts';

const lines: string[] = [];
let world: World;
beforeAll(async () => {
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  world = await startWorld({ surroundings: { log } });
});
afterAll(() => world.stop());

const PAN = '4111111111111111';

test.each([
  [PAN, true],
  ['4111 1111 1111 1111', true],
  ['4111-1111-1111-1111', true],
  ['4111.1111.1111.1111', true],
  ['４１１１１１１１１１１１１１１１', true],
  ['my card is 4111 1111 1111 1111, thanks', true],
  ['card4111111111111111', true],
  ['378282246310005', true],
  ['6304000000000000', true],
  ['4111111111111112', false],
  ['411111111111', false],
  ['2026-11-15T10:00:00Z', false],
  ['0000000000000000', false],
  ['e4d909c2-90d0-4b1c-a1c5-411111111111', false],
  [{ deep: [{ in: PAN }] }, true],
  [{ [PAN]: 1 }, true],
  [Number(PAN), true],
  [12.5, false],
])('SSM-D-08 %j: %s', (value, expected) => {
  expect(holdsCardNumber(value)).toBe(expected);
});

const input = (type: string, fields: readonly string[], base: object) => ({ type, fields, base });
const MUTATIONS = {
  pay: input('PayInput', ['idempotencyKey', 'methodId'], {
    idempotencyKey: 'k',
    methodId: ACME_CARD,
    bills: [{ billId: ACME_FIXED, amount: '1' }],
  }),
  registerPaymentMethod: input('RegisterPaymentMethodInput', ['token', 'name', 'brand', 'lastFourDigits'], {
    token: 'tok_new',
    lastFourDigits: '1111',
    expiresOn: '2030-01-31',
  }),
  removePaymentMethod: input('RemovePaymentMethodInput', ['id'], {}),
  topUp: input('TopUpInput', ['idempotencyKey', 'balanceId', 'methodId', 'amount'], {
    idempotencyKey: 'k',
    balanceId: 'x',
    methodId: 'x',
    amount: '1',
  }),
  transferBalance: input('TransferBalanceInput', ['idempotencyKey', 'fromId', 'toId', 'amount'], {
    idempotencyKey: 'k',
    fromId: 'x',
    toId: 'y',
    amount: '1',
  }),
  changeBilling: input('ChangeBillingInput', ['accountId', 'cycleId', 'formatId'], { accountId: 'x' }),
  requestElectronicBill: input('RequestElectronicBillInput', ['email'], {
    accountId: 'x',
    email: 'a@b.example',
  }),
} as const;

test('SSM-D-08 refused in every field of every mutation about money, and kept nowhere', async () => {
  for (const [name, { type, fields, base }] of Object.entries(MUTATIONS)) {
    for (const field of fields) {
      const { data, errors } = await world.ask(
        `mutation($input: ${type}!) { ${name}(input: $input) { userErrors { code field } } }`,
        { as: 'acme-manager', variables: { input: { ...base, [field]: PAN } } },
      );
      expect({ name, field, errors, data }).toEqual({
        name,
        field,
        errors: [],
        data: { [name]: { userErrors: [{ code: 'CARD_NUMBER', field }] } },
      });
    }
  }
  const nested = { idempotencyKey: 'k', methodId: ACME_CARD, bills: [{ billId: ACME_FIXED, amount: PAN }] };
  const query = 'mutation($input: PayInput!) { pay(input: $input) { userErrors { code } } }';
  const deep = await world.ask(query, { as: 'acme-manager', variables: { input: nested } });
  expect(deep.data).toEqual({ pay: { userErrors: [{ code: 'CARD_NUMBER' }] } });
  // a field that isn't there, a wrong type, and a text that is no GraphQL
  await world.ask(query, { as: 'acme-manager', variables: { input: { ...nested, cardNumber: PAN } } });
  await world.ask(query, { as: 'acme-manager', variables: { input: PAN } });
  await world.ask(`mutation { pay(input: { cardNumber: "${PAN}" `, { as: 'acme-manager' });
  expect(await taken(world.simulator)).toEqual([]);
  expect(lines.join('')).not.toContain(PAN);
  expect(JSON.stringify(world.simulator.requests())).not.toContain(PAN);
  const { own } = world.main.running;
  if (own === undefined) throw new Error('a gateway has a store');
  await own.audit.flush();
  const { rows } = (await own.store.db.execute(
    sql`SELECT row_to_json(entry)::text AS text FROM ${own.store.tables.auditEntry} entry`,
  )) as unknown as { rows: readonly { text: string }[] }; // as both drivers give it
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.map(({ text }) => text).join('')).not.toContain(PAN);
});

test('SSM-D-08 a method is registered by its token, shown masked, and removed', async () => {
  const { data } = await world.ask(
    `mutation { registerPaymentMethod(input: { token: "tok_mine", lastFourDigits: "1117", brand: "Visa", expiresOn: "2030-01-31" }) {
       method { id name kind lastFourDigits expiresOn state } userErrors { code } } }`,
    { as: 'acme-manager' },
  );
  const made = (data as { registerPaymentMethod: { method: { id: string } } }).registerPaymentMethod; // by the schema
  expect(made).toMatchObject({
    userErrors: [],
    method: { name: 'Visa ending in 1117', kind: 'TOKENIZED_CARD', lastFourDigits: '1117', state: 'active' },
  });
  const remove = (as: string) =>
    world.ask(
      `mutation { removePaymentMethod(input: { id: "${made.method.id}" }) { done userErrors { code } } }`,
      { as },
    );
  expect((await remove('family-manager')).data).toEqual({
    removePaymentMethod: { done: false, userErrors: [{ code: 'METHOD_UNKNOWN' }] },
  });
  expect((await remove('acme-manager')).data).toEqual({
    removePaymentMethod: { done: true, userErrors: [] },
  });
  const gone = await world.ask(`{ paymentMethod(id: "${made.method.id}") { id } }`, { as: 'acme-manager' });
  expect(gone.data).toEqual({ paymentMethod: null });
});
