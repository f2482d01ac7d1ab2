// What resolvers pass to one another: a back end's object (or a part of one) with its type and provider.
import type { Position } from '../schema/access.ts';
import { encodeId, type GlobalId } from '../schema/id.ts';

export interface Item {
  readonly __typename: string;
  readonly provider: string;
  /** The back end's attributes as they came. Shared between readers: never written to. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The entity that a part belongs to: it stands where its entity stands. */
  readonly whole?: Item;
  /** Where it stands, kept by the one who looks (`objects.ts`), for as long as the operation lasts. */
  stands?: Position | undefined;
}

/** An object of the type as it came from the provider. */
export function itemOf(type: string, provider: string, raw: Item['raw']): Item {
  // room for where it stands from the start: an object that grows later costs a second one
  return { __typename: type, provider, raw, stands: undefined };
}

/** The back end's id. Objects without one never become items. */
export function backEndId(item: Item): string {
  return String(item.raw.id);
}

export function globalId(item: Item): GlobalId {
  return encodeId(item.provider, item.__typename, backEndId(item));
}

/** A reference to an entity that another subgraph will fill. */
export function reference(type: string, provider: string, id: string): Item {
  return itemOf(type, provider, { id });
}

/** The entity an item is, or is part of. */
export function entityOf(item: Item): Item {
  return item.whole === undefined ? item : entityOf(item.whole);
}

export function isItem(value: unknown): value is Item {
  return (
    typeof value === 'object' &&
    value !== null &&
    'raw' in value &&
    'provider' in value &&
    '__typename' in value
  );
}
