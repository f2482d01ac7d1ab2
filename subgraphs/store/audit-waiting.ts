// Audit entries on their way to the log: alike ones become one with a count, in a bounded room.
import { LRUCache } from 'lru-cache';
import type { AuditEntry } from '../../schema/ports.ts';

export interface Waiting {
  readonly kind: string;
  /** Which of a kind that is about many: the customer whose data was read. */
  readonly about: string;
  readonly entry: AuditEntry;
  times: number;
}

export type Which = 'DUE' | 'ALL';

export interface WaitingRoom {
  /** Counted to the alike one that waits, else made and kept. False: there is no room. */
  add(kind: string, about: string, make: () => AuditEntry): boolean;
  /** The earliest first. */
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
  /** By kind, then by what it is about: one text of both for each customer of each answer would cost more than all else. */
  const waiting = new Map<string, Map<string, Waiting>>();
  let size = 0;
  /** When each kind was taken last. What is forgotten too early is merely written too early. */
  const taken = repeatsMs === 0 ? undefined : new LRUCache<string, number>({ max });
  const takenAs = ({ kind, about }: Waiting): string => `${kind}${about}`;

  function add(kind: string, about: string, make: () => AuditEntry, times: number): boolean {
    const ofKind = waiting.get(kind) ?? new Map<string, Waiting>();
    const same = ofKind.get(about);
    if (same !== undefined) same.times += times;
    else if (size >= max) return false;
    else {
      ofKind.set(about, { kind, about, entry: make(), times });
      waiting.set(kind, ofKind);
      size += 1;
    }
    return true;
  }

  return {
    add: (kind, about, make) => add(kind, about, make, 1),
    takeBack(waited) {
      taken?.delete(takenAs(waited));
      return add(waited.kind, waited.about, () => waited.entry, waited.times);
    },
    take(which) {
      const nowMs = performance.now();
      const due: Waiting[] = [];
      for (const [kind, ofKind] of waiting) {
        for (const each of ofKind.values()) {
          const last = taken?.get(takenAs(each));
          if (which === 'DUE' && last !== undefined && nowMs - last < repeatsMs) continue;
          taken?.set(takenAs(each), nowMs);
          ofKind.delete(each.about);
          due.push(each);
        }
        if (ofKind.size === 0) waiting.delete(kind);
      }
      size -= due.length;
      return due.sort((a, b) => a.entry.atMs - b.entry.atMs);
    },
    isEmpty: () => size === 0,
  };
}
