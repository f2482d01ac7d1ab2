// A process of all our subgraphs over HTTP, as `npm start -- --only …` runs them.
import { pino } from 'pino';
import { readConfig } from '../../gateway/config.ts';
import { runSubgraphs } from '../../gateway/main.ts';
import { runChild } from './child-side.ts';
import { clock } from './clock.ts';
import type { SimulatorReady } from './simulator-process.ts';

export interface SubgraphsSettings extends SimulatorReady {
  readonly clockOffsetMs: number;
  readonly names: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

export interface UrlReady {
  readonly url: string;
}

await runChild<SubgraphsSettings>(async ({ clockOffsetMs, names, environment, namespace, apis }) => {
  const running = await runSubgraphs(names, readConfig(environment), {
    simulator: { apis },
    now: clock(clockOffsetMs),
    ...(namespace === undefined ? {} : { namespace }),
    log: pino({ level: 'error' }, pino.destination(2)),
  });
  return { ready: { url: running.url } satisfies UrlReady };
});
