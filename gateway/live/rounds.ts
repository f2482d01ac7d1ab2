// When streams are run again: what fires together is one round, and no stream has more than four rounds a second.

/** What fires within this time is one burst. */
const GATHER_MS = 10;
/** Between the beginnings of two runs of one stream. */
const GAP_MS = 250;
/** After so many runs without a pause the gap grows, up to this: what fires all the time isn't worth a run each time. */
const MANY_RUNS = 20;
const LONGEST_GAP_MS = 2_000;
/** Runs at a time in this process: a topic with thousands of streams leaves room for requests. */
const RUNS_AT_ONCE = 32;

export interface Run {
  /** By performance.now(); negative infinity: never yet. */
  lastRunMs: number;
  running: boolean;
  /** Runs without a pause between them. */
  streak: number;
}

const gapOf = ({ streak }: Run): number =>
  Math.min(LONGEST_GAP_MS, GAP_MS * 2 ** Math.max(0, streak - MANY_RUNS));

/** Runs within one round that have the same key have one result. */
export type Shared<R> = Map<string, Promise<R>>;

export interface Rounds<T extends Run> {
  /** Each is run soon, after what has been told so far; and so long after its last run. */
  add(runs: Iterable<T>, gapMs?: number): void;
  /** Now, alone. */
  first(run: T): void;
  remove(run: T): void;
  stop(): void;
}

export function createRounds<T extends Run, R>(
  work: (run: T, shared: Shared<R>) => Promise<void>,
): Rounds<T> {
  /** When each is due, by performance.now(). */
  const waiting = new Map<T, number>();
  const queue: (() => Promise<void>)[] = [];
  let busy = 0;
  let timer: { readonly at: number; readonly handle: NodeJS.Timeout } | undefined;

  function arm(atMs: number): void {
    if (timer !== undefined) {
      if (timer.at <= atMs) return;
      clearTimeout(timer.handle);
    }
    const handle = setTimeout(begin, Math.max(0, atMs - performance.now()));
    timer = { at: atMs, handle };
  }

  function begin(): void {
    timer = undefined;
    const nowMs = performance.now();
    const shared: Shared<R> = new Map();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [run, dueMs] of waiting) {
      // one that runs is looked at again when it ends
      if (run.running) continue;
      // a timer may fire a fraction of a millisecond early
      if (dueMs > nowMs + 1) nextMs = Math.min(nextMs, dueMs);
      else enter(run, shared);
    }
    if (nextMs < Number.POSITIVE_INFINITY) arm(nextMs);
  }

  function enter(run: T, shared: Shared<R>): void {
    // told again from here on, it runs again
    waiting.delete(run);
    run.running = true;
    const nowMs = performance.now();
    run.streak = nowMs - run.lastRunMs < 2 * gapOf(run) ? run.streak + 1 : 0;
    run.lastRunMs = nowMs;
    queue.push(() => work(run, shared).finally(() => left(run)));
    pump();
  }

  function left(run: T): void {
    run.running = false;
    const dueMs = waiting.get(run);
    if (dueMs !== undefined) arm(dueMs);
  }

  function pump(): void {
    while (busy < RUNS_AT_ONCE) {
      const next = queue.shift();
      if (next === undefined) return;
      busy += 1;
      // work never rejects
      void next().finally(() => {
        busy -= 1;
        pump();
      });
    }
  }

  return {
    add(runs, gapMs = 0) {
      const soonMs = performance.now() + GATHER_MS;
      let atMs = Number.POSITIVE_INFINITY;
      for (const run of runs) {
        const dueMs = Math.max(run.lastRunMs + Math.max(gapMs, gapOf(run)), soonMs);
        const known = waiting.get(run) ?? Number.POSITIVE_INFINITY;
        waiting.set(run, Math.min(known, dueMs));
        if (!run.running) atMs = Math.min(atMs, dueMs);
      }
      if (atMs < Number.POSITIVE_INFINITY) arm(atMs);
    },
    first: (run) => enter(run, new Map()),
    remove: (run) => void waiting.delete(run),
    stop() {
      clearTimeout(timer?.handle);
      waiting.clear();
    },
  };
}
