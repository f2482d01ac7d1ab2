// Bounded concurrency: so many calls at a time, the rest in a queue that knows deadlines.
import { type Budget, onAbort } from './budget.ts';

type Slot =
  | { readonly kind: 'HELD'; readonly release: () => void }
  | { readonly kind: 'EXPIRED' }
  | { readonly kind: 'FULL' };

export interface Slots {
  /** First come, first served. EXPIRED: the budget was spent in the queue. FULL: the queue is at its bound. */
  acquire(budget: Budget): Promise<Slot>;
  readonly waiting: () => number;
}

export function createSlots(width: number, maxWaiting: number): Slots {
  let held = 0;
  // insertion order is the queue's order, and leaving from its middle is cheap
  const queue = new Set<() => void>();

  function release(): void {
    const next = queue.values().next();
    if (next.done === true) held -= 1;
    else {
      queue.delete(next.value);
      next.value();
    }
  }

  function heldOnce(): Slot {
    let released = false;
    return {
      kind: 'HELD',
      release: () => {
        if (released) return;
        released = true;
        release();
      },
    };
  }

  return {
    waiting: () => queue.size,
    acquire(budget) {
      if (budget.spent()) return Promise.resolve({ kind: 'EXPIRED' });
      if (held < width) {
        held += 1;
        return Promise.resolve(heldOnce());
      }
      if (queue.size >= maxWaiting) return Promise.resolve({ kind: 'FULL' });
      return new Promise((resolve) => {
        const leave = () => {
          queue.delete(enter);
          settle({ kind: 'EXPIRED' });
        };
        const timer = setTimeout(leave, budget.remainingMs());
        const forget = onAbort(budget.signal, leave);
        const settle = (slot: Slot) => {
          clearTimeout(timer);
          forget();
          resolve(slot);
        };
        const enter = () => settle(heldOnce());
        queue.add(enter);
      });
    },
  };
}
