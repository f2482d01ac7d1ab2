// SSM-D-11 Alerts at thresholds: once for each crossing whatever happens in between, for those only who may know.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';

// the back end's records are drawn for the first time, and rounds of work go on beside
vi.setConfig({ testTimeout: 60_000 });

let world: World;

const line = (number: string) => encodeId('home', 'Service', `svc-acme-m-${number}`);
const BROADBAND = encodeId('home', 'Service', 'svc-acme-bb-1');
const ACCOUNT = encodeId('home', 'BillingAccount', 'acc-acme-mobile');
const OTHER = encodeId('home', 'Service', 'svc-borealis-m-01');

interface Amount {
  readonly percent: number | null;
  readonly amount: string | null;
  readonly unit: string | null;
}
interface Alert {
  readonly id: string;
  readonly version: number;
  readonly threshold: Amount;
  readonly firings: readonly { readonly name: string; readonly value: Amount; readonly delivery: string }[];
}
interface Payload {
  readonly alert: Alert | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}

const ALERT =
  '{ id version threshold { percent amount unit } firings { name value { percent amount unit } delivery } }';

async function change(mutation: string, input: string, as = 'acme-manager') {
  const fields = mutation === 'deleteAlert' ? 'deletedId' : `alert ${ALERT}`;
  const { data, errors } = await world.ask(
    `mutation { ${mutation}(input: { ${input} }) { ${fields} userErrors { code field } } }`,
    { as },
  );
  const payload = (data as Record<string, Payload | null> | null)?.[mutation]; // by the schema
  return { errors, alert: payload?.alert, codes: payload?.userErrors.map(({ code }) => code) };
}

const set = (input: string, as?: string) => change('setAlert', input, as);

async function list(as = 'acme-manager'): Promise<readonly Alert[]> {
  const { data, errors } = await world.ask(`{ alerts ${ALERT} }`, { as });
  expect(errors).toEqual([]);
  return (data as { alerts: readonly Alert[] }).alerts; // by the schema
}

const firingsOf = async (id: string | undefined) =>
  (await list()).find((each) => each.id === id)?.firings ?? [];

async function until(what: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 50_000;
  while (!(await what())) {
    if (performance.now() > untilMs) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const urlOf = (api: string) => world.simulator.apis.find((each) => each.api === api)?.baseUrl;

async function messages(): Promise<readonly { readonly subject?: string; readonly description?: string }[]> {
  const answer = await fetch(`${urlOf('TMF681')}/communicationMessage?receiver.party.id=cust-acme&limit=100`);
  const rows = (await answer.json()) as { subject?: string; description?: string }[]; // TMF681
  return rows.filter(({ description }) => description?.startsWith('ssm-gateway'));
}

beforeAll(async () => {
  world = await startWorld({ env: { WORK_SECONDS: '1' } });
}, 60_000);
afterAll(() => world?.stop());

describe('SSM-D-11 an alert', () => {
  it('tells once when usage crosses its threshold, and sends one message, however often it is told', async () => {
    const { alert, codes } = await set(
      `serviceId: "${line('02')}", usageKind: VOICE, amount: "900", unit: "min", channel: EMAIL`,
    );
    expect(codes).toEqual([]);
    expect(alert?.firings).toEqual([]);
    await world.simulator.use('svc-acme-m-02', 'voice', 1_000);
    await until(async () => (await firingsOf(alert?.id))[0]?.delivery === 'SENT');
    await world.simulator.use('svc-acme-m-02', 'voice', 10);
    await world.simulator.use('svc-acme-m-02', 'voice', 10);
    expect(await firingsOf(alert?.id)).toHaveLength(1);
    expect((await messages()).filter(({ subject }) => subject?.includes('900 min'))).toHaveLength(1);
  });

  it('tells at once of what is over already, and again in the next period', async () => {
    const { alert } = await set(`serviceId: "${line('01')}", percent: 0.5, usageKind: VOICE`);
    expect(alert?.firings).toMatchObject([{ delivery: 'LIVE', value: { amount: null } }]);
    const dayMs = 86_400_000;
    world.clock.advance(20 * dayMs);
    await world.simulator.use('svc-acme-m-01', 'voice', 500);
    await until(async () => (await firingsOf(alert?.id)).length === 2);
    world.clock.advance(-20 * dayMs);
  });

  it('of spending tells when the account has spent so much in the month', async () => {
    const { alert, codes } = await set(`accountId: "${ACCOUNT}", amount: "1.00", unit: "EUR"`);
    expect(codes).toEqual([]);
    expect(alert?.firings).toMatchObject([{ value: { unit: 'EUR', percent: null } }]);
    const { alert: far } = await set(`accountId: "${ACCOUNT}", amount: "1000000", unit: "EUR"`);
    expect(far?.firings).toEqual([]);
  });

  it('that the channel did not take is sent later, once', async () => {
    world.simulator.setFault('TMF681', { kind: 'status', status: 503 });
    const { alert } = await set(`serviceId: "${line('03')}", usageKind: VOICE, percent: 0.25, channel: SMS`);
    expect((await firingsOf(alert?.id))[0]?.delivery).toBe('PENDING');
    world.simulator.setFault('TMF681', undefined);
    world.clock.advance(120_000);
    await until(async () => (await firingsOf(alert?.id))[0]?.delivery === 'SENT');
    expect((await messages()).filter(({ subject }) => subject?.includes('0.25 %'))).toHaveLength(1);
  });

  it('tells live', async () => {
    const answer = await fetch(`${world.main.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${await world.token('acme-manager')}`,
      },
      body: JSON.stringify({ query: `subscription { alerts ${ALERT} }` }),
    });
    expect(answer.status).toBe(200);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    const read = async (text: string) => {
      while (!seen.includes(text)) {
        const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
        if (done) throw new Error(`the stream ended without ${text}`);
        seen += value;
      }
    };
    await read('"alerts"');
    await set(`serviceId: "${line('05')}", usageKind: VOICE, amount: "7777", unit: "min"`);
    await read('7777');
    await world.simulator.use('svc-acme-m-05', 'voice', 9_000);
    await read('"value":{"percent":null,"amount":"9');
    await reader?.cancel();
  });
});

describe('SSM-D-11 SSM-A-08 who is told', () => {
  it("another customer's service, and one that isn't there, are alike; who may not set them is refused", async () => {
    for (const id of [OTHER, encodeId('home', 'Service', 'svc-x')])
      expect((await set(`serviceId: "${id}", percent: 80`)).codes).toEqual(['NOT_FOUND']);
    expect((await set(`serviceId: "${line('01')}", percent: 80`, 'acme-user')).errors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    expect((await set(`serviceId: "${BROADBAND}", percent: 80`, 'borealis-manager')).codes).toEqual([
      'NOT_FOUND',
    ]);
    const { alert } = await set(`serviceId: "${line('06')}", percent: 99`);
    const theirs = `id: "${alert?.id}"`;
    expect(
      (await change('changeAlert', `${theirs}, version: 1, percent: 1`, 'borealis-manager')).codes,
    ).toEqual(['NOT_FOUND']);
    expect((await change('deleteAlert', theirs, 'borealis-manager')).codes).toEqual(['NOT_FOUND']);
    expect(await list('borealis-manager')).toEqual([]);
  });

  it('not any more who may not know any more', async () => {
    const grant = await world.ask(
      `mutation { grantAuthorization(input: { actorId: "acme-config", functions: ["USAGE_VIEW", "ALERT_VIEW", "ALERT_SET"],
        scope: { kind: SERVICES, ids: ["${line('08')}"] } }) { authorization { id } userErrors { code } } }`,
      { as: 'acme-manager' },
    );
    const { id } = (grant.data as { grantAuthorization: { authorization: { id: string } } })
      .grantAuthorization.authorization;
    const { alert, codes } = await set(
      `serviceId: "${line('08')}", usageKind: VOICE, amount: "5000", unit: "min"`,
      'acme-config',
    );
    expect(codes).toEqual([]);
    expect((await set(`serviceId: "${line('09')}", percent: 50`, 'acme-config')).codes).toEqual([
      'NOT_FOUND',
    ]);
    expect(await list('acme-config')).toHaveLength(1);
    const { alert: mine } = await set(
      `serviceId: "${line('08')}", usageKind: VOICE, amount: "5000", unit: "min"`,
    );
    await world.ask(`mutation { revokeAuthorization(input: { id: "${id}" }) { userErrors { code } } }`, {
      as: 'acme-manager',
    });
    await world.simulator.use('svc-acme-m-08', 'voice', 9_000);
    await until(async () => (await firingsOf(mine?.id)).length === 1);
    expect(await firingsOf(alert?.id)).toEqual([]);
  });
});

describe('SSM-D-11 bad input', () => {
  it.each([
    ['nothing', '', 'THRESHOLD_INVALID'],
    ['none', 'percent: 0', 'THRESHOLD_INVALID'],
    ['less than none', 'percent: -5', 'THRESHOLD_INVALID'],
    ['more than all', 'percent: 101', 'THRESHOLD_INVALID'],
    ['both', 'percent: 50, amount: "5", unit: "GB"', 'THRESHOLD_INVALID'],
    ['an amount without a unit', 'amount: "5"', 'THRESHOLD_INVALID'],
    ['an amount of nothing', 'amount: "0.00", unit: "GB"', 'THRESHOLD_INVALID'],
    ['a negative amount', 'amount: "-5", unit: "GB"', 'THRESHOLD_INVALID'],
  ])('%s is no threshold', async (_, input, code) => {
    expect((await set(`serviceId: "${line('10')}", ${input}`)).codes).toEqual([code]);
  });

  it('names one thing, and is set once', async () => {
    expect((await set('percent: 50')).codes).toEqual(['TARGET_INVALID']);
    expect((await set(`serviceId: "${line('10')}", accountId: "${ACCOUNT}", percent: 50`)).codes).toEqual([
      'TARGET_INVALID',
    ]);
    expect((await set(`accountId: "${ACCOUNT}", percent: 50`)).codes).toEqual(['THRESHOLD_INVALID']);
    expect((await set('serviceId: "svc", percent: 50')).errors).toMatchObject([{ code: 'INVALID_ID' }]);
    const { alert } = await set(`serviceId: "${line('11')}", percent: 98`);
    expect((await set(`serviceId: "${line('11')}", percent: 98`)).codes).toEqual(['ALERT_EXISTS']);
    const changed = await change('changeAlert', `id: "${alert?.id}", version: 1, percent: 97.5`);
    expect(changed.alert).toMatchObject({ version: 2, threshold: { percent: 97.5 } });
    expect((await change('changeAlert', `id: "${alert?.id}", version: 1, percent: 96`)).codes).toEqual([
      'CONFLICT',
    ]);
    expect((await change('deleteAlert', `id: "${alert?.id}"`)).codes).toEqual([]);
    expect((await change('deleteAlert', `id: "${alert?.id}"`)).codes).toEqual(['NOT_FOUND']);
  });
});
