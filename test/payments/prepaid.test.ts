// SSM-D-09: what was paid ahead, topped up and moved between one's own balances; nothing is done twice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { startMeddlingProxy } from '../support/meddling-proxy.ts';
import { method } from './asking.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const balance = (id: string) => encodeId('home', 'Balance', id);
const MAIN = balance('bal-prepaid-main');
const TRAVEL = balance('bal-prepaid-travel');
const POCKET = balance('bal-family-pocket');
const CARD = method('pm-prepaid-card');
const AS = 'prepaid-customer';

interface Answer {
  readonly confirmation: { readonly id: string; readonly state: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}

async function move(name: 'topUp' | 'transferBalance', input: object, ask = world.ask, as = AS) {
  const type = name === 'topUp' ? 'TopUpInput' : 'TransferBalanceInput';
  const { data, errors } = await ask(
    `mutation($input: ${type}!) { ${name}(input: $input) { userErrors { code field } confirmation {
       id number kind state refusal amount { amount } balance { money { amount } } to { money { amount } } } } }`,
    { as, variables: { input } },
  );
  const answer = (data as Record<string, Answer | null> | null)?.[name]; // by the schema
  const faults = (answer?.userErrors ?? []).map(({ code, field }) => `${code} ${field}`);
  return {
    confirmation: answer?.confirmation ?? null,
    faults: [...errors.map(({ code }) => code), ...faults],
  };
}

async function money(): Promise<Record<string, string>> {
  const { data } = await world.ask(
    '{ balances(filter: { kind: [MONEY] }) { nodes { name money { amount } } } }',
    {
      as: AS,
    },
  );
  const { nodes } = (data as { balances: { nodes: { name: string; money: { amount: string } }[] } }).balances; // by the schema
  return Object.fromEntries(nodes.map(({ name, money: { amount } }) => [name, amount]));
}

test('SSM-D-09 money left, allowances left, until when, and what was done to them', async () => {
  const { data, errors, calls } = await world.ask(
    `{ balances { nodes { name kind state money { amount currency } remaining { amount unit } validFor { end } } }
       balanceActions { nodes { kind state amount { amount unit } balance { name } } } }`,
    { as: AS },
  );
  expect(errors).toEqual([]);
  const { balances } = data as { balances: { nodes: { name: string; kind: string; money: unknown }[] } }; // by the schema
  expect(balances.nodes.map(({ kind }) => kind).sort()).toEqual([
    'DATA',
    'MESSAGES',
    'MONEY',
    'MONEY',
    'VOICE',
  ]);
  expect(balances.nodes.find(({ name }) => name === 'Main balance')).toEqual({
    name: 'Main balance',
    kind: 'MONEY',
    state: 'ACTIVE',
    money: { amount: '12.50', currency: 'EUR' },
    remaining: { amount: 12.5, unit: 'EUR' },
    validFor: { end: '2027-01-14T10:00:00.000Z' },
  });
  expect(balances.nodes.filter(({ kind, money: held }) => kind !== 'MONEY' && held !== null)).toEqual([]);
  expect(data).toMatchObject({ balanceActions: { nodes: [{ kind: 'TOP_UP', state: 'COMPLETED' }, {}] } });
  expect(calls.length).toBeLessThanOrEqual(3);
});

test('SSM-D-09 a top-up and a transfer, each once however often it is sent', async () => {
  const topUp = { idempotencyKey: 'top-up', balanceId: MAIN, amount: '20', methodId: CARD };
  const first = await move('topUp', topUp);
  expect(first).toMatchObject({
    faults: [],
    confirmation: {
      kind: 'TOP_UP',
      state: 'DONE',
      amount: { amount: '20.00' },
      balance: { money: { amount: '32.50' } },
    },
  });
  expect((await move('topUp', { ...topUp, amount: '20.00' })).confirmation?.id).toBe(first.confirmation?.id);
  expect((await move('topUp', { ...topUp, amount: '21' })).faults).toEqual(['KEY_REUSED idempotencyKey']);
  const transfer = { idempotencyKey: 'transfer', fromId: MAIN, toId: TRAVEL, amount: '2.50' };
  await Promise.all(Array.from({ length: 10 }, () => move('transferBalance', transfer)));
  expect((await move('transferBalance', transfer)).confirmation).toMatchObject({
    kind: 'TRANSFER',
    state: 'DONE',
  });
  expect(await money()).toEqual({ 'Main balance': '30.00', 'Travel balance': '7.50' });
  const read = await world.ask(
    'query($id: ID!) { balanceConfirmation(id: $id) { state number method { lastFourDigits } } }',
    {
      as: AS,
      variables: { id: first.confirmation?.id },
    },
  );
  expect(read.data).toMatchObject({
    balanceConfirmation: { state: 'DONE', method: { lastFourDigits: '4242' } },
  });
});

test('SSM-D-09 the answer to a top-up is lost: it is found, not done again', {
  timeout: 60_000,
}, async () => {
  const before = await money();
  const proxy = await startMeddlingProxy(world.simulator);
  const behind = await world.another({ apis: proxy.apis });
  proxy.meddle({
    lose: (verb, path) => (verb === 'POST' && path.endsWith('/topupBalance') ? 'ANSWER' : undefined),
  });
  const input = { idempotencyKey: 'lost', balanceId: TRAVEL, amount: '1', methodId: CARD };
  expect((await move('topUp', input, behind.ask)).confirmation).toMatchObject({ state: 'DONE' });
  await behind.stop();
  await proxy.close();
  expect((await money())['Travel balance']).toBe((Number(before['Travel balance']) + 1).toFixed(2));
});

test('SSM-D-09 what is refused says why, and moves nothing', async () => {
  const before = await money();
  const topUp = (changes: object) =>
    move('topUp', { idempotencyKey: 'bad', balanceId: MAIN, amount: '5', methodId: CARD, ...changes });
  const transfer = (changes: object) =>
    move('transferBalance', { idempotencyKey: 'bad', fromId: MAIN, toId: TRAVEL, amount: '5', ...changes });
  expect((await topUp({ balanceId: POCKET })).faults).toEqual(['BALANCE_UNKNOWN balanceId']);
  expect((await topUp({ balanceId: balance('bal-prepaid-none') })).faults).toEqual([
    'BALANCE_UNKNOWN balanceId',
  ]);
  expect((await topUp({ balanceId: balance('bal-prepaid-m-1-data') })).faults).toEqual([
    'BALANCE_UNKNOWN balanceId',
  ]);
  expect((await topUp({ amount: '0' })).faults).toEqual(['AMOUNT_INVALID amount']);
  expect((await topUp({ amount: '-1' })).faults).toEqual(['AMOUNT_INVALID amount']);
  expect((await topUp({ amount: '0.001' })).faults).toEqual(['AMOUNT_TOO_FINE amount']);
  expect((await topUp({ methodId: method('pm-family-card') })).faults).toEqual(['METHOD_UNKNOWN methodId']);
  expect((await transfer({ toId: POCKET })).faults).toEqual(['BALANCE_UNKNOWN toId']);
  expect((await transfer({ fromId: POCKET })).faults).toEqual(['BALANCE_UNKNOWN fromId']);
  expect((await transfer({ toId: MAIN })).faults).toEqual(['SAME_BALANCE toId']);
  expect((await transfer({ amount: '5000' })).faults).toEqual(['AMOUNT_TOO_HIGH amount']);
  const poor = { idempotencyKey: 'poor', methodId: method('pm-prepaid-poor') };
  expect((await topUp(poor)).confirmation).toMatchObject({ state: 'REFUSED', refusal: 'INSUFFICIENT_FUNDS' });
  for (const as of ['acme-user', 'acme-billing', 'soc-operator'])
    expect(
      (
        await move(
          'topUp',
          { idempotencyKey: 'x', balanceId: MAIN, amount: '1', methodId: CARD },
          world.ask,
          as,
        )
      ).faults,
    ).toEqual(['FORBIDDEN']);
  expect(await money()).toEqual(before);
});

test('SSM-D-09 acts one after another in one operation: each shows the balance as it is after it', async () => {
  const before = Number((await money())['Main balance']);
  const SHOWN = '{ confirmation { state balance { money { amount } } } }';
  const topUp = (key: string) =>
    `topUp(input: { idempotencyKey: "${key}", balanceId: "${MAIN}", amount: "1", methodId: "${CARD}" }) ${SHOWN}`;
  const { data, errors } = await world.ask(
    `mutation { a: ${topUp('after-a')} b: ${topUp('after-b')} c: transferBalance(input:
       { idempotencyKey: "after-c", fromId: "${MAIN}", toId: "${TRAVEL}", amount: "1.5" }) ${SHOWN} }`,
    { as: AS },
  );
  expect(errors).toEqual([]);
  const shown = (amount: number) => ({
    confirmation: { state: 'DONE', balance: { money: { amount: amount.toFixed(2) } } },
  });
  expect(data).toEqual({ a: shown(before + 1), b: shown(before + 2), c: shown(before + 0.5) });
});
