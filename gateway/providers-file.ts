// The providers file's successors: a good one is taken whole, a bad one leaves the old one serving.
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { HealthSource } from '../schema/ports.ts';
import { watchFile } from './watched-file.ts';

interface Options {
  /** Absent where the back ends are the simulator's, and stay. */
  readonly file: string | undefined;
  /** Reads the file and takes what it says; gives what has changed, for the log. Rejects with every fault of it. */
  readonly take: () => Promise<object>;
  readonly log: Logger;
}

export interface ProvidersFile {
  /** Resolves with whether what is in force is now what stands in the file. */
  reload(): Promise<boolean>;
  readonly health: HealthSource;
  stop(): void;
}

/** A reason is for operators; the whole list is in the log. */
const MAX_REASON_CHARACTERS = 500;

/** Looks after the file from now on. */
export async function openProvidersFile({ file, take, log }: Options): Promise<ProvidersFile> {
  if (file === undefined)
    return { reload: async () => true, health: { health: async () => [] }, stop: () => undefined };
  let refused: string | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function attempt(): Promise<boolean> {
    try {
      log.info(await take(), 'the providers file is in force as it is now');
      refused = undefined;
      return true;
    } catch (error) {
      refused = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON_CHARACTERS);
      log.error({ err: error }, 'the new providers file is refused; the old one serves on');
      return false;
    }
  }

  const reload = (): Promise<boolean> => {
    const taken = last.then(attempt);
    last = taken;
    return taken;
  };
  const stop = await watchFile(resolve(file), () => void reload());
  return {
    reload,
    stop,
    health: {
      health: async () => [
        {
          name: 'providers',
          kind: 'CONFIGURATION',
          state: refused === undefined ? 'UP' : 'DEGRADED',
          embedded: false,
          required: false,
          ...(refused === undefined ? {} : { detail: `the former file serves on; refused: ${refused}` }),
        },
      ],
    },
  };
}
