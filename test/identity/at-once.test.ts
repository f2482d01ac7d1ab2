// SSM-A-02 SSM-A-08: a revocation holds from the next request on: on every instance, on cached answers, on HTTP subgraphs.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { verifyChain } from '../../subgraphs/store/audit-chain.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { postgresForTests, redisForTests } from '../support/services.ts';
import { change, granted, LINE_01, usage } from './asking.ts';
import { ownOf } from './sign-in-world.ts';

const MANAGER = 'acme-manager';
const actor = (actorId: string, kind: DemoActor['kind']): DemoActor => ({
  actorId,
  kind,
  displayName: actorId,
  customer: 'cust-acme',
  grants: [],
});
const ACTORS = Array.from({ length: 8 }, (_, index) => [
  actor(`user-${index}`, 'AUTHORIZED_USER'),
  actor(`line-${index}`, 'SSM_USER'),
]).flat();

const redis = await redisForTests('revocation on two instances');
const postgres = await postgresForTests('revocation on two instances');
const on = { kind: 'SERVICES', ids: [LINE_01] };

if (redis !== undefined && postgres !== undefined) {
  describe('SSM-A-02 two instances on one Redis and one PostgreSQL', () => {
    let world: World;
    let second: Instance;
    /** A gateway whose subgraphs all run elsewhere, over HTTP. */
    let apart: Instance;
    let instances: readonly (readonly [string, Instance])[];
    let count = 0;
    const next = () => {
      count += 1;
      return { user: `user-${count}`, line: `line-${count}` };
    };
    beforeAll(async () => {
      const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url };
      world = await startWorld({ actors: ACTORS, env });
      second = await world.another();
      const names = [...world.main.running.contract.subgraphs.keys()];
      const { url } = await world.subgraphs(names);
      const SUBGRAPHS = names.map((name) => `${name}=${url}/${name}`).join(',');
      apart = await world.another({ env: { SUBGRAPHS } });
      instances = [
        ['the same instance', world.main],
        ['another instance', second],
        ['subgraphs over HTTP', apart],
      ];
    });
    afterAll(async () => {
      await world.stop();
      await redis.close();
    });

    /** What every instance answers, asked at once. */
    const everywhere = async (as: string) =>
      Promise.all(instances.map(async ([name, { ask }]) => [name, await usage(ask, as, LINE_01)]));
    const all = (answer: string) => instances.map(([name]) => [name, answer]);
    /** Until each has its snapshot, and the subscription behind which it was read once more. */
    const warm = async (as: string) => {
      for (let round = 0; round < 3; round += 1) await everywhere(as);
    };

    test('SSM-A-02 revoked on one, refused on all, also where the value is cached', async () => {
      const { user } = next();
      const { id } = await granted(second.ask, MANAGER, {
        actorId: user,
        functions: ['USAGE_VIEW'],
        scope: on,
      });
      await warm(user);
      expect(await everywhere(user)).toEqual(all('DATA'));
      const cached = await world.ask('query($id: ID!) { usage(serviceId: $id) { freshness } }', {
        as: user,
        variables: { id: LINE_01 },
      });
      expect(cached, 'the value is warm').toMatchObject({
        calls: [],
        data: { usage: { freshness: 'CACHED' } },
      });
      await granted(second.ask, MANAGER, { id }, 'revokeAuthorization');
      expect(await everywhere(user)).toEqual(all('FORBIDDEN'));
    });

    test('SSM-A-02 by a mutation that itself runs over HTTP', async () => {
      const { user } = next();
      const { id } = await granted(apart.ask, MANAGER, {
        actorId: user,
        functions: ['USAGE_VIEW'],
        scope: on,
      });
      await warm(user);
      expect(await everywhere(user)).toEqual(all('DATA'));
      await granted(apart.ask, MANAGER, { id }, 'suspendAuthorization');
      expect(await everywhere(user)).toEqual(all('FORBIDDEN'));
      await granted(world.ask, MANAGER, { id }, 'resumeAuthorization');
      expect(await everywhere(user)).toEqual(all('DATA'));
    });

    test('SSM-A-03 what was enabled under it ends with it, everywhere', async () => {
      const { user, line } = next();
      const { id } = await granted(world.ask, MANAGER, {
        actorId: user,
        functions: ['USAGE_VIEW'],
        scope: on,
      });
      await granted(
        second.ask,
        user,
        { actorId: line, functions: ['USAGE_VIEW'], serviceIds: [LINE_01] },
        'enableUse',
      );
      await warm(line);
      expect(await everywhere(line)).toEqual(all('DATA'));
      await granted(world.ask, MANAGER, { id }, 'revokeAuthorization');
      expect(await everywhere(line)).toEqual(all('FORBIDDEN'));
    });

    test('SSM-A-09 acts at once on all instances: each has its entry, and the chain is whole', async () => {
      const { user } = next();
      const acts = Array.from({ length: 24 }, (_, index) => instances[index % 3]?.[1] ?? world.main);
      const input = { actorId: user, functions: ['USAGE_VIEW'], scope: on };
      const done = await Promise.all(acts.map(({ ask }) => granted(ask, MANAGER, input)));
      const { store } = ownOf(world.main);
      expect((await verifyChain(store)).faults).toEqual([]);
      const entries = await store.db.select().from(store.tables.auditEntry);
      const written = entries.filter(
        ({ action, outcome }) => action === 'grantAuthorization' && outcome === 'DONE',
      );
      expect(written.map(({ objectId }) => objectId)).toEqual(
        expect.arrayContaining(done.map(({ id }) => id)),
      );
    });

    test('SSM-A-02 two managers on two instances: one change wins, one conflict', async () => {
      const { user } = next();
      const { id, version } = await granted(world.ask, MANAGER, {
        actorId: user,
        functions: ['USAGE_VIEW'],
        scope: on,
      });
      const input = { id, version, functions: ['SERVICE_VIEW'], scope: on };
      const done = await Promise.all(
        instances.map(([, { ask }]) => change(ask, MANAGER, 'changeAuthorization', input)),
      );
      expect(done.map(({ faults }) => faults.join()).sort()).toEqual([
        '',
        'CONFLICT version',
        'CONFLICT version',
      ]);
    });
  });
}

// both suites use it, each in its turn
afterAll(async () => postgres?.close());

describe('SSM-A-02 without Redis', () => {
  if (postgres === undefined) return;
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ actors: ACTORS, env: { REDIS_URL: '', DATABASE_URL: postgres.url } });
  });
  afterAll(() => world.stop());

  /** The stated bound of a snapshot, and what a busy machine adds to it. */
  const BOUND_MS = 2_000;

  test('SSM-A-02 another instance sees a revocation within two seconds', async () => {
    const other = await world.another();
    const { id } = await granted(world.ask, MANAGER, {
      actorId: 'user-0',
      functions: ['USAGE_VIEW'],
      scope: on,
    });
    await expect.poll(() => usage(other.ask, 'user-0', LINE_01), { timeout: BOUND_MS + 1_000 }).toBe('DATA');
    await granted(world.ask, MANAGER, { id }, 'revokeAuthorization');
    expect(await usage(world.ask, 'user-0', LINE_01), 'at once where it was revoked').toBe('FORBIDDEN');
    await expect
      .poll(() => usage(other.ask, 'user-0', LINE_01), { timeout: BOUND_MS + 1_000 })
      .toBe('FORBIDDEN');
  });
});
