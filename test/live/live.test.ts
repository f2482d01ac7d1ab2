// SSM-D-01, SSM-A-02, SSM-A-08: a subscription is a query that is answered at once, and again when its topic fires,
// each time as if it were asked for the first time.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../../gateway/demo.ts';
import { change, granted } from '../identity/asking.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { type SubscribeOptions, type Subscriber, TRANSPORTS } from './subscribing.ts';
import { LINE, messages, serviceId, USAGE } from './watching.ts';

const users = Array.from({ length: 4 }, (_, index) => ({
  actorId: `user-${index}`,
  kind: 'AUTHORIZED_USER' as const,
  displayName: `User ${index}`,
  customer: 'cust-acme',
  grants: [],
}));

let world: World;
const open: Subscriber[] = [];

beforeAll(async () => {
  world = await startWorld({
    actors: users,
    env: { LIVE_MAX_STREAMS_PER_ACTOR: '3', METRICS: 'on' },
  });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()));
});
afterAll(() => world.stop());

async function signedIn(): Promise<string> {
  const { data } = await world.ask(
    `mutation { signIn(input: { actorId: "acme-manager", password: "${DEMO_PASSWORD}" }) { tokens { accessToken } } }`,
  );
  // as the mutation has it
  return (data as { signIn: { tokens: { accessToken: string } } }).signIn.tokens.accessToken;
}

async function gauge(): Promise<number> {
  const text = await (await fetch(`${world.main.url}/metrics`)).text();
  return [...text.matchAll(/^ssm_live_streams\{[^}]*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
}

describe.each(TRANSPORTS)('live over $name', ({ name, over }) => {
  const subscribe = (options: Partial<SubscribeOptions> & { readonly as?: string } = {}) => {
    const { as = 'acme-manager', ...rest } = options;
    const made = over(world.main.url, {
      query: USAGE,
      variables: { id: LINE },
      token: () => world.token(as),
      ...rest,
    });
    open.push(made);
    return made;
  };

  test('SSM-D-01 the state comes at once, and again when the back end tells of use', async () => {
    const live = subscribe();
    const first = await live.state(() => true);
    expect(first.errors).toBeUndefined();
    await world.simulator.use('svc-acme-m-01', 'sms', 7);
    await live.state((state) => messages(state) === messages(first) + 7);
    expect(live.ended()).toBeUndefined();
  });

  test('SSM-D-01 a burst comes as few states, of which the last is true', async () => {
    const live = subscribe();
    const before = messages(await live.state(() => true));
    await Promise.all(Array.from({ length: 40 }, () => world.simulator.use('svc-acme-m-01', 'sms', 1)));
    await live.state((state) => messages(state) === before + 40);
    expect(live.states.length).toBeLessThan(20);
  });

  test('SSM-D-01 an event that changes nothing that was asked for tells nothing', async () => {
    const live = subscribe({
      query: 'subscription L($id: ID!) { usage(serviceId: $id) { service { name } } }',
    });
    await live.state(() => true);
    const control = subscribe();
    const before = messages(await control.state(() => true));
    await world.simulator.use('svc-acme-m-01', 'sms', 1);
    await control.state((state) => messages(state) === before + 1);
    expect(live.states).toHaveLength(1);
  });

  test('SSM-A-02 a revoked authorization ends the stream with its code', async () => {
    const [user] = users.splice(0, 1);
    const actorId = user?.actorId ?? '';
    const { id, version } = await granted(world.ask, 'acme-manager', {
      actorId,
      functions: ['USAGE_VIEW'],
      scope: { kind: 'SERVICES', ids: [LINE] },
    });
    const live = subscribe({ as: actorId });
    await live.state((state) => messages(state) >= 0);
    await change(world.ask, 'acme-manager', 'revokeAuthorization', { id, version });
    expect(await live.end()).toBe('FORBIDDEN');
  });

  test('SSM-A-01 signing out ends the streams of the session, and of that one alone', async () => {
    const [mine, others] = [await signedIn(), await signedIn()];
    const streams = [mine, others].map((accessToken) => subscribe({ token: async () => accessToken }));
    for (const each of streams) await each.state((state) => messages(state) >= 0);
    await fetch(`${world.main.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${mine}` },
      body: JSON.stringify({ query: 'mutation { signOut { userErrors { code } } }' }),
    });
    expect(await streams[0]?.end()).toContain('UNAUTHENTICATED');
    await world.simulator.use('svc-acme-m-01', 'sms', 1);
    await streams[1]?.state(() => true, 1);
  });

  test("SSM-A-08 another customer's service is as one that isn't there, and no event of it tells anything", async () => {
    const theirs = subscribe({ as: 'borealis-manager' });
    const nobodys = subscribe({ as: 'borealis-manager', variables: { id: serviceId('nobody') } });
    const mine = subscribe();
    for (const each of [theirs, nobodys])
      expect(await each.state(() => true)).toEqual({ data: { usage: null } });
    const before = messages(await mine.state(() => true));
    await world.simulator.use('svc-acme-m-01', 'sms', 1);
    await mine.state((state) => messages(state) === before + 1);
    expect(theirs.states).toHaveLength(1);
    expect(theirs.ended()).toBeUndefined();
  });

  test('SSM-A-08 who may not is refused, and nobody in particular too', async () => {
    expect(await subscribe({ as: 'marketing' }).end()).toContain(name === 'graphql-ws' ? 'FORBIDDEN' : '403');
    const made = over(world.main.url, { query: USAGE, variables: { id: LINE } });
    open.push(made);
    expect(await made.end()).toContain(name === 'graphql-ws' ? 'FORBIDDEN' : '403');
  });

  test('SSM-D-01 no more streams than an actor may hold', async () => {
    const three = [subscribe(), subscribe(), subscribe()];
    for (const each of three) await each.state(() => true);
    expect(await subscribe().end()).toContain(name === 'graphql-ws' ? 'TOO_MANY_SUBSCRIPTIONS' : '429');
    await three[0]?.stop();
    await expect.poll(gauge).toBe(2);
    await subscribe().state(() => true);
  });

  test.each([
    ['two root fields', 'subscription { a: me { __typename } b: me { __typename } }'],
    ['__typename at the root', 'subscription { __typename }'],
    [
      'a root field that may be left out',
      'subscription($x: Boolean!) { me @include(if: $x) { __typename } }',
    ],
    ['a field that is not live', 'subscription { customers { totalCount } }'],
  ])('SSM-D-01 %s: refused as no valid subscription', async (_, query) => {
    const live = subscribe({ query, variables: { x: true } });
    expect(await live.end()).toContain(name === 'graphql-ws' ? 'GRAPHQL_VALIDATION_FAILED' : '400');
  });

  test('SSM-D-01 fragments on Subscription, aliases, variables and names are as in a query', async () => {
    const query = `
      query Other { me { __typename } }
      subscription Mine($id: ID!, $with: Boolean!) { ...Root }
      fragment Root on Subscription { mine: service(id: $id) { __typename ...S } }
      fragment S on Service { id name @include(if: $with) }`;
    const live = subscribe({ query, operationName: 'Mine', variables: { id: LINE, with: true } });
    expect(await live.state(() => true)).toEqual({
      data: { mine: { __typename: 'Service', id: LINE, name: 'Mobile line 01' } },
    });
  });

  test('SSM-A-02 a token that has ended ends the stream; with a new one it goes on where the state is', async () => {
    const ended = subscribe();
    const kept = subscribe({ retryAttempts: 5 });
    const before = messages(await kept.state(() => true));
    await ended.state(() => true);
    world.clock.advance(24 * 3_600_000);
    expect(await ended.end()).toContain('UNAUTHENTICATED');
    // the state of another day, though nothing fired
    const later = messages(await kept.state((state) => messages(state) > before));
    await world.simulator.use('svc-acme-m-01', 'sms', 3);
    await kept.state((state) => messages(state) === later + 3);
  });
});
