// A process of the simulator alone, which tells how many requests its back ends got.
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { runChild } from './child-side.ts';
import { clock } from './clock.ts';

export interface SimulatorSettings {
  readonly clockOffsetMs: number;
  /** See clock.ts. */
  readonly clockRate?: number;
  readonly latencyMs: number;
  /** Further subscribers. */
  readonly subscribers?: number;
}

export interface SimulatorReady {
  readonly apis: Simulator['apis'];
}

export interface Calls {
  readonly count: number;
  /** The log keeps only so many: the count is the least there can have been. */
  readonly isLeast: boolean;
}

const LOG_CAPACITY = 20_000;

await runChild<SimulatorSettings>(async ({ clockOffsetMs, clockRate, latencyMs, subscribers = 0 }) => {
  const now = clock(clockOffsetMs, clockRate);
  const simulator = await startSimulator({ port: 0, now, latencyMs, subscribers });
  return {
    ready: { apis: simulator.apis } satisfies SimulatorReady,
    commands: {
      /** Of one API, where it is named. */
      calls: (api): Calls => {
        const all = simulator.requests();
        const count = api === undefined ? all.length : all.filter((each) => each.api === api).length;
        return { count, isLeast: all.length >= LOG_CAPACITY };
      },
      forget: () => fetch(`${simulator.url}/_simulator/requests`, { method: 'DELETE' }).then(() => null),
    },
  };
});
