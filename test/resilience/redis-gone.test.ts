// With Redis stopped in mid-run answers go on, uncached, and the readiness report says so; with Redis back, it caches again.
import { afterAll, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { type OwnRedis, skipLoudly, startRedis } from '../support/services.ts';

const redis: OwnRedis | undefined = await startRedis();
if (redis === undefined) skipLoudly('redis-gone', 'no redis-server on the PATH');

const QUERY = `{ usage(serviceId: ${JSON.stringify(encodeId('home', 'Service', 'svc-acme-m-01'))}) { freshness allowances { id } } }`;

interface Ready {
  readonly status: number;
  readonly redis: string | undefined;
}

async function readiness(world: World): Promise<Ready> {
  const response = await fetch(`${world.main.url}/readyz`);
  const { checks } = (await response.json()) as { checks: readonly { kind: string; state: string }[] }; // readyz's form
  return { status: response.status, redis: checks.find(({ kind }) => kind === 'CACHE')?.state };
}

test.skipIf(redis === undefined)(
  'SSM-D-03 Redis dies in mid-run and comes back',
  { timeout: 60_000 },
  async () => {
    const world = await startWorld({ env: { REDIS_URL: redis?.url ?? '' } });
    const ask = () => world.ask(QUERY, { as: 'acme-manager' });
    const usageCalls = (calls: readonly string[]) => calls.filter((call) => call.includes('TMF677'));
    try {
      expect(await readiness(world)).toEqual({ status: 200, redis: 'UP' });
      expect((await ask()).data).toMatchObject({ usage: { freshness: 'LIVE' } });
      const kept = await ask();
      expect(kept.data).toMatchObject({ usage: { freshness: 'CACHED' } });
      expect(usageCalls(kept.calls)).toEqual([]);

      const readers = Array.from({ length: 20 }, ask);
      await redis?.stop();
      const answers = [...(await Promise.all(readers)), await ask(), await ask()];
      for (const { status, errors, data } of answers) {
        expect([status, errors]).toEqual([200, []]);
        expect(data).toMatchObject({ usage: { allowances: [{}, {}, {}, {}] } });
      }
      // nothing is kept any more: each asks the charging system
      expect(usageCalls(answers.at(-1)?.calls ?? [])).toHaveLength(1);
      await expect.poll(() => readiness(world), { timeout: 10_000 }).toEqual({ status: 200, redis: 'DOWN' });

      await redis?.start();
      await expect.poll(() => readiness(world), { timeout: 20_000 }).toEqual({ status: 200, redis: 'UP' });
      await expect.poll(async () => usageCalls((await ask()).calls), { timeout: 10_000 }).toEqual([]);
    } finally {
      await world.stop();
    }
  },
);

afterAll(() => redis?.close());
