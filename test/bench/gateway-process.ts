// A process of our gateway as `npm start` makes it, on a simulator that runs elsewhere.
import { pino } from 'pino';
import { readConfig } from '../../gateway/config.ts';
import { runGateway } from '../../gateway/main.ts';
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
  readonly environment: Readonly<Record<string, string>>;
}

await runChild<GatewaySettings>(async ({ clockOffsetMs, environment, apis }) => {
  const running = await runGateway(readConfig(environment), {
    simulator: { apis },
    now: clock(clockOffsetMs),
    log: pino({ level: 'error' }, pino.destination(2)),
  });
  return {
    ready: { url: `${running.url}/graphql` } satisfies UrlReady,
    commands: {
      // started with --expose-gc where it is asked
      memory(): Memory {
        globalThis.gc?.();
        const { rss, heapUsed, external } = process.memoryUsage();
        return { residentBytes: rss, usedBytes: heapUsed + external };
      },
    },
  };
});
