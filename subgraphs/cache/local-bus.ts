// Topic listeners of this process: the whole bus without Redis, the last step of it with Redis.
import type { TopicBus } from '../../schema/ports.ts';

type Listener = (message: string) => void;

export interface LocalBus {
  deliver(topic: string, message: string): void;
  /** Returns what removes the listener; calling that twice is harmless. */
  add(topic: string, listener: Listener): () => void;
  has(topic: string): boolean;
  topics(): string[];
}

export function localBus(onFault: (error: unknown) => void = () => {}): LocalBus {
  // an entry for each subscription, not for each function: one listener may be subscribed twice
  const entries = new Map<string, Set<{ readonly listener: Listener }>>();
  return {
    deliver(topic, message) {
      for (const entry of [...(entries.get(topic) ?? [])]) {
        try {
          entry.listener(message);
        } catch (error) {
          // a listener that throws must cost neither the publisher nor the other listeners
          onFault(error);
        }
      }
    },
    add(topic, listener) {
      const entry = { listener };
      const known = entries.get(topic) ?? new Set();
      entries.set(topic, known.add(entry));
      return () => {
        known.delete(entry);
        if (known.size === 0 && entries.get(topic) === known) entries.delete(topic);
      };
    },
    has: (topic) => entries.has(topic),
    topics: () => [...entries.keys()],
  };
}

export function asTopicBus(bus: LocalBus): TopicBus {
  return {
    async publish(topic, message) {
      bus.deliver(topic, message);
    },
    async subscribe(topic, listener) {
      const remove = bus.add(topic, listener);
      return async () => remove();
    },
  };
}
