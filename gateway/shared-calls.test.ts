// Equal calls of a subgraph elsewhere: one for one principal, and as long as one client waits for it.
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Operation } from '../schema/ports.ts';
import { type SampleGateway, sampleGateway } from './sample-gateway.ts';

// both subgraphs are called in one moment: who has called the catalogue has called, or joined, for its bills
const QUERY = '{ bills { id } offerings { nodes { id } } }';
const BILLS = { data: { bills: [{ __typename: 'Bill', id: 'b1' }] } };
let sample: SampleGateway;
afterEach(() => sample.stop());

/** A gateway whose billing subgraph answers when it is told to. */
async function held(env: Readonly<Record<string, string>>, elsewhere: ReadonlySet<string>) {
  sample = await sampleGateway(env, { elsewhere });
  const running: { readonly operation: Operation; readonly answer: () => void }[] = [];
  sample.subgraphs.billing.instead = (_, operation) =>
    new Promise((resolve) => running.push({ operation, answer: () => resolve(BILLS) }));
  const headers = async (actor: string) => ({ authorization: `Bearer ${await sample.token(actor)}` });
  const haveCome = (requests: number) =>
    expect.poll(() => sample.subgraphs.catalogue.requests.length).toBe(requests);
  return {
    running,
    haveCome,
    ask: async (actor: string) => sample.ask({ query: QUERY }, await headers(actor)),
    headers,
  };
}

const BILLING = new Set(['billing']);

test.each<[string, number, readonly [string, string], Readonly<Record<string, string>>, ReadonlySet<string>]>(
  [
    ['one principal', 1, ['biller', 'biller'], {}, BILLING],
    ['two principals', 2, ['biller', 'manager'], {}, BILLING],
    ['one principal with SHARE_CALLS=off', 2, ['biller', 'biller'], { SHARE_CALLS: 'off' }, BILLING],
    ['one principal, of a subgraph in process', 2, ['biller', 'biller'], {}, new Set()],
  ],
)('of %s: %i', async (_, calls, [one, other], env, elsewhere) => {
  const { running, ask, haveCome } = await held(env, elsewhere);
  const first = ask(one);
  await expect.poll(() => running.length).toBe(1);
  const second = ask(other);
  await haveCome(2);
  await expect.poll(() => running.length).toBe(calls);
  for (const { answer } of running) answer();
  for (const each of [first, second])
    expect((await each).json).toMatchObject({ data: { bills: [{ id: 'b1' }] } });
  expect(running).toHaveLength(calls);
});

test('a client that hangs up takes the call from nobody; the last one stops it', async () => {
  const { running, headers, haveCome } = await held({}, BILLING);
  const open = async () => {
    const call = request(`${sample.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await headers('biller')) },
    });
    call.on('error', () => undefined).end(JSON.stringify({ query: QUERY }));
    return call;
  };
  const first = await open();
  await expect.poll(() => running.length).toBe(1);
  const second = await open();
  await haveCome(2);
  first.destroy();
  // refused at once, and after the first has hung up
  await sample.ask({ query: '{ bills { id } }' }, await headers('nobody'));
  expect(running[0]?.operation.signal.aborted).toBe(false);
  second.destroy();
  await expect.poll(() => running[0]?.operation.signal.aborted).toBe(true);
  expect(running).toHaveLength(1);
});
