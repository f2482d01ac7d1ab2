// What the memory cache and the Redis cache both do: versioned values, leases, a topic bus, health.
import type { HealthSource, ResponseStore, TopicBus } from '../../schema/ports.ts';

/** Version of a key that nobody has written. */
export const NOTHING = '';

/** How long a dropped key, or a value from an event, outlives its use: a load that began before must still meet it. */
export const FENCE_MS = 60_000;

export interface Stored {
  /** Undefined where there is no value: never written, expired, or dropped a moment ago. */
  readonly value: string | undefined;
  /** New with every write and every drop; NOTHING where the key is unknown. Unordered: compare for equality only. */
  readonly version: string;
}

export interface Write {
  readonly key: string;
  readonly value: string;
  readonly ttlMs: number;
  /**
   * The version that the writer saw before it began to load: the write is refused when another one is there by now,
   * so that a slow load never overwrites a newer event. Without it the write always happens.
   */
  readonly over?: string;
}

/**
 * The methods of the ports (get, set, publish, subscribe, health) never reject: a fault is a miss, a lost message or
 * a state. The others reject on a fault, at the latest after the driver's command timeout.
 */
export interface CacheDriver extends ResponseStore, TopicBus, HealthSource {
  /** In the order of the keys. */
  getMany(keys: readonly string[]): Promise<readonly Stored[]>;
  /** In the order of the writes: undefined where it was written, else what is there instead. */
  setMany(writes: readonly Write[]): Promise<readonly (Stored | undefined)[]>;
  drop(keys: readonly string[]): Promise<void>;
  /** A token, or undefined while another one holds the lease. */
  lease(key: string, leaseMs: number): Promise<string | undefined>;
  /** False when the lease had ended or passed to another one. */
  renew(key: string, token: string, leaseMs: number): Promise<boolean>;
  release(key: string, token: string): Promise<void>;
  close(): Promise<void>;
}
