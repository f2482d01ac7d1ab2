// SSM-A-07: a session opened on one instance is good on all, and ended on one it is over on all, also over HTTP.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { postgresForTests, redisForTests } from '../support/services.ts';
import { codesOf, ME, mutate, ownOf, send, signedIn } from './sign-in-world.ts';

const redis = await redisForTests('sessions on two instances');
const postgres = await postgresForTests('sessions on two instances');

if (redis !== undefined && postgres !== undefined) {
  describe('SSM-A-07 instances on one Redis and one PostgreSQL, each with a key of its own', () => {
    let world: World;
    let instances: readonly Instance[];
    const folders: string[] = [];
    beforeAll(async () => {
      world = await startWorld({ env: { REDIS_URL: redis.url, DATABASE_URL: postgres.url } });
      const folder = await mkdtemp(join(tmpdir(), 'ssm-second-'));
      folders.push(folder);
      const SEALING_KEY_FILE = join(world.dataFolder, 'sealing-key');
      const second = await world.another({ env: { DATA_FOLDER: folder, SEALING_KEY_FILE } });
      const { url } = await world.subgraphs(['identity']);
      const apart = await world.another({ env: { SUBGRAPHS: `identity=${url}/identity` } });
      instances = [world.main, second, apart];
    });
    afterAll(async () => {
      await world.stop();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
      await redis.close();
      await postgres.close();
    });

    test('SSM-A-07 an instance that would seal with another key is refused at its start, and says why', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ssm-stranger-'));
      folders.push(folder);
      await expect(world.another({ env: { DATA_FOLDER: folder } })).rejects.toThrow(
        /SEALING_KEY_FILE: another instance on this database seals with/,
      );
      await signedIn(world.main.url, 'acme-manager');
    });

    test('SSM-A-07 so is one where nobody signs in: the keys make the paths of notifications too', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ssm-stranger-'));
      folders.push(folder);
      await expect(world.another({ env: { DATA_FOLDER: folder, SIGN_IN: 'off' } })).rejects.toThrow(
        /SEALING_KEY_FILE: another instance on this database seals with/,
      );
    });

    const statuses = (token: string) =>
      Promise.all(instances.map(async ({ url }) => (await send(url, ME, { token })).status));
    /** Until each has its snapshot, and the subscription behind which it was read once more. */
    const warm = async (token: string) => {
      for (let round = 0; round < 3; round += 1) expect(await statuses(token)).toEqual([200, 200, 200]);
    };

    test.each([0, 1, 2])('SSM-A-07 signed in and out by instance %i', async (index) => {
      const { url } = instances[index] ?? world.main;
      const tokens = await signedIn(url, 'acme-manager');
      await warm(tokens.accessToken);
      expect(codesOf(await mutate(url, 'signOut', { token: tokens.accessToken }))).toEqual([]);
      expect(await statuses(tokens.accessToken)).toEqual([401, 401, 401]);
      const { refreshToken } = tokens;
      const late = await mutate(world.main.url, 'refresh', { input: { refreshToken } });
      expect(codesOf(late)).toEqual(['SESSION_OVER']);
    });

    test('SSM-A-10 a refresh token used on two instances ends the session on all', async () => {
      const [a, b] = instances;
      const { refreshToken } = await signedIn(a?.url ?? '', 'acme-billing');
      const next = await mutate(b?.url ?? '', 'refresh', { input: { refreshToken } });
      const token = next.tokens?.accessToken ?? '';
      await warm(token);
      await mutate(a?.url ?? '', 'refresh', { input: { refreshToken } });
      expect(await statuses(token)).toEqual([401, 401, 401]);
    });

    test('SSM-A-10 who guesses at many instances is slowed down by all of them', async () => {
      const waits: (number | null)[] = [];
      for (let count = 0; count < 9; count += 1) {
        const { url } = instances[count % 3] ?? world.main;
        const { retryAfter } = await mutate(url, 'signIn', {
          input: { actorId: 'marketing', password: 'x' },
        });
        waits.push(retryAfter);
      }
      expect(waits.slice(6)).toEqual([2, 2, 2]);
    });

    test('SSM-A-09 a mutation over HTTP is recorded with where it came from', async () => {
      const apart = instances[2] ?? world.main;
      const { accessToken } = await signedIn(apart.url, 'prepaid-customer');
      const { store } = ownOf(world.main);
      const { auditEntry, auditOrigin } = store.tables;
      const rows = await store.db.select().from(auditEntry);
      const places = await store.db.select().from(auditOrigin);
      const found = rows.find(({ actorId, action }) => actorId === 'prepaid-customer' && action === 'signIn');
      expect(places.find(({ ref }) => ref === found?.origin)?.address).toMatch(/127\.0\.0\.1|::1/);
      expect((await send(apart.url, ME, { token: accessToken })).status).toBe(200);
    });

    test('SSM-A-07 without the bus it is over within two seconds', async () => {
      const deaf = await world.another({ env: { REDIS_URL: '' } });
      const { accessToken: token } = await signedIn(world.main.url, 'family-manager');
      expect((await send(deaf.url, ME, { token })).status).toBe(200);
      await mutate(world.main.url, 'signOut', { token });
      const startedMs = performance.now();
      const refused = async () => expect((await send(deaf.url, ME, { token })).code).toBe('UNAUTHENTICATED');
      await vi.waitFor(refused, { timeout: 10_000, interval: 50 });
      // the bound, and the time of one request on a busy machine
      expect(performance.now() - startedMs).toBeLessThan(4_000);
    });
  });
}
