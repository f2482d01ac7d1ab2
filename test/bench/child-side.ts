// The child's end of a benchmark process: starts what it is for, answers its parent, and never outlives it.

import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

export interface Usage {
  /** User and system, all threads, since the process began. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** In bytes, after a collection: the process must run with --expose-gc. */
export type Memory = NodeJS.MemoryUsage;

async function collected(): Promise<Memory> {
  if (globalThis.gc === undefined) throw new Error('memory is told with --expose-gc only');
  for (let at = 0; at < 3; at += 1) {
    globalThis.gc();
    // what finalizers let go of is collected by the next one
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage();
}

/** What a parent asks and a child answers over the channel. */
export interface Question {
  readonly id: number;
  readonly command: string;
  readonly payload: unknown;
}
export type Answer =
  | { readonly kind: 'READY'; readonly ready: unknown }
  | { readonly kind: 'RESULT'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'FAULT'; readonly id: number | undefined; readonly message: string };

interface Started {
  /** Told to the parent when the process can be used. */
  readonly ready: unknown;
  readonly commands?: Readonly<Record<string, (payload: unknown) => unknown>>;
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
}

/** The main thread's profile, so that loading and compiling on others stay out of it. */
function profiler(): { start(): Promise<void>; end(path: string): Promise<void> } {
  const session = new Session();
  return {
    async start() {
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
    },
    async end(path) {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      await writeFile(path, JSON.stringify(profile));
    },
  };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

function tell(answer: Answer): void {
  process.send?.(answer);
}

const settingsOf = <Settings>(): Promise<Settings> =>
  new Promise((resolve) => {
    // the parent's `Settings` and ours are one type
    process.once('message', (message) => resolve((message as { readonly settings: Settings }).settings));
  });

/** Settings are the first that the parent says. */
export async function runChild<Settings>(start: (settings: Settings) => Promise<Started>): Promise<void> {
  // the parent has let go or is gone: nobody will ask again, and nothing here is worth an orderly end
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole group; the parent decides
  process.on('SIGINT', () => undefined);
  try {
    const profile = profiler();
    const started = await start(await settingsOf<Settings>());
    process.on('message', (message) => {
      // both ends of the channel are in this folder
      const { id, command, payload } = message as Question;
      const act = async () => {
        if (command === 'usage') return usage();
        if (command === 'memory') return collected();
        if (command === 'profile') return profile.start();
        if (command === 'end-profile') return profile.end(String(payload));
        const asked = started.commands?.[command];
        if (asked === undefined) throw new Error(`no command ${command}`);
        return asked(payload);
      };
      act().then(
        (result) => tell({ kind: 'RESULT', id, result: result ?? null }),
        (error: unknown) => tell({ kind: 'FAULT', id, message: messageOf(error) }),
      );
    });
    tell({ kind: 'READY', ready: started.ready });
  } catch (error) {
    tell({ kind: 'FAULT', id: undefined, message: messageOf(error) });
    process.exitCode = 1;
    process.disconnect?.();
  }
}
