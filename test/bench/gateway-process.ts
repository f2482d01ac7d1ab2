// A process of our gateway as `npm start` makes it, on a simulator that runs elsewhere.
import { pino } from 'pino';
import { readConfig } from '../../gateway/config.ts';
import { runGateway } from '../../gateway/main.ts';
import type { DemoActor } from '../../mocks/actors.ts';
import { runChild } from './child-side.ts';
import { clock } from './clock.ts';
import type { SimulatorReady } from './simulator-process.ts';
import type { UrlReady } from './subgraphs-process.ts';

export interface Memory {
  /** Of the process, as the system counts it: it isn't given back when less is used. */
  readonly residentBytes: number;
  /** By objects and buffers, after a collection of garbage. */
  readonly usedBytes: number;
}

export interface GatewaySettings extends SimulatorReady {
  readonly clockOffsetMs: number;
  /** See clock.ts. */
  readonly clockRate?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Besides those of the demonstration. */
  readonly actors?: readonly DemoActor[];
  readonly namespace?: string;
}

await runChild<GatewaySettings>(async (settings) => {
  const { clockOffsetMs, clockRate, environment, apis, actors = [], namespace } = settings;
  const running = await runGateway(readConfig(environment), {
    simulator: { apis },
    now: clock(clockOffsetMs, clockRate),
    actors,
    ...(namespace === undefined ? {} : { namespace }),
    log: pino({ level: 'error' }, pino.destination(2)),
  });
  return {
    ready: { url: `${running.url}/graphql` } satisfies UrlReady,
    commands: {
      // started with --expose-gc where it is asked
      async memory(): Promise<Memory> {
        globalThis.gc?.();
        // what is freed behind the first collection counts until the next
        await new Promise((resolve) => setTimeout(resolve, 100));
        globalThis.gc?.();
        const { rss, heapUsed, external } = process.memoryUsage();
        return { residentBytes: rss, usedBytes: heapUsed + external };
      },
    },
  };
});
