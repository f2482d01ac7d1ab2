// `npm start`: runs a gateway, or with `--only a,b` those subgraphs alone, until it is told to stop.
import './production.ts';
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { banner } from './banner.ts';
import { type Config, readConfig } from './config.ts';
import { type Running, runGateway, runSubgraphs } from './main.ts';
import { openSimulator, type Surroundings } from './parts.ts';
import { fellowsOf, orderOf, startWorkers, tellPrimary } from './workers.ts';

/** What a worker needs of the primary: the simulator that all share, in demo mode. */
interface Given {
  readonly simulator: Surroundings['simulator'] | undefined;
}

type Shown = Pick<Running, 'url' | 'actors'>;

/** Beyond the time for what is in flight: for closing stores and connections. */
const CLOSING_MS = 5000;

const PARENT_LOOK_MS = 500;

/** npm runs us below a shell that hands no signal on: told to stop, both are gone, and nobody has told us. */
function whenLeftBehind(told: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    told();
  }, PARENT_LOOK_MS).unref();
}

/** `stop` resolves with whether all ended as it should. */
function obey(stop: () => Promise<boolean>, reload: () => void, say: (line: string) => void): void {
  let ending = false;
  const end = (why: string): void => {
    if (ending) return;
    ending = true;
    say(`${why}: answering what is in flight, then stopping.`);
    stop().then(
      (clean) => process.exit(clean ? 0 : 1),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', () => end('SIGINT'));
  process.once('SIGTERM', () => end('SIGTERM'));
  process.on('SIGHUP', reload);
  whenLeftBehind(() => end('npm has ended'));
}

function obeyAlone(running: Running, say: (line: string) => void): void {
  const stop = () => running.stop().then(() => true);
  obey(stop, () => void running.reload?.(), say);
}

async function runPrimary(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel }, pino.destination(2));
  const simulator = await openSimulator(config);
  const { ready, stop, signal } = await startWorkers<Given, Shown>({
    count: config.workers,
    given: { simulator: simulator && { apis: simulator.apis } },
    endTimeoutMs: config.drainTimeoutMs + CLOSING_MS,
    onEvent: ({ kind, ...event }) =>
      log.warn(event, kind === 'CRASHED' ? 'a worker crashed' : 'it is replaced'),
  });
  console.log(banner(ready, config));
  const stopAll = async (): Promise<boolean> => {
    const clean = await stop();
    await simulator?.close();
    return clean;
  };
  obey(stopAll, () => signal('SIGHUP'), console.log);
}

async function runWorker(config: Config): Promise<void> {
  const order = await orderOf<Given>();
  const { given, first } = order;
  try {
    const running = await runGateway(config, {
      ...(given.simulator === undefined ? {} : { simulator: given.simulator }),
      subscribes: first,
      fellows: fellowsOf(order),
    });
    const { url, actors } = running;
    obeyAlone(running, () => undefined);
    await tellPrimary({ kind: 'READY', ready: { url, actors } satisfies Shown });
  } catch (error) {
    await tellPrimary({ kind: 'FAULT', message: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const config = readConfig();
  const names = values.only?.split(',').map((name) => name.trim());
  if (cluster.isWorker) return runWorker(config);
  if (config.workers > 1 && names === undefined) return runPrimary(config);
  const running = await (names === undefined ? runGateway(config) : runSubgraphs(names, config));
  console.log(banner(running, config, names));
  obeyAlone(running, console.log);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
