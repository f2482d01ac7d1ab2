// Paths into a back end's object, compiled once: dots go through arrays, `[name=x]` picks by an attribute.

export type Path = (object: unknown) => readonly unknown[];

interface Step {
  readonly attribute: string;
  readonly pick?: { readonly by: string; readonly value: string };
}

const STEP = /^([^.[\]]+)(?:\[([^=\]]+)=([^\]]*)\])?$/;

function steps(path: string): Step[] {
  return path.split('.').map((part) => {
    const match = STEP.exec(part);
    if (match === null) throw new Error(`not a path: ${path}`);
    const [, attribute = '', by, value] = match;
    return by === undefined || value === undefined ? { attribute } : { attribute, pick: { by, value } };
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Walk<T> = (value: unknown, found: T[]) => void;

/** Nulls and gaps lead nowhere; lists are gone through. */
function through<T>(one: Walk<T>): Walk<T> {
  const walk: Walk<T> = (value, found) => {
    if (Array.isArray(value)) for (const each of value) walk(each, found);
    else if (value !== undefined && value !== null) one(value, found);
  };
  return walk;
}

/** Each step knows the next, and the last what to keep: every row of every list goes these ways. */
function walkOf<T>(way: readonly Step[], keep: Walk<T>): Walk<T> {
  return way.reduceRight<Walk<T>>((rest, { attribute, pick }) => {
    if (pick === undefined)
      return through((value, found) => {
        if (isRecord(value)) rest(value[attribute], found);
      });
    const { by, value: wanted } = pick;
    const picked: Walk<T> = (each, found) => {
      if (isRecord(each) && String(each[by]) === wanted) rest(each, found);
    };
    return through((value, found) => {
      const next = isRecord(value) ? value[attribute] : undefined;
      if (Array.isArray(next)) for (const each of next) picked(each, found);
      else picked(next, found);
    });
  }, through(keep));
}

/** Everything the path leads to, in order; nulls and gaps lead nowhere. */
export function compilePath(path: string): Path {
  const way = steps(path);
  const only = way.length === 1 && way[0]?.pick === undefined ? way[0]?.attribute : undefined;
  if (only !== undefined) {
    return (object) => {
      const value = isRecord(object) ? object[only] : undefined;
      return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
    };
  }
  const walk = walkOf<unknown>(way, (value, found) => found.push(value));
  return (object) => {
    const found: unknown[] = [];
    walk(object, found);
    return found;
  };
}

/** The first of what the path leads to; undefined where it leads nowhere. */
export function compileFirst(path: string): (object: unknown) => unknown {
  const all = compilePath(path);
  const way = steps(path);
  const [only] = way;
  if (way.length > 1 || only === undefined || only.pick !== undefined) return (object) => all(object)[0];
  const { attribute } = only;
  // nearly every field of nearly every object: no list around the value
  return (object) => {
    const value = isRecord(object) ? object[attribute] : undefined;
    return Array.isArray(value) ? value[0] : (value ?? undefined);
  };
}

const asId = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined;

/** The ids a path leads to, as text; anything else it finds is left out. */
export function compileIds(path: string): (object: unknown) => readonly string[] {
  const read = compilePath(path);
  return (object) => {
    const ids: string[] = [];
    for (const value of read(object)) {
      const id = asId(value);
      if (id !== undefined) ids.push(id);
    }
    return ids;
  };
}

const NO_IDS: readonly string[] = Object.freeze([]);

/** What compileIds of `attribute[name=x].value` gives, for each of the names in their order: one pass over the list for all. */
export function compileNamed(
  attribute: string,
  names: readonly string[],
): (object: Readonly<Record<string, unknown>>) => readonly (readonly string[])[] {
  const places = new Map(names.map((name, place) => [name, place]));
  return (object) => {
    const found: (readonly string[])[] = names.map(() => NO_IDS);
    const list = object[attribute];
    for (const each of Array.isArray(list) ? list : [list]) {
      const place = isRecord(each) ? places.get(String(each.name)) : undefined;
      if (place === undefined) continue;
      const { value } = each;
      const id = asId(value);
      const ids = id === undefined ? nested(value) : [id];
      found[place] = found[place] === NO_IDS ? ids : [...(found[place] ?? NO_IDS), ...ids];
    }
    return found;
  };
}

function nested(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((each) => asId(each) ?? nested(each)) : NO_IDS;
}

/** The path as TMF630 filters spell it: without picks. */
export function filterPath(path: string): string {
  return path.replaceAll(/\[[^\]]*\]/g, '');
}
