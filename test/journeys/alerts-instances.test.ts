// SSM-D-11 Two instances on one Redis and one PostgreSQL, and a restart between crossing and delivery: told once.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { type MeddlingProxy, startMeddlingProxy } from '../support/meddling-proxy.ts';
import { postgresForTests, redisForTests, skipLoudly } from '../support/services.ts';

const [redis, postgres] = [await redisForTests('alerts'), await postgresForTests('alerts')];
if (redis === undefined || postgres === undefined)
  skipLoudly('alerts on two instances', 'no Redis or no PostgreSQL');
afterAll(async () => {
  await redis?.close();
  await postgres?.close();
});
// on a busy machine an instance takes its time to start
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

interface Alert {
  readonly id: string;
  readonly firings: readonly { readonly delivery: string }[];
}

describe.skipIf(redis === undefined || postgres === undefined)('SSM-D-11 alerts of two instances', () => {
  let world: World;
  let proxy: MeddlingProxy;
  const started: Instance[] = [];
  beforeAll(async () => {
    const env = { WORK_SECONDS: '1', REDIS_URL: redis?.url ?? '', DATABASE_URL: postgres?.url ?? '' };
    world = await startWorld({ env });
    proxy = await startMeddlingProxy(world.simulator);
    started.push(await world.another());
  });
  afterEach(() => {
    proxy.meddle({});
    world.simulator.setFault('TMF681', undefined);
  });
  afterAll(async () => {
    await world?.stop();
    await proxy?.close();
  });

  async function set(line: string, at: Pick<World, 'ask'>, channel = 'EMAIL'): Promise<string> {
    const service = encodeId('home', 'Service', `svc-acme-m-${line}`);
    const { data } = await at.ask(
      `mutation { setAlert(input: { serviceId: "${service}", usageKind: VOICE, amount: "50000.${line}", unit: "min", channel: ${channel} })
        { alert { id } userErrors { code } } }`,
      { as: 'acme-manager' },
    );
    // as the mutation has it
    return (data as { setAlert: { alert: { id: string } } }).setAlert.alert.id;
  }
  async function firings(id: string, at: Pick<World, 'ask'>): Promise<Alert['firings']> {
    const { data } = await at.ask('{ alerts { id firings { delivery } } }', { as: 'acme-manager' });
    // as the query has it
    return (data as { alerts: readonly Alert[] }).alerts.find((each) => each.id === id)?.firings ?? [];
  }
  async function messages(line: string): Promise<number> {
    const base = world.simulator.apis.find(({ api }) => api === 'TMF681')?.baseUrl;
    const answer = await fetch(`${base}/communicationMessage?receiver.party.id=cust-acme&limit=100`);
    const rows = (await answer.json()) as { subject?: string }[]; // TMF681
    return rows.filter(({ subject }) => subject?.includes(`50000.${line} min`)).length;
  }
  const sent = (id: string, at: Pick<World, 'ask'>) =>
    expect
      .poll(async () => (await firings(id, at)).map(({ delivery }) => delivery), { timeout: 60_000 })
      .toEqual(['SENT']);

  test('SSM-D-11 both see it, both work on it, and however often they are told: one row, one message', async () => {
    const id = await set('11', world.main);
    await world.simulator.use('svc-acme-m-11', 'voice', 60_000);
    await Promise.all(Array.from({ length: 10 }, () => world.simulator.use('svc-acme-m-11', 'voice', 1)));
    for (const each of [world.main, ...started]) await sent(id, each);
    // rounds of both, with every lease over
    world.clock.advance(120_000);
    await world.simulator.use('svc-acme-m-11', 'voice', 1);
    await sent(id, world.main);
    expect(await messages('11')).toBe(1);
  });

  test('SSM-D-11 crossed, not delivered, and the instance is gone: the other one delivers, once', async () => {
    const third = await world.another();
    const id = await set('12', third);
    world.simulator.setFault('TMF681', { kind: 'status', status: 503 });
    await world.simulator.use('svc-acme-m-12', 'voice', 60_000);
    await expect.poll(async () => (await firings(id, third)).length, { timeout: 60_000 }).toBe(1);
    await third.stop();
    world.simulator.setFault('TMF681', undefined);
    expect(await messages('12')).toBe(0);
    world.clock.advance(120_000);
    await sent(id, world.main);
    expect(await messages('12')).toBe(1);
  });

  test('SSM-D-11 delivered, but nobody heard the answer before all instances ended: the next one finds it', async () => {
    for (const each of [world.main, ...started.splice(0)]) await each.stop();
    const lost = await world.another({ apis: proxy.apis });
    const id = await set('13', lost);
    // looked for before it is sent, and after it: only what comes from then on is lost
    let isSent = false;
    proxy.meddle({
      lose(method, path) {
        if (!path.includes('communicationMessage')) return undefined;
        if (isSent) return 'QUESTION';
        isSent = method === 'POST';
        return isSent ? 'ANSWER' : undefined;
      },
    });
    await world.simulator.use('svc-acme-m-13', 'voice', 60_000);
    // whether or not back ends were asked to tell this instance yet, its rounds look
    world.clock.advance(120_000);
    await expect.poll(() => messages('13'), { timeout: 60_000 }).toBe(1);
    expect((await firings(id, lost)).map(({ delivery }) => delivery)).toEqual(['PENDING']);
    await lost.stop();
    const next = await world.another();
    world.clock.advance(120_000);
    await sent(id, next);
    expect(await messages('13')).toBe(1);
  });
});
