// Opaque global ids: which provider, which type of the graph, which id at that provider's back end.
import { Buffer } from 'node:buffer';

/** A global id as clients see it: URL-safe, opaque, stable. Equal objects have equal ids. */
export type GlobalId = string;

export interface IdParts {
  /** The provider's name in the providers file: `[a-z][a-z0-9-]*`. */
  readonly provider: string;
  /** The GraphQL type name. */
  readonly type: string;
  /** The back end's own id, as it came: slashes, quotes and emoji included. */
  readonly id: string;
}

const SHAPE = /^([a-z][a-z0-9-]{0,31}):([A-Za-z_][A-Za-z0-9_]{0,63}):([\s\S]{1,512})$/;
const ENCODED = /^[A-Za-z0-9_-]{4,1024}$/;

/** The ids made lately, by provider, type and id: an answer of a hundred objects names their customer a hundred times. */
const encoded = new Map<string, Map<string, Map<string, GlobalId>>>();
let kept = 0;
const MAX_ENCODED = 20_000;
const LONGEST_KEPT = 128;

export function encodeId(provider: string, type: string, id: string): GlobalId {
  const known = encoded.get(provider)?.get(type)?.get(id);
  if (known !== undefined) return known;
  const made = Buffer.from(`${provider}:${type}:${id}`, 'utf8').toString('base64url');
  if (made.length > LONGEST_KEPT) return made;
  if (kept >= MAX_ENCODED) {
    encoded.clear();
    kept = 0;
  }
  const types = encoded.get(provider) ?? new Map<string, Map<string, GlobalId>>();
  encoded.set(provider, types);
  const ids = types.get(type) ?? new Map<string, GlobalId>();
  types.set(type, ids);
  ids.set(id, made);
  kept += 1;
  return made;
}

/** The parts of an id, or undefined for anything that `encodeId` can't have made. */
export function decodeId(globalId: string): IdParts | undefined {
  if (!ENCODED.test(globalId)) return undefined;
  const match = SHAPE.exec(Buffer.from(globalId, 'base64url').toString('utf8'));
  if (match === null) return undefined;
  const [, provider, type, id] = match;
  if (provider === undefined || type === undefined || id === undefined) return undefined;
  // one object, one id: a second spelling of the same bytes would be a second cache key and a second grant
  return encodeId(provider, type, id) === globalId ? { provider, type, id } : undefined;
}

/** The back end's id inside a global id of the given type; undefined when it is another type's or none. */
export function idOfType(globalId: string, type: string): IdParts | undefined {
  const parts = decodeId(globalId);
  return parts?.type === type ? parts : undefined;
}
