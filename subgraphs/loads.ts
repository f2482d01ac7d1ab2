// How one operation asks back ends for objects: in batches by id or by a naming attribute, each object once.
import DataLoader from 'dataloader';
import type { Contract, TypeSheet } from '../schema/data-sheet.ts';
import type { Operation } from '../schema/ports.ts';
import { asError } from './as-error.ts';
import type { ValueCache } from './cache/value-cache.ts';
import { heldValues, sharedCall } from './held-values.ts';
import type { Own } from './own.ts';
import { compileIds, compilePath, filterPath, type Path } from './path.ts';
import { type Api, BACKENDS } from './tmf/backends.ts';
import type { Call, Filter, Source, TmfClient, TmfObject } from './tmf/client.ts';
import { isWord } from './tmf/filter.ts';
import { folded } from './tmf/read.ts';

export interface Systems {
  readonly contract: Contract;
  readonly client: TmfClient;
  readonly values: ValueCache;
  readonly now: () => number;
  /** Absent where a subgraph runs alone and needs none of it. */
  readonly own?: Own;
}

interface Wanted {
  readonly provider: string;
  readonly id: string;
  readonly attributes: readonly string[];
}

interface Known {
  readonly attributes: readonly string[];
  readonly object: TmfObject | Promise<TmfObject | undefined>;
  /** Once it has come: who only looks at it needs no promise. */
  here?: TmfObject | undefined;
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Lists of attributes are made once an operation or selection, and every row is asked whether it has them. */
function setOf(attributes: readonly string[]): ReadonlySet<string> {
  const known = sets.get(attributes) ?? new Set(attributes);
  sets.set(attributes, known);
  return known;
}

function covers(known: readonly string[], attributes: readonly string[]): boolean {
  if (known === attributes) return true;
  const set = setOf(known);
  return attributes.every((each) => set.has(each));
}

export interface JoinAsk {
  readonly attributes: readonly string[];
  readonly filter?: Filter;
}

export interface Loads {
  object(
    type: TypeSheet,
    provider: string,
    id: string,
    attributes: readonly string[],
  ): Promise<TmfObject | undefined>;
  /** Objects whose attribute `by` names the id. */
  join(
    type: TypeSheet,
    by: string,
    provider: string,
    id: string,
    ask: JoinAsk,
  ): Promise<readonly TmfObject[]>;
  /** Remembers objects that came by another way, so that they aren't asked for again. */
  keep(type: TypeSheet, provider: string, objects: readonly TmfObject[], attributes: readonly string[]): void;
  /** Whether this operation has asked for the object already. */
  has(type: TypeSheet, provider: string, id: string): boolean;
  /** What was loaded may not be what is: something is done now. */
  forget(): void;
  /** The object, if it has come with all these attributes. */
  here(type: TypeSheet, provider: string, id: string, attributes: readonly string[]): TmfObject | undefined;
}

export function sourceOf(type: TypeSheet, provider: string): Source {
  const { api, resource } = type;
  if (api === undefined || resource === undefined) throw new Error(`${type.name} has no back end`);
  if (!Object.hasOwn(BACKENDS, api)) throw new Error(`${type.name}: no row for ${api} in backends.ts`);
  return { provider, api: api as Api, resource }; // a row of that name exists
}

/** Compiled once a type: every row of a list is asked. */
const wheres = new WeakMap<TypeSheet, Path>();

/** A `where` is part of the type: an object that doesn't meet it exists for nobody. */
export function meets(type: TypeSheet, object: TmfObject): boolean {
  if (type.where === undefined) return true;
  const { path, values } = type.where;
  const read = wheres.get(type) ?? compilePath(path);
  wheres.set(type, read);
  const isAmong = isWord(path)
    ? (value: unknown) => values.some((each) => folded(each) === folded(String(value)))
    : (value: unknown) => values.includes(String(value));
  return read(object).some(isAmong);
}

/** Where the value cache keeps an object of the type. */
export const objectKey = (type: string, provider: string, id: string): string =>
  `object:${type}:${provider}:${id}`;

const keyOf = (provider: string, id: string): string => `${provider}\n${id}`;
const idsOf = (part: readonly Wanted[]): string[] => [...new Set(part.map((each) => each.id))];
function attributesOf(part: readonly Wanted[]): readonly string[] {
  const [first, ...others] = new Set(part.map((each) => each.attributes));
  if (first !== undefined && others.length === 0) return first;
  return [...new Set(part.flatMap((each) => each.attributes))];
}

/** Splits a batch by provider, and keeps one provider's failure from the others' objects. */
async function eachProvider<T>(
  wanted: readonly Wanted[],
  load: (provider: string, part: readonly Wanted[]) => Promise<ReadonlyMap<string, T>>,
): Promise<(T | undefined | Error)[]> {
  const results = new Map<string, ReadonlyMap<string, T> | Error>();
  const providers = [...new Set(wanted.map((each) => each.provider))];
  await Promise.all(
    providers.map(async (provider) => {
      const part = wanted.filter((each) => each.provider === provider);
      results.set(provider, await load(provider, part).catch(asError));
    }),
  );
  return wanted.map(({ provider, id }) => {
    const result = results.get(provider);
    return result instanceof Error ? result : result?.get(id);
  });
}

export function loadsOf({ client, values }: Systems, operation: Operation): Loads {
  const known = new Map<string, Map<string, Known>>();
  const loaders = new Map<string, DataLoader<Wanted, TmfObject | undefined, string>>();
  const joins = new Map<string, DataLoader<Wanted, readonly TmfObject[], string>>();

  function knownOf(type: TypeSheet): Map<string, Known> {
    const found = known.get(type.name) ?? new Map<string, Known>();
    known.set(type.name, found);
    return found;
  }

  async function fetch(
    type: TypeSheet,
    provider: string,
    ids: readonly string[],
    fields: readonly string[],
    call: Call = operation,
  ): Promise<ReadonlyMap<string, TmfObject>> {
    const [only] = ids;
    const from = sourceOf(type, provider);
    const found =
      ids.length === 1 && only !== undefined
        ? [await client.one(from, only, { fields }, call)]
        : await client.many(from, ids, { fields }, call);
    return new Map(
      found.flatMap((object) =>
        object !== undefined && meets(type, object) ? [[object.id, object] as const] : [],
      ),
    );
  }

  /** Through the value cache where the data sheet gives the type a life; authorization comes after, per reader. */
  function fetchKept(type: TypeSheet, provider: string, ids: readonly string[], maxAgeMs: number) {
    return heldValues<TmfObject>(values, {
      ids,
      keyOf: (id) => objectKey(type.name, provider, id),
      policy: { ttlMs: maxAgeMs, staleMs: maxAgeMs },
      operation,
      ofUser: client.ofUser(sourceOf(type, provider)),
      load: (missing) => fetch(type, provider, missing, type.attributes, sharedCall(operation)),
    });
  }

  function objectLoader(type: TypeSheet): DataLoader<Wanted, TmfObject | undefined, string> {
    const made = loaders.get(type.name);
    if (made !== undefined) return made;
    const maxAgeMs = (type.cache?.maxAgeS ?? 0) * 1000;
    const loader = new DataLoader<Wanted, TmfObject | undefined, string>(
      (wanted) =>
        eachProvider(wanted, (provider, part) =>
          maxAgeMs > 0
            ? fetchKept(type, provider, idsOf(part), maxAgeMs)
            : fetch(type, provider, idsOf(part), attributesOf(part)),
        ),
      { cache: false },
    );
    loaders.set(type.name, loader);
    return loader;
  }

  function object(type: TypeSheet, provider: string, id: string, attributes: readonly string[]) {
    const entries = knownOf(type);
    const key = keyOf(provider, id);
    const entry = entries.get(key);
    if (entry !== undefined && covers(entry.attributes, attributes)) return Promise.resolve(entry.object);
    const wanted = entry === undefined ? attributes : [...new Set([...attributes, ...entry.attributes])];
    const loading = objectLoader(type).load({ provider, id, attributes: wanted });
    const made: Known = { attributes: wanted, object: loading };
    entries.set(key, made);
    loading.then(
      (found) => {
        made.here = found;
      },
      () => entries.delete(key), // a failure isn't remembered: a later field may have better luck
    );
    return loading;
  }

  function keep(
    type: TypeSheet,
    provider: string,
    objects: readonly TmfObject[],
    attributes: readonly string[],
  ): void {
    const entries = knownOf(type);
    for (const each of objects) {
      const key = keyOf(provider, each.id);
      const entry = entries.get(key);
      if (entry === undefined || !covers(entry.attributes, attributes))
        entries.set(key, { attributes, object: each, here: each });
    }
  }

  function joinLoader(
    type: TypeSheet,
    by: string,
    filter: Filter,
  ): DataLoader<Wanted, readonly TmfObject[], string> {
    const name = `${type.name}\n${by}\n${JSON.stringify(filter)}`;
    const made = joins.get(name);
    if (made !== undefined) return made;
    const namedBy = compileIds(by);
    const loader = new DataLoader<Wanted, readonly TmfObject[], string>(
      async (wanted) => {
        const found = await eachProvider(wanted, async (provider, part) => {
          const fields = attributesOf(part);
          const ask = { by: filterPath(by), fields, filter };
          const objects = await client.many(sourceOf(type, provider), idsOf(part), ask, operation);
          const fitting = objects.filter((each) => meets(type, each));
          keep(type, provider, fitting, fields);
          const groups = new Map<string, TmfObject[]>(part.map((each) => [each.id, []]));
          for (const each of fitting) for (const id of new Set(namedBy(each))) groups.get(id)?.push(each);
          return groups;
        });
        return found.map((each) => each ?? []);
      },
      { cacheKeyFn: ({ provider, id, attributes }) => `${keyOf(provider, id)}\n${attributes.join()}` },
    );
    joins.set(name, loader);
    return loader;
  }

  return {
    object,
    keep,
    join: (type, by, provider, id, ask) =>
      joinLoader(type, by, ask.filter ?? {}).load({ provider, id, attributes: ask.attributes }),
    forget() {
      known.clear();
      joins.clear();
    },
    has: (type, provider, id) => knownOf(type).has(keyOf(provider, id)),
    here(type, provider, id, attributes) {
      const entry = knownOf(type).get(keyOf(provider, id));
      return entry !== undefined && covers(entry.attributes, attributes) ? entry.here : undefined;
    },
  };
}
