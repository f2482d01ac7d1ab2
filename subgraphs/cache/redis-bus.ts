// Topics over Redis: a message reaches the listeners of this process at once, those of the others through Redis.
import type { TopicBus } from '../../schema/ports.ts';
import { localBus } from './local-bus.ts';
import type { Connection } from './redis-connection.ts';

interface RedisBus extends TopicBus {
  onGap(listener: () => void): void;
  close(): Promise<void>;
}

interface RedisBusOptions {
  readonly connection: Connection;
  readonly prefix: string;
  /** Marks our own messages, so that they aren't heard twice. */
  readonly instance: string;
  readonly onFault: (error: unknown) => void;
}

/** Channels in one SUBSCRIBE: after a reconnect there may be one for every actor signed in. */
const CHANNELS_AT_ONCE = 500;
/** A subscribed connection is silent by nature: with this and the bound on silence a dead one is left within 15 s. */
const PROBE_MS = 10_000;

export function redisBus({ connection, prefix, instance, onFault }: RedisBusOptions): RedisBus {
  const local = localBus(onFault);
  const onGap: (() => void)[] = [];
  const channelOf = (topic: string) => `${prefix}topic:${topic}`;
  const topicOf = (channel: string) => channel.slice(channelOf('').length);
  let opened: { readonly subscriber: Connection; readonly probe: NodeJS.Timeout } | undefined;

  /** Makes Redis agree with the listeners. A failure is mended by the reconnect that it causes. */
  async function listen(subscriber: Connection, topics: readonly string[]): Promise<void> {
    for (let start = 0; start < topics.length; start += CHANNELS_AT_ONCE) {
      const channels = topics.slice(start, start + CHANNELS_AT_ONCE).map(channelOf);
      await subscriber.run(async () => subscriber.client.subscribe(...channels));
    }
  }

  function reconnect(subscriber: Connection): void {
    if (subscriber.client.status === 'ready') subscriber.client.disconnect(true);
  }

  /** On the first subscription: many processes (a subgraph, a command line) never listen. */
  function subscriberConnection(): Connection {
    if (opened !== undefined) return opened.subscriber;
    const subscriber = connection.another();
    subscriber.client.on('message', (channel: string, text: string) => {
      const end = text.indexOf(' ');
      if (text.slice(0, end) !== instance) local.deliver(topicOf(channel), text.slice(end + 1));
    });
    let heard = false;
    subscriber.client.on('ready', () => {
      listen(subscriber, local.topics()).then(
        () => {
          if (heard) for (const listener of onGap) listener();
          heard = true;
        },
        () => reconnect(subscriber),
      );
    });
    const probe = setInterval(() => {
      if (subscriber.client.status === 'ready') subscriber.client.ping().catch(onFault);
    }, PROBE_MS).unref();
    opened = { subscriber, probe };
    return subscriber;
  }

  return {
    async publish(topic, message) {
      local.deliver(topic, message);
      // a fault was reported where it happened; at most once means that nobody retries
      await connection
        .run(async () => connection.client.publish(channelOf(topic), `${instance} ${message}`))
        .catch(() => {});
    },
    async subscribe(topic, listener) {
      const first = !local.has(topic);
      const remove = local.add(topic, listener);
      const subscriber = subscriberConnection();
      if (first) await listen(subscriber, [topic]).catch(() => reconnect(subscriber));
      return async () => {
        const had = local.has(topic);
        remove();
        if (!had || local.has(topic)) return;
        await subscriber.run(async () => subscriber.client.unsubscribe(channelOf(topic))).catch(() => {});
      };
    },
    onGap: (listener) => void onGap.push(listener),
    async close() {
      clearInterval(opened?.probe);
      await opened?.subscriber.close();
    },
  };
}
