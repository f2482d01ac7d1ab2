// Who is told when a topic fires: one subscription on the bus for all streams of this process that follow it.
import type { TopicBus } from '../../schema/ports.ts';

export interface Followers<T> {
  /** Resolves when the bus listens: what fires after that is heard. */
  follow(topic: string, follower: T): Promise<void>;
  leave(topic: string, follower: T): void;
}

interface Followed<T> {
  readonly followers: Set<T>;
  readonly listening: Promise<() => Promise<void>>;
}

export function followersOf<T>(
  bus: TopicBus,
  onFired: (followers: Iterable<T>, topic: string) => void,
): Followers<T> {
  const topics = new Map<string, Followed<T>>();

  function followed(topic: string): Followed<T> {
    const known = topics.get(topic);
    if (known !== undefined) return known;
    const followers = new Set<T>();
    const made = { followers, listening: bus.subscribe(topic, () => onFired(followers, topic)) };
    topics.set(topic, made);
    return made;
  }

  return {
    async follow(topic, follower) {
      const { followers, listening } = followed(topic);
      followers.add(follower);
      await listening;
    },
    leave(topic, follower) {
      const known = topics.get(topic);
      if (known === undefined) return;
      known.followers.delete(follower);
      if (known.followers.size > 0) return;
      topics.delete(topic);
      known.listening.then((leave) => leave()).catch(() => undefined);
    },
  };
}
