// SSM-D-01: registered operations live by their hash, over both transports and by GET; what comes again begins with the state as it is.
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';
import {
  type overEvents,
  overWebSocket,
  type SubscribeOptions,
  type Subscriber,
  TRANSPORTS,
} from './subscribing.ts';
import { LINE } from './watching.ts';

const manifest = JSON.parse(
  readFileSync(new URL('../../schema/registered-operations.json', import.meta.url), 'utf8'),
) as { operations: readonly { id: string; name: string }[] }; // Apollo's form
const HASH = manifest.operations.find(({ name }) => name === 'MobileLiveUsage')?.id ?? '';
const persisted = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

let world: World;
const open: Subscriber[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()));
});
afterAll(() => world.stop());

function subscribe(over: typeof overEvents, options: Partial<SubscribeOptions>, as = 'acme-manager') {
  const made = over(world.main.url, { query: '', token: () => world.token(as), ...options });
  open.push(made);
  return made;
}

interface State {
  readonly data: {
    readonly usage: { readonly allowances: readonly { kind: string; usedPercent: number }[] };
  };
}
const texts = (state: unknown) =>
  (state as State).data.usage.allowances.find(({ kind }) => kind === 'SMS')?.usedPercent ?? Number.NaN;

describe.each(TRANSPORTS)('live by hash over $name', ({ name, over }) => {
  const byHash = { extensions: persisted(HASH), variables: { serviceId: LINE } };

  test('SSM-D-01 the state comes, and again when something is used', async () => {
    const live = subscribe(over, byHash);
    const first = await live.state(() => true);
    expect(first.errors).toBeUndefined();
    await world.simulator.use('svc-acme-m-01', 'sms', 5);
    await live.state((state) => texts(state) > texts(first));
  });

  test('SSM-D-01 a hash under which nothing is registered says so', async () => {
    const live = subscribe(over, { ...byHash, extensions: persisted('0'.repeat(64)) });
    expect(await live.end()).toContain(name === 'graphql-ws' ? 'PERSISTED_QUERY_NOT_FOUND' : '404');
  });

  test('SSM-A-08 a hash lets nobody see more', async () => {
    expect(await subscribe(over, byHash, 'marketing').end()).toContain(
      name === 'graphql-ws' ? 'FORBIDDEN' : '403',
    );
    const other = subscribe(over, byHash, 'borealis-manager');
    expect(await other.state(() => true)).toEqual({ data: { usage: null } });
  });
});

const codes = async (response: Response) =>
  [...(await response.text()).matchAll(/"code":"([A-Z_]+)"/g)].map(([, code]) => code);

describe('server-sent events by GET', () => {
  const stop = new AbortController();
  afterAll(() => stop.abort());

  async function first(
    parameters: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const url = new URL(`${world.main.url}/graphql`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const response = await fetch(url, {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${await world.token('acme-manager')}`,
        ...headers,
      },
      signal: stop.signal,
    });
    if (!response.ok) return { status: response.status, text: await response.text() };
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (/^data: .*\n\n/m.test(text)) break;
    }
    return { status: response.status, text };
  }
  const variables = JSON.stringify({ serviceId: LINE });
  const stateIn = (text: string) => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? 'null') as unknown;

  test.each([
    ['a text', { query: 'subscription { me { actorId } }' }],
    ['a hash', { extensions: JSON.stringify(persisted(HASH)), variables }],
    ['an id of a document', { documentId: HASH, variables }],
  ])('SSM-D-01 by %s', async (_, parameters) => {
    const { status, text } = await first(parameters);
    expect([status, text.split('\n')[0]]).toEqual([200, 'event: next']);
    expect(stateIn(text)).toMatchObject({ data: {} });
    expect(stateIn(text)).not.toHaveProperty('errors');
  });

  test('SSM-D-01 who comes again, with whatever Last-Event-ID, is given the state as it is, at once', async () => {
    const before = texts(stateIn((await first({ documentId: HASH, variables })).text));
    await world.simulator.use('svc-acme-m-01', 'sms', 5);
    for (const id of ['1', 'x'.repeat(500)]) {
      const again = await first({ documentId: HASH, variables }, { 'last-event-id': id });
      expect(texts(stateIn(again.text))).toBeGreaterThan(before);
    }
  });

  test('SSM-D-01 a subscription that is asked for without a stream is refused, by GET as by POST', async () => {
    const query = 'subscription { me { actorId } }';
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${await world.token('acme-manager')}`,
    };
    const url = `${world.main.url}/graphql`;
    const got = await fetch(`${url}?query=${encodeURIComponent(query)}`, { headers });
    const posted = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect([got.status, await codes(got)]).toEqual([posted.status, await codes(posted)]);
    expect(got.status).toBeGreaterThanOrEqual(400);
  });

  test('SSM-A-08 a mutation is refused by GET, and a query is answered once', async () => {
    expect((await first({ query: 'mutation { signOut { userErrors { code } } }' })).status).toBe(405);
    expect(stateIn((await first({ query: '{ me { actorId } }' })).text)).toEqual({
      data: { me: { actorId: 'acme-manager' } },
    });
  });
});

test('SSM-D-02 charges so far are live with their account: at once, and again when its bill is paid', async () => {
  const id = encodeId('home', 'BillingAccount', 'acc-family');
  const query =
    'subscription($id: ID!) { billingAccount(id: $id) { chargesSoFar { count taxIncluded { amount } } bills(first: 5) { nodes { remaining { amount } } } } }';
  const live = subscribe(overWebSocket, { query, variables: { id } }, 'family-manager');
  const state = await live.state(() => true);
  expect(state.errors).toBeUndefined();
  expect(state.data).toMatchObject({ billingAccount: { chargesSoFar: { count: expect.any(Number) } } });
  const paid = await world.ask(
    `mutation { pay(input: { idempotencyKey: "live-charges-so-far", methodId: "${encodeId('home', 'PaymentMethod', 'pm-family-card')}",
      bills: [{ billId: "${encodeId('home', 'CustomerBill', 'bill-acc-family-2026-10')}", amount: "1" }] }) { userErrors { code } } }`,
    { as: 'family-manager' },
  );
  expect(paid.data).toEqual({ pay: { userErrors: [] } });
  const later = await live.state(() => true, 1);
  expect(later.errors).toBeUndefined();
});
