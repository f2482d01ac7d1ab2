// Processes of the benchmark: each is started, asked and ended by its own handle, and none outlives the run.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WITH_TYPESCRIPT } from '../support/typescript.ts';
import type { Answer, Usage } from './child-side.ts';

const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 10_000;

export interface Child<Ready> {
  readonly name: string;
  readonly ready: Ready;
  ask(command: string, payload?: unknown): Promise<unknown>;
  usage(): Promise<Usage>;
}

export interface Children {
  /** `file`: beside this one. `nodeFlags`: for V8 and the profiler. */
  start<Ready>(
    name: string,
    file: string,
    settings: unknown,
    nodeFlags?: readonly string[],
  ): Promise<Child<Ready>>;
  stopAll(): Promise<void>;
  /** The same, and no other is started any more: whatever waits for one fails. */
  cancel(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** An environment of nothing else: what the developer's shell has set changes no measurement. */
const ENVIRONMENT = { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true' };

function launch(file: string, settings: unknown, nodeFlags: readonly string[]): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    execArgv: [...WITH_TYPESCRIPT, ...nodeFlags],
    env: ENVIRONMENT,
    // the last line of standard output is the result; nothing of a child's may follow it
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // not as an argument: a supergraph is longer than one may be
  child.send({ settings }, () => undefined); // one that is gone already tells so by its exit
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    if (child.connected) child.disconnect();
  });
}

function handle(name: string, child: ChildProcess) {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const ready = new Promise<unknown>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} did not start in time`)), START_TIMEOUT_MS);
    child.on('message', (message) => {
      // both ends of the channel are in this folder
      const answer = message as Answer;
      if (answer.kind === 'READY') resolve(answer.ready);
      else if (answer.kind === 'RESULT') waiting.get(answer.id)?.resolve(answer.result);
      else if (answer.id === undefined) reject(new Error(`${name}: ${answer.message}`));
      else waiting.get(answer.id)?.reject(new Error(`${name}: ${answer.message}`));
      if (answer.kind !== 'READY' && answer.id !== undefined) waiting.delete(answer.id);
      else clearTimeout(late);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      const gone = new Error(`${name} ended: ${signal ?? `exit code ${code}`}`);
      reject(gone);
      for (const each of waiting.values()) each.reject(gone);
    });
  });
  const ask = (command: string, payload?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, command, payload }, (error) => {
        if (error !== null) reject(error);
      });
    });
  return { ready, ask };
}

export function createChildren(): Children {
  const running = new Set<ChildProcess>();
  const killAll = (): void => {
    for (const child of running) child.kill('SIGKILL');
  };
  process.once('exit', killAll);
  let cancelled = false;
  const stopAll = async (): Promise<void> => {
    await Promise.all([...running].map(ended));
  };
  return {
    async start<Ready>(name: string, file: string, settings: unknown, nodeFlags: readonly string[] = []) {
      if (cancelled) throw new Error('interrupted');
      const child = launch(file, settings, nodeFlags);
      running.add(child);
      child.once('exit', () => running.delete(child));
      const { ready, ask } = handle(name, child);
      return {
        name,
        // the caller names the file and what that file tells
        ready: (await ready) as Ready,
        ask,
        usage: () => ask('usage') as Promise<Usage>, // child-side.ts answers it
      };
    },
    stopAll,
    cancel: () => {
      cancelled = true;
      return stopAll();
    },
  };
}
