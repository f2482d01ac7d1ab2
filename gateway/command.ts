// `npm start`: runs a gateway, or with `--only a,b` those subgraphs alone, until it is told to stop.
import { parseArgs } from 'node:util';
import { banner } from './banner.ts';
import { readConfig } from './config.ts';
import { runGateway, runSubgraphs } from './main.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const config = readConfig();
  const names = values.only?.split(',').map((name) => name.trim());
  const running = await (names === undefined ? runGateway(config) : runSubgraphs(names, config));
  console.log(banner({ url: running.url, actors: running.actors }, config, names));
  const stop = (signal: string) => {
    console.log(`${signal}: answering what is in flight, then stopping.`);
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', () => stop('SIGINT'));
  process.once('SIGTERM', () => stop('SIGTERM'));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
