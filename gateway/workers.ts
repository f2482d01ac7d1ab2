// Several processes on one port: the first one starts the others, replaces those that crash, and ends them all.
import cluster, { type Worker } from 'node:cluster';

/** What a worker is told before it starts. */
export interface Order<Given> {
  readonly given: Given;
  /** Of the workers, this one speaks for them all where only one may. */
  readonly first: boolean;
  /** From 1; who replaces a worker takes over its number. */
  readonly number: number;
}

type Message =
  | { readonly kind: 'WAITING' }
  | { readonly kind: 'READY'; readonly ready: unknown }
  | { readonly kind: 'FAULT'; readonly message: string }
  | { readonly kind: 'GATHER'; readonly id: number }
  | { readonly kind: 'TOLD'; readonly id: number; readonly said: unknown };

/** To a worker, after its order. */
type Call =
  | { readonly kind: 'TELL'; readonly id: number }
  | { readonly kind: 'GATHERED'; readonly id: number; readonly all: readonly unknown[] };

/** The workers of one port, as one of them sees them. */
export interface Fellows {
  readonly number: number;
  /** What each of those that serve says, this one too; who doesn't answer in time is left out. */
  gather(): Promise<readonly unknown[]>;
  /** What this one says. */
  tell(say: () => Promise<unknown>): void;
}

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

/** A worker that is busy for longer than this is left out of what is gathered. */
const TELL_TIMEOUT_MS = 2000;

interface Slot {
  readonly number: number;
  serves: boolean;
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
  const told = new Map<number, (said: unknown) => void>();
  let lastId = 0;

  function ask({ worker }: Slot): Promise<unknown> {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve) => {
      const hear = (said: unknown): void => {
        clearTimeout(late);
        told.delete(id);
        resolve(said);
      };
      const late = setTimeout(hear, TELL_TIMEOUT_MS, undefined);
      told.set(id, hear);
      // gone meanwhile: it is left out
      worker.send({ kind: 'TELL', id } satisfies Call, (error) => error && hear(undefined));
    });
  }

  async function gather(asking: Worker, id: number): Promise<void> {
    const said = await Promise.all(slots.filter(({ serves }) => serves).map(ask));
    const all = said.filter((each) => each !== undefined);
    // who asked may be gone: nobody waits then
    asking.send({ kind: 'GATHERED', id, all } satisfies Call, () => undefined);
  }

  /** Resolves when it is ready, rejects when it ends before. */
  function start({ number }: Pick<Slot, 'number'>): { worker: Worker; ready: Promise<unknown> } {
    const worker = cluster.fork();
    const ready = new Promise<unknown>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        // an order that is sent before anybody there listens is lost
        if (message.kind === 'WAITING')
          worker.send({ given, first: number === 1, number } satisfies Order<Given>);
        else if (message.kind === 'READY') resolve(message.ready);
        else if (message.kind === 'GATHER') void gather(worker, message.id);
        else if (message.kind === 'TOLD') told.get(message.id)?.(message.said);
        else reject(new Error(message.message));
      });
      worker.once('exit', (code, signal) => reject(new Error(`a worker ended: ${signal ?? code}`)));
    });
    return { worker, ready };
  }

  function watch(slot: Slot): void {
    const { worker } = slot;
    worker.once('exit', (code, signal) => {
      slot.serves = false;
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
      () => {
        slot.serves = true;
        onEvent({ kind: 'REPLACED', pid: worker.process.pid });
      },
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
    const number = index + 1;
    const { worker, ready } = start({ number });
    slots.push({ number, serves: false, worker, startedMs: performance.now(), pauseMs: FIRST_PAUSE_MS / 2 });
    return ready;
  });
  try {
    const [ready] = await Promise.all(starting);
    for (const slot of slots) {
      if (slot.worker.isDead()) replace(slot);
      else {
        slot.serves = true;
        watch(slot);
      }
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

/** In a worker, once its order has come. */
export function fellowsOf({ number }: Pick<Order<unknown>, 'number'>): Fellows {
  let told: () => Promise<unknown> = async () => undefined;
  let lastId = 0;
  const waiting = new Map<number, (all: readonly unknown[]) => void>();
  process.on('message', (call: Call) => {
    const { id } = call;
    if (call.kind === 'TELL')
      told()
        .catch(() => undefined)
        .then((said) => tellPrimary({ kind: 'TOLD', id, said }));
    else {
      waiting.get(id)?.(call.all);
      waiting.delete(id);
    }
  });
  return {
    number,
    gather: () => {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        void tellPrimary({ kind: 'GATHER', id });
      });
    },
    tell: (say) => {
      told = say;
    },
  };
}
