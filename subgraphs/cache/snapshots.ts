// Snapshots by id in this process: each at most a moment old, and dropped at once when its topic says that it changed.
import { LRUCache } from 'lru-cache';
import type { TopicBus } from '../../schema/ports.ts';

export interface SnapshotOptions<T> {
  readonly load: (id: string) => Promise<T>;
  readonly topicOf: (id: string) => string;
  /** Without it a change is seen after `maxAgeMs`. */
  readonly bus: TopicBus | undefined;
  /** Bound on a change's delay when the bus loses its message. */
  readonly maxAgeMs: number;
  readonly max: number;
}

interface Entry<T> {
  snapshot: Promise<T>;
  readAtMs: number;
  leave: Promise<() => Promise<void>> | undefined;
}

function expire(entry: { readAtMs: number }): void {
  entry.readAtMs = Number.NEGATIVE_INFINITY;
}

/** Reads through; rejects when `load` does, and never answers from a snapshot older than `maxAgeMs`. */
export function createSnapshots<T>(options: SnapshotOptions<T>): (id: string) => Promise<T> {
  const { load, topicOf, bus, maxAgeMs, max } = options;
  const entries = new LRUCache<string, Entry<T>>({
    max,
    // the subscription goes with the entry; it outlives the snapshot, which is read anew when it is old
    dispose: (entry) => void entry.leave?.then((leave) => leave()).catch(() => {}),
    noDisposeOnSet: true,
  });

  function forget(id: string): void {
    const entry = entries.peek(id);
    // a read under way may have begun before the change: who comes now must not join it
    if (entry !== undefined) expire(entry);
  }

  return async (id) => {
    const known = entries.get(id);
    // real time: the bound holds whatever instant the operation is answered for
    if (known !== undefined && performance.now() - known.readAtMs < maxAgeMs) return known.snapshot;
    const leave = known?.leave ?? bus?.subscribe(topicOf(id), () => forget(id));
    const entry: Entry<T> = { snapshot: load(id), readAtMs: performance.now(), leave };
    entries.set(id, entry);
    // a change between the first read and the start of the listening would be missed: read once more after it
    if (known === undefined) leave?.then(() => expire(entry)).catch(() => {});
    // a failed read isn't kept: the next one asks again
    entry.snapshot.catch(() => expire(entry));
    return entry.snapshot;
  };
}
