// Audit entries on their way to the log: alike ones become one with a count, in a bounded room.
import { LRUCache } from 'lru-cache';
import type { AuditEntry } from '../../schema/ports.ts';

export interface Waiting {
  readonly kind: string;
  readonly entry: AuditEntry;
  times: number;
}

export type Which = 'DUE' | 'ALL';

export interface WaitingRoom {
  /** Counted to the alike one that waits, else made and kept. False: there is no room. */
  add(kind: string, make: () => AuditEntry): boolean;
  take(which: Which): readonly Waiting[];
  /** What couldn't be written: it is due again. False: there is no room any more. */
  takeBack(waited: Waiting): boolean;
  isEmpty(): boolean;
}

interface Options {
  readonly max: number;
  /** So long after the first of a kind was taken, what is alike waits and is counted. 0: nothing waits. */
  readonly repeatsMs: number;
}

/** Entries that differ in their instant and request alone are one, with a count: a flood stays short. */
export const kindOf = ({
  actorId,
  customerId,
  action,
  objectId,
  outcome,
  detail,
  origin,
}: AuditEntry): string => JSON.stringify([actorId, customerId, action, objectId, outcome, detail, origin]);

export function waitingRoom({ max, repeatsMs }: Options): WaitingRoom {
  const waiting = new Map<string, Waiting>();
  /** When each kind was taken last. What is forgotten too early is merely written too early. */
  const taken = repeatsMs === 0 ? undefined : new LRUCache<string, number>({ max });
  function add(kind: string, make: () => AuditEntry, times: number): boolean {
    const same = waiting.get(kind);
    if (same !== undefined) same.times += times;
    else if (waiting.size >= max) return false;
    else waiting.set(kind, { kind, entry: make(), times });
    return true;
  }
  return {
    add: (kind, make) => add(kind, make, 1),
    takeBack({ kind, entry, times }) {
      taken?.delete(kind);
      return add(kind, () => entry, times);
    },
    take(which) {
      const nowMs = performance.now();
      const due: Waiting[] = [];
      for (const each of waiting.values()) {
        const last = taken?.get(each.kind);
        if (which === 'DUE' && last !== undefined && nowMs - last < repeatsMs) continue;
        taken?.set(each.kind, nowMs);
        waiting.delete(each.kind);
        due.push(each);
      }
      return due;
    },
    isEmpty: () => waiting.size === 0,
  };
}
