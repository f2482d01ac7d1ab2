// A process of our gateway as `npm start` makes it, on a simulator that runs elsewhere.
import { pino } from 'pino';
import { readConfig } from '../../gateway/config.ts';
import { runGateway } from '../../gateway/main.ts';
import { runChild } from './child-side.ts';
import { clock } from './clock.ts';
import type { SimulatorReady } from './simulator-process.ts';
import type { UrlReady } from './subgraphs-process.ts';

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
  return { ready: { url: `${running.url}/graphql` } satisfies UrlReady };
});
