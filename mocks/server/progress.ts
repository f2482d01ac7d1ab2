// What happens to a row by itself after a client has created it: an order is worked on, a message is sent.
import type { Row } from './row.ts';
import type { Store } from './store.ts';
import type { Step } from './table.ts';

export interface Progress {
  began(store: Store, row: Row): void;
  /** Takes every step that is due. */
  settle(): void;
  close(): void;
}

interface Pending {
  readonly store: Store;
  readonly id: string;
  readonly sinceMs: number;
  /** The state in which the next step finds the row, unless a client has meddled: then there is no next step. */
  state: unknown;
  steps: readonly Step[];
}

const LOOK_EVERY_MS = 250;

export function createProgress(
  now: () => number,
  take: (store: Store, row: Row, step: Step) => Row,
): Progress {
  let pending: Pending[] = [];
  let timer: NodeJS.Timeout | undefined;

  function stateOf({ table }: Store, row: Row): unknown {
    return table.stateAttribute === undefined ? undefined : row[table.stateAttribute];
  }

  function advance(each: Pending): void {
    for (let [step, ...rest] = each.steps; step !== undefined; [step, ...rest] = rest) {
      if (each.sinceMs + step.afterMs > now()) return;
      const row = each.store.get(each.id);
      each.steps = row === undefined || stateOf(each.store, row) !== each.state ? [] : rest;
      if (each.steps !== rest || row === undefined) return;
      each.state = stateOf(each.store, take(each.store, row, step));
    }
  }

  function settle(): void {
    if (pending.length === 0) return;
    for (const each of pending) advance(each);
    pending = pending.filter(({ steps }) => steps.length > 0);
    if (pending.length === 0) stop();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    began(store, row) {
      const steps = store.table.steps?.(row) ?? [];
      if (steps.length === 0) return;
      pending.push({ store, id: String(row.id), sinceMs: now(), state: stateOf(store, row), steps });
      // listeners are told without anybody asking
      timer ??= setInterval(settle, LOOK_EVERY_MS).unref();
    },
    settle,
    close: stop,
  };
}
