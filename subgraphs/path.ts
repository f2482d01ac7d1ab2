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

function follow(value: unknown, way: readonly Step[], index: number, found: unknown[]): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) follow(each, way, index, found);
    return;
  }
  const step = way[index];
  if (step === undefined) {
    found.push(value);
    return;
  }
  if (!isRecord(value)) return;
  const next = value[step.attribute];
  if (step.pick === undefined) {
    follow(next, way, index + 1, found);
    return;
  }
  const { by, value: wanted } = step.pick;
  for (const each of Array.isArray(next) ? next : [next]) {
    if (isRecord(each) && String(each[by]) === wanted) follow(each, way, index + 1, found);
  }
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
  return (object) => {
    const found: unknown[] = [];
    follow(object, way, 0, found);
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

/** The ids a path leads to, as text; anything else it finds is left out. */
export function compileIds(path: string): (object: unknown) => readonly string[] {
  const read = compilePath(path);
  return (object) => {
    const ids: string[] = [];
    for (const value of read(object)) {
      if (typeof value === 'number') ids.push(String(value));
      else if (typeof value === 'string' && value !== '') ids.push(value);
    }
    return ids;
  };
}

/** The path as TMF630 filters spell it: without picks. */
export function filterPath(path: string): string {
  return path.replaceAll(/\[[^\]]*\]/g, '');
}
