// The whole world as owners (one a customer) and whose a given id or number is.
import { LRUCache } from 'lru-cache';
import type { CustomerModel } from './customer-model.ts';
import { ownerOfNumber, subscriber, subscriberIndex, subscriberOwner } from './generated-subscribers.ts';
import { acme, borealis, family, prepaid } from './pinned-customers.ts';

export interface World {
  readonly seed: number;
  readonly now: () => number;
  /** Address of a resource, e.g. href('service', 'svc-acme-m-01'). */
  readonly href: (resource: string, id: string | number) => string;
  readonly pinned: readonly CustomerModel[];
  /** How many generated customers follow the pinned ones. */
  readonly subscribers: number;
  /** The customer of an owner key, or undefined where the world has none. */
  customer(owner: string): CustomerModel | undefined;
  /** The customer whose object, place or phone number this is. */
  ownerOf(idOrNumber: string): string | undefined;
}

const KEPT_MODELS = 20_000;
const OWNER_IN_ID = /(?:^|-)(acme|borealis|family|moreau|prepaid|sub-\d{6,7})(?=-|$)/;
const NUMBER_IN_ID = /^(?:res-(?:msisdn|sim)-)?(\d{11})$/;

export interface WorldOptions {
  readonly seed: number;
  readonly subscribers: number;
  readonly now: () => number;
  readonly href: (resource: string, id: string | number) => string;
}

export function createWorld({ seed, subscribers, now, href }: WorldOptions): World {
  const pinned = [acme(seed), borealis(seed), family(), prepaid()];
  const byOwner = new Map(pinned.map((customer) => [customer.owner, customer]));
  const ownerByNumber = new Map<string, string>();
  for (const customer of pinned) {
    for (const { number } of customer.services)
      if (number !== undefined) ownerByNumber.set(number, customer.owner);
  }
  const kept = new LRUCache<number, CustomerModel>({ max: KEPT_MODELS });

  return {
    seed,
    now,
    href,
    pinned,
    subscribers,
    customer(owner) {
      const known = byOwner.get(owner);
      if (known !== undefined) return known;
      const index = subscriberIndex(owner);
      if (index === undefined || index < 1 || index > subscribers || owner !== subscriberOwner(index))
        return undefined;
      const before = kept.get(index);
      if (before !== undefined) return before;
      const drawn = subscriber(seed, index);
      kept.set(index, drawn);
      return drawn;
    },
    ownerOf(idOrNumber) {
      const number = NUMBER_IN_ID.exec(idOrNumber)?.[1];
      if (number !== undefined) return ownerByNumber.get(number) ?? ownerOfNumber(number);
      const owner = OWNER_IN_ID.exec(idOrNumber)?.[1];
      return owner === 'moreau' ? 'family' : owner;
    },
  };
}
