// SSM-C-12 Reading of call records is bounded: a back end without an end is left alone and said, a slow one is read turn by turn.
import { afterEach, describe, expect, test } from 'vitest';
import { startSimulator } from '../../mocks/simulator.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';
import { startMeddlingProxy } from '../support/meddling-proxy.ts';

/** As subgraphs/analysis/reading.ts has them. */
const PAGES_A_TURN = 200;
const REST_MS = 900_000;
const TURN_MS = 120_000;

/** Who has calls to be read. */
const CUSTOMERS = ['cust-acme', 'cust-borealis'];

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Coverage {
  readonly readUntil: string | null;
  readonly isComplete: boolean;
}

async function coverage(world: World): Promise<Coverage> {
  const { data, errors } = await world.ask(
    `{ callAnalysis(input: { from: "2026-11-02", until: "2026-11-09", zone: "Europe/Paris" }) {
      coverage { readUntil isComplete } } }`,
    { as: 'acme-manager' },
  );
  expect(errors).toEqual([]);
  return (data as { callAnalysis: { coverage: Coverage } }).callAnalysis.coverage; // as asked
}

const until = (what: () => Promise<boolean>) =>
  expect.poll(what, { timeout: 110_000, interval: 200 }).toBe(true);

/** The customers whose records were asked for, in that order. */
function customersRead(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => new URL(path, 'http://x').searchParams.getAll('relatedParty.id'));
}

describe('reading of calls', () => {
  test('SSM-C-12 from ten million rows: so many pages, said to be incomplete, left alone, and made good later', {
    timeout: 240_000,
  }, async () => {
    const world = await startWorld({
      env: { WORK_SECONDS: '1' },
      simulator: { deviations: { TMF635: ['rows-endless'] } },
    });
    stops.push(() => world.stop());
    const asked = () =>
      customersRead(
        world.simulator
          .requests()
          .filter(({ api }) => api === 'TMF635')
          .map(({ path }) => path),
      );
    const refusals = () => world.main.log.filter((line) => line.includes('were no end of')).length;
    // one customer after the other: between two of them nobody is being read
    await until(async () => refusals() >= CUSTOMERS.length);
    const customers = [...new Set(asked())].sort();
    expect(customers).toEqual(CUSTOMERS);
    expect(asked()).toHaveLength(PAGES_A_TURN * customers.length);
    expect(await coverage(world)).toEqual({ readUntil: null, isComplete: false });
    world.simulator.deviate('TMF635');
    world.clock.advance(REST_MS + 1);
    await until(async () => (await coverage(world)).isComplete);
    expect(refusals()).toBe(customers.length);
  });

  test('SSM-C-12 of a slow back end: turn by turn, so that the next customer waits for one turn', {
    timeout: 240_000,
  }, async () => {
    const clock = clockAt();
    const simulator = await startSimulator({ now: clock.now });
    const proxy = await startMeddlingProxy(simulator);
    const pageMs = 45_000;
    const paths: string[] = [];
    proxy.meddle({
      ask(parameters, path) {
        if (!path.includes('usageManagement')) return;
        paths.push(`${path}?${parameters}`);
        clock.advance(pageMs);
      },
    });
    const world = await startWorld({ clock, apis: proxy.apis, env: { WORK_SECONDS: '1' } });
    stops.push(
      () => world.stop(),
      () => proxy.close(),
      () => simulator.close(),
    );
    await until(async () => (await coverage(world)).isComplete);
    const customers = customersRead(paths);
    const turns = customers.reduce<number[]>((lengths, customer, at) => {
      if (customer !== customers[at - 1]) lengths.push(0);
      lengths.push((lengths.pop() ?? 0) + 1);
      return lengths;
    }, []);
    expect(new Set(customers).size).toBeGreaterThan(1);
    expect(Math.max(...turns)).toBeLessThanOrEqual(Math.ceil(TURN_MS / pageMs));
  });
});
