// Streams without their transports: what a slow client costs, how runs are shared and bounded, and what ends.
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { TopicBus } from '../../schema/ports.ts';
import { ANONYMOUS } from '../../schema/principal.ts';
import type { Graph } from '../graph.ts';
import type { Admitted, LiveRequest } from './admission.ts';
import { createLive, type Live } from './live.ts';

const TOPIC = 'live:bill:1';

/** A graph whose one operation counts its runs; a principal of its own for each token. */
function scene({ slowMs, maxStreams = 100 }: { slowMs?: number; maxStreams?: number } = {}) {
  const listeners = new Map<string, Set<(message: string) => void>>();
  const bus: TopicBus = {
    async publish(topic, message) {
      for (const each of listeners.get(topic) ?? []) each(message);
    },
    async subscribe(topic, listener) {
      const those = listeners.get(topic) ?? new Set();
      listeners.set(topic, those.add(listener));
      return async () => void (those.delete(listener) && those.size === 0 && listeners.delete(topic));
    },
  };
  const counts = { runs: 0, value: 0 };
  const admitted = ({ authorization = '' }: LiveRequest): Admitted => ({
    kind: 'ADMITTED',
    principal: { ...ANONYMOUS, actorId: authorization, kind: 'MANAGER' },
    isLive: true,
    topics: [TOPIC],
    untilMs: Number.POSITIVE_INFINITY,
    key: authorization,
    async run() {
      counts.runs += 1;
      return { text: `{"data":${counts.value}}`, digest: `${counts.value}` };
    },
  });
  const graph = { admit: async (request: LiveRequest) => admitted(request) };
  const live = createLive({
    // all that streams ask of a graph
    graphs: { using: (work) => work(graph as unknown as Graph), onTaken: () => undefined },
    bus,
    topicsOf: () => [],
    reachable: async () => true,
    limits: { maxStreams, maxStreamsPerActor: 50, pollMs: 3_600_000 },
    metrics: undefined,
    ...(slowMs === undefined ? {} : { slowMs }),
    log: pino({ level: 'silent' }),
    now: Date.now,
  });
  open.push(live);
  return { live, bus, counts, listeners };
}

const open: Live[] = [];
afterEach(() => {
  for (const live of open.splice(0)) live.close();
});

const request = (authorization: string): LiveRequest => ({
  asked: { method: 'POST', query: 'subscription { x }', operationName: undefined, variables: {} },
  authorization,
  origin: undefined,
  requestId: 'r',
});

async function states(live: Live, actor: string) {
  const opened = await live.open(request(actor), 'sse');
  if (opened.kind === 'REFUSED') throw new Error(String(opened.errors[0]?.extensions?.code));
  return opened.states;
}

const textOf = async (stream: AsyncGenerator<{ readonly text: string }>) => {
  const { value } = await stream.next();
  return value === undefined ? undefined : value.text;
};

describe('SSM-D-01 streams', () => {
  test('SSM-D-01 a client that takes nothing is kept the newest state alone, and is cut in the end', async () => {
    const { live, bus, counts } = scene({ slowMs: 1_500 });
    const slow = await states(live, 'a');
    expect(await textOf(slow)).toBe('{"data":0}');
    for (let value = 1; value <= 3; value += 1) {
      counts.value = value;
      await bus.publish(TOPIC, '');
      await expect.poll(() => counts.runs).toBe(value + 1);
    }
    expect(await textOf(slow)).toBe('{"data":3}');
    counts.value = 4;
    await bus.publish(TOPIC, '');
    await expect.poll(() => live.count(), { timeout: 10_000 }).toBe(0);
    await expect(slow.next()).rejects.toMatchObject({
      ending: { reconnect: true, errors: [{ extensions: { code: 'CLIENT_TOO_SLOW' } }] },
    });
  });

  test('SSM-D-01 equal streams of one principal are one run, those of others their own', async () => {
    const { live, bus, counts } = scene();
    const streams = await Promise.all(['a', 'a', 'a', 'b'].map((actor) => states(live, actor)));
    for (const each of streams) await textOf(each);
    // so long after its last run each is due at once, and all of them together
    await pause(300);
    const before = counts.runs;
    counts.value = 1;
    await bus.publish(TOPIC, '');
    for (const each of streams) expect(await textOf(each)).toBe('{"data":1}');
    expect(counts.runs - before).toBe(2);
  });

  test('SSM-D-01 a thousand events at once are one run or two', async () => {
    const { live, bus, counts } = scene();
    const stream = await states(live, 'a');
    await textOf(stream);
    for (let value = 1; value <= 1000; value += 1) {
      counts.value = value;
      await bus.publish(TOPIC, '');
    }
    expect(await textOf(stream)).toBe('{"data":1000}');
    expect(counts.runs).toBeLessThan(4);
  });

  test('SSM-D-01 no more streams than the instance may hold; one that is left makes room, and hears nothing', async () => {
    const { live, listeners } = scene({ maxStreams: 2 });
    const [first] = [await states(live, 'a'), await states(live, 'b')];
    await expect(states(live, 'c')).rejects.toThrow('TOO_MANY_SUBSCRIPTIONS');
    await first.return();
    const third = await states(live, 'c');
    await textOf(third);
    expect(live.count()).toBe(2);
    live.close();
    await expect(third.next()).rejects.toMatchObject({ ending: { reconnect: true } });
    await expect.poll(() => [...listeners.keys()]).toEqual([]);
    await expect(states(live, 'd')).rejects.toThrow('SHUTTING_DOWN');
  });
});
