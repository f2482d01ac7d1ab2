// Registrations: one instance asks, again when a hub may have forgotten, and another one when it is gone.
import { afterEach, expect, test, vi } from 'vitest';
import { memoryCache } from './cache/memory.ts';
import { openRegistrations, type Registrations } from './registrations.ts';

const open: Registrations[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

interface Hub {
  readonly listeners: Map<string, string>;
  away: boolean;
  asked: number;
}

async function instance(hub: Hub, cache: ReturnType<typeof memoryCache>, renewMs = 60_000) {
  const gaps = vi.fn();
  const none = vi.fn();
  const made = await openRegistrations({
    client: {
      providersOf: (api) => (api === 'TMF677' ? ['home'] : []),
      async subscribe(_source, callback) {
        hub.asked += 1;
        if (hub.away) throw new Error('away');
        hub.listeners.set(`${hub.asked}`, callback);
        return { id: `${hub.asked}` };
      },
      unsubscribe: async (_source, id) => void hub.listeners.delete(id),
      health: () => [],
    },
    cache,
    apis: ['TMF677', 'TMF635'],
    callbackOf: ({ provider, api }) => `http://gateway/${provider}/${api}`,
    renewMs,
    lookMs: 10,
    onNone: none,
    onGap: gaps,
  });
  open.push(made);
  return { gaps, none, stop: made.stop };
}

const newHub = (): Hub => ({ listeners: new Map(), away: false, asked: 0 });

test('a hub that forgets is asked again, and never has two of us', async () => {
  const hub = newHub();
  await instance(hub, memoryCache(), 30);
  expect([...hub.listeners.values()]).toEqual(['http://gateway/home/TMF677']);
  hub.listeners.clear();
  await expect.poll(() => hub.listeners.size).toBe(1);
  await expect.poll(() => hub.asked).toBeGreaterThan(4);
  expect(hub.listeners.size).toBeLessThan(3);
});

test('a back end that was away is asked when it is back, and what was missed is told', async () => {
  const hub = newHub();
  hub.away = true;
  const { gaps, none } = await instance(hub, memoryCache());
  expect(none).toHaveBeenCalledTimes(1);
  expect(gaps).not.toHaveBeenCalled();
  hub.away = false;
  await expect.poll(() => hub.listeners.size).toBe(1);
  expect(gaps).toHaveBeenCalledTimes(1);
});

test('of instances that share a cache one asks; when it is gone another one does', async () => {
  const [hub, cache] = [newHub(), memoryCache()];
  const first = await instance(hub, cache);
  await instance(hub, cache);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(hub.asked).toBe(1);
  await first.stop();
  await expect.poll(() => hub.asked).toBe(2);
  expect(hub.listeners.size).toBe(1);
});
