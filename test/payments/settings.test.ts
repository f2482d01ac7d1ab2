// SSM-D-07 SSM-D-10: how an account is billed is changed for who has seen what follows, and read back.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import type { Sender } from '../../schema/ports.ts';
import { startWorld, type World } from '../support/gateway.ts';

const sent: { sendTo?: string; token: string }[] = [];
const sender: Sender = { send: async (link) => void sent.push(link) };
let world: World;
beforeAll(async () => {
  world = await startWorld({ surroundings: { sender } });
});
afterAll(() => world.stop());

const MOBILE = encodeId('home', 'BillingAccount', 'acc-acme-mobile');
const FAMILY = encodeId('home', 'BillingAccount', 'acc-family');
const BOREALIS = encodeId('home', 'BillingAccount', 'acc-borealis');
const option = (type: string, id: string) => encodeId('home', type, id);
const AS = 'acme-billing';

const SETTINGS =
  'billing { mode cycle { name } format { name } media { name } isElectronic email isEmailVerified }';

interface Changed {
  readonly done: boolean;
  readonly effectiveFrom: string | null;
  readonly agreement: string | null;
  readonly consequences: readonly { readonly code: string }[];
  readonly account: { readonly billing: Readonly<Record<string, unknown>> } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

async function change(name: string, input: object, as = AS): Promise<Changed & { codes: string[] }> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await world.ask(
    `mutation($input: ${type}!) { ${name}(input: $input) { done effectiveFrom agreement
       consequences { code message amount { amount } } account { ${SETTINGS} } userErrors { code field } } }`,
    { as, variables: { input } },
  );
  const made = (data as Record<string, Changed | null> | null)?.[name]; // by the schema
  const codes = [...errors, ...(made?.userErrors ?? [])].map(({ code }) => code);
  return { ...(made ?? ({} as Changed)), codes };
}

test('SSM-D-07 cycle and format: shown first, changed for the same input with that agreement, audited', async () => {
  const options = await world.ask(
    `{ billingOptions(accountId: "${MOBILE}") { modes cycles { id name } formats { id name } } }`,
    { as: AS },
  );
  expect(options.data).toMatchObject({
    billingOptions: {
      modes: ['PREPAID', 'POSTPAID'],
      cycles: [{ name: 'Monthly, first day' }, { id: option('BillingCycle', 'cycle-quarterly') }],
      formats: [{}, { id: option('BillFormat', 'format-summary') }],
    },
  });
  const input = {
    accountId: MOBILE,
    cycleId: option('BillingCycle', 'cycle-quarterly'),
    formatId: option('BillFormat', 'format-summary'),
  };
  expect((await change('changeBilling', input)).codes).toEqual(['CONSEQUENCES_UNSEEN']);
  const dry = await change('changeBilling', { ...input, dryRun: true });
  expect(dry).toMatchObject({
    done: false,
    codes: [],
    effectiveFrom: '2026-12-01T00:00:00.000Z',
    consequences: [{ code: 'CYCLE_CHANGES' }, { code: 'FORMAT_CHANGES' }],
  });
  const { agreement } = dry;
  expect((await change('changeBilling', { ...input, agreement: 'another' })).codes).toEqual([
    'CONSEQUENCES_CHANGED',
  ]);
  const other = { accountId: MOBILE, formatId: input.formatId, agreement };
  expect((await change('changeBilling', other)).codes).toEqual(['CONSEQUENCES_CHANGED']);
  const done = await change('changeBilling', { ...input, agreement });
  expect(done).toMatchObject({
    done: true,
    codes: [],
    account: { billing: { cycle: { name: 'Quarterly, first day' }, format: { name: 'Summary' } } },
  });
  expect((await change('changeBilling', { ...input, dryRun: true })).codes).toEqual(['NOTHING_CHANGES']);
  const trail = await world.ask(
    '{ auditTrail(filter: { actions: ["changeBilling"], outcomes: [DONE] }) { nodes { actorId objectId detail } } }',
    { as: 'acme-manager' },
  );
  expect(trail.data).toMatchObject({ auditTrail: { nodes: [{ actorId: AS, objectId: MOBILE }] } });
});

test('SSM-D-07 to prepaid: bills that are open are said to remain', async () => {
  const input = { accountId: FAMILY, mode: 'PREPAID' };
  const dry = await change('changeBilling', { ...input, dryRun: true }, 'family-manager');
  expect(dry.consequences.map(({ code }) => code)).toEqual(['MODE_CHANGES', 'OPEN_BILLS_REMAIN']);
  const done = await change('changeBilling', { ...input, agreement: dry.agreement }, 'family-manager');
  expect(done).toMatchObject({ done: true, account: { billing: { mode: 'PREPAID' } } });
});

test('SSM-D-10 the electronic bill: cancelled, and set again for an address that is read', async () => {
  const cancel = { accountId: MOBILE };
  const dry = await change('cancelElectronicBill', { ...cancel, dryRun: true });
  expect(dry.consequences).toMatchObject([{ code: 'PAPER_BEGINS' }]);
  const off = await change('cancelElectronicBill', { ...cancel, agreement: dry.agreement });
  expect(off).toMatchObject({
    done: true,
    account: { billing: { isElectronic: false, media: [{ name: 'Paper' }] } },
  });

  const email = 'bills@acme.example';
  const request = { accountId: MOBILE, email };
  expect((await change('requestElectronicBill', { ...request, email: 'nobody' })).codes).toEqual([
    'EMAIL_INVALID',
  ]);
  const asked = await change('requestElectronicBill', request);
  expect(asked).toMatchObject({ done: false, codes: [], consequences: [{ code: 'PAPER_ENDS' }] });
  expect(sent).toMatchObject([{ kind: 'EMAIL_VERIFICATION', sendTo: email }]);
  expect((await change('requestElectronicBill', request)).codes).toEqual(['TOO_SOON']);
  const code = sent[0]?.token ?? '';
  const wrong = code === '000000' ? '000001' : '000000';
  expect((await change('confirmElectronicBill', { ...request, code: wrong })).codes).toEqual(['CODE_WRONG']);
  const elsewhere = { ...request, email: 'else@acme.example', code };
  expect((await change('confirmElectronicBill', elsewhere)).codes).toEqual(['CODE_WRONG']);
  const on = await change('confirmElectronicBill', { ...request, code });
  expect(on).toMatchObject({
    done: true,
    account: { billing: { isElectronic: true, email, isEmailVerified: true } },
  });
  expect((await change('confirmElectronicBill', { ...request, code })).codes).toEqual(['CODE_WRONG']);
});

test('SSM-D-10 a code is guessed five times at most, and is old after half an hour', async () => {
  const request = { accountId: BOREALIS, email: 'bills@borealis.example' };
  const as = 'borealis-manager';
  await change('requestElectronicBill', request, as);
  const code = sent.at(-1)?.token ?? '';
  const wrong = code === '000000' ? '000001' : '000000';
  for (let guess = 0; guess < 5; guess += 1)
    await change('confirmElectronicBill', { ...request, code: wrong }, as);
  expect((await change('confirmElectronicBill', { ...request, code }, as)).codes).toEqual(['CODE_WRONG']);
  world.clock.advance(2 * 60_000);
  await change('requestElectronicBill', request, as);
  world.clock.advance(31 * 60_000);
  const late = { ...request, code: sent.at(-1)?.token ?? '' };
  expect((await change('confirmElectronicBill', late, as)).codes).toEqual(['CODE_WRONG']);
});

test('SSM-A-08 SSM-D-07 another’s account is as one that isn’t there; who may not is refused', async () => {
  const absent = encodeId('home', 'BillingAccount', 'acc-acme-none');
  for (const accountId of [BOREALIS, absent])
    expect((await change('changeBilling', { accountId, mode: 'PREPAID', dryRun: true })).codes).toEqual([
      'ACCOUNT_UNKNOWN',
    ]);
  for (const as of ['acme-config', 'acme-user', 'soc-operator', 'prepaid-customer'])
    expect((await change('changeBilling', { accountId: MOBILE, dryRun: true }, as)).codes).toEqual([
      'FORBIDDEN',
    ]);
});
