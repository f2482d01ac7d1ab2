// A gateway before back ends that deviate, beside one before the same back ends when they don't: both at one instant.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviationsByApi } from '../../mocks/deviations/switches.ts';
import type { ActedOperation } from '../support/client-operations.ts';
import { type Asked, type Instance, startWorld, type World } from '../support/gateway.ts';
import { type Settings, settingsFor } from './settings.ts';

export interface Pair {
  readonly right: Asked;
  readonly given: Asked;
}

export interface WildWorld {
  readonly world: World;
  /** The gateway whose back ends deviate. */
  readonly gateway: Instance;
  /** Deviations from the next question on; the providers file says of them what an operator would have found out, or `profile`. */
  under(deviations: DeviationsByApi, profile?: Settings['profile']): Promise<void>;
  /** Both answers from cold caches, a quarter of an hour after the ones before. */
  ask(operation: Pick<ActedOperation, 'text' | 'options'>): Promise<Pair>;
  /** What arrived where nobody should ever come. */
  trapped(): number;
  stop(): Promise<void>;
}

const APART_MS = 15 * 60 * 1000 + 1_000;
/** Wide enough for a machine that does much else: what is looked at is what is answered, not how fast. */
const TIME = { OPERATION_TIMEOUT_MS: '60000' };
const TIMEOUT_MS = 30_000;

export async function startWildWorld(): Promise<WildWorld> {
  process.env.WILD_CLIENT = 'wild';
  const world = await startWorld({ env: { REDIS_URL: '', ...TIME } });
  const folder = await mkdtemp(join(tmpdir(), 'ssm-wild-'));
  const file = join(folder, 'providers.json');
  let active: DeviationsByApi = {};
  let habits: Settings['profile'] = {};
  let written = 0;

  function settingsOf(api: string): Settings {
    const known = settingsFor(world.simulator.url);
    const all = [...(active['*'] ?? []), ...(active[api] ?? [])].map((name) => known[name] ?? {});
    const profile = Object.assign({}, ...all.map((each) => each.profile ?? {}), habits);
    return Object.assign({}, ...all, { profile });
  }

  async function write(): Promise<void> {
    // another time-out each time: a back end whose entry changes is taken anew, its circuit breaker too
    written += 1;
    const { url: root } = world.simulator;
    const apis = world.simulator.apis.map(({ api, baseUrl, version }) => {
      const { prefix = '', ...settings } = settingsOf(api);
      const url = baseUrl.replace(root, root + prefix);
      return [api, { url, version, timeoutMs: TIMEOUT_MS + written, ...settings }];
    });
    // each gateway's questions make events: without a hub this one must ask by itself
    const provider = { id: 'home', profile: { totals: 'filtered', hub: 'none' } };
    await writeFile(file, JSON.stringify({ providers: [{ ...provider, apis: Object.fromEntries(apis) }] }));
  }

  await write();
  const gateway = await world.another({ env: { REDIS_URL: '', ...TIME }, providersFile: file });
  return {
    world,
    gateway,
    async under(deviations, profile = {}) {
      active = deviations;
      habits = profile;
      await write();
      if ((await gateway.running.reload?.()) !== true) throw new Error(gateway.log.join('\n'));
    },
    async ask({ text, options }) {
      world.clock.advance(APART_MS);
      const right = await world.ask(text, options);
      for (const [api, names] of Object.entries(active)) world.simulator.deviate(api, ...names);
      try {
        return { right, given: await gateway.ask(text, options) };
      } finally {
        for (const api of Object.keys(active)) world.simulator.deviate(api);
      }
    },
    trapped: () => world.simulator.requests().filter(({ api }) => api === 'trap').length,
    async stop() {
      await world.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
