// Several processes on one port: the first one starts the others, replaces those that crash, and ends them all.
import cluster, { type Worker } from 'node:cluster';

/** What a worker is told before it starts. */
export interface Order<Given> {
  readonly given: Given;
  /** Of the workers, this one speaks for them all where only one may. */
  readonly first: boolean;
}

type Message =
  | { readonly kind: 'WAITING' }
  | { readonly kind: 'READY'; readonly ready: unknown }
  | { readonly kind: 'FAULT'; readonly message: string };

export type WorkerEvent =
  | { readonly kind: 'CRASHED'; readonly pid: number | undefined; readonly how: string }
  | { readonly kind: 'REPLACED'; readonly pid: number | undefined };

interface Options<Given> {
  readonly count: number;
  readonly given: Given;
  /** After this a worker that should end is killed. */
  readonly endTimeoutMs: number;
  readonly onEvent: (event: WorkerEvent) => void;
}

export interface Workers<Ready> {
  /** What the first worker said of itself, when all were ready. */
  readonly ready: Ready;
  signal(name: 'SIGHUP'): void;
  /** Resolves when every worker has ended; false: some had to be killed, or failed. */
  stop(): Promise<boolean>;
}

/** A worker that dies again and again costs the others their CPU: the pause before the next doubles up to a bound. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** Having lived so long, a worker counts as sound. */
const SOUND_MS = 60_000;

interface Slot {
  readonly first: boolean;
  worker: Worker;
  startedMs: number;
  pauseMs: number;
}

/** In the primary process. @throws Error when a worker can't start at first: its configuration is every worker's. */
export async function startWorkers<Given, Ready>(options: Options<Given>): Promise<Workers<Ready>> {
  const { count, given, endTimeoutMs, onEvent } = options;
  let stopping = false;
  const timers = new Set<NodeJS.Timeout>();
  const slots: Slot[] = [];

  /** Resolves when it is ready, rejects when it ends before. */
  function start(slot: Pick<Slot, 'first'>): { worker: Worker; ready: Promise<unknown> } {
    const worker = cluster.fork();
    const ready = new Promise<unknown>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        // an order that is sent before anybody there listens is lost
        if (message.kind === 'WAITING') worker.send({ given, first: slot.first } satisfies Order<Given>);
        else if (message.kind === 'READY') resolve(message.ready);
        else reject(new Error(message.message));
      });
      worker.once('exit', (code, signal) => reject(new Error(`a worker ended: ${signal ?? code}`)));
    });
    return { worker, ready };
  }

  function watch(slot: Slot): void {
    const { worker } = slot;
    worker.once('exit', (code, signal) => {
      if (stopping) return;
      onEvent({ kind: 'CRASHED', pid: worker.process.pid, how: signal ?? `exit code ${code}` });
      const sound = performance.now() - slot.startedMs > SOUND_MS;
      slot.pauseMs = sound ? FIRST_PAUSE_MS : Math.min(2 * slot.pauseMs, LONGEST_PAUSE_MS);
      const timer = setTimeout(() => {
        timers.delete(timer);
        replace(slot);
      }, slot.pauseMs);
      timers.add(timer);
    });
  }

  function replace(slot: Slot): void {
    const { worker, ready } = start(slot);
    slot.worker = worker;
    slot.startedMs = performance.now();
    watch(slot);
    ready.then(
      () => onEvent({ kind: 'REPLACED', pid: worker.process.pid }),
      // its exit is seen, and it is replaced in turn
      () => undefined,
    );
  }

  async function stop(): Promise<boolean> {
    stopping = true;
    for (const timer of timers) clearTimeout(timer);
    return (await Promise.all(slots.map(({ worker }) => ended(worker, endTimeoutMs)))).every(Boolean);
  }

  const starting = Array.from({ length: count }, (_, index) => {
    const { worker, ready } = start({ first: index === 0 });
    slots.push({ first: index === 0, worker, startedMs: performance.now(), pauseMs: FIRST_PAUSE_MS / 2 });
    return ready;
  });
  try {
    const [ready] = await Promise.all(starting);
    for (const slot of slots) {
      if (slot.worker.isDead()) replace(slot);
      else watch(slot);
    }
    return {
      ready: ready as Ready, // what `runWorker` was given to say
      signal: (name) => {
        for (const { worker } of slots) if (!worker.isDead()) worker.process.kill(name);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ended(worker: Worker, timeoutMs: number): Promise<boolean> {
  if (worker.isDead()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const late = setTimeout(() => worker.process.kill('SIGKILL'), timeoutMs);
    worker.once('exit', (code) => {
      clearTimeout(late);
      resolve(code === 0);
    });
    worker.process.kill('SIGTERM');
  });
}

/** In a worker: the order that the primary gave it. */
export function orderOf<Given>(): Promise<Order<Given>> {
  return new Promise((resolve) => {
    // the primary, in this file, sends nothing else
    process.once('message', (order) => resolve(order as Order<Given>));
    void tellPrimary({ kind: 'WAITING' });
  });
}

export function tellPrimary(message: Message): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
