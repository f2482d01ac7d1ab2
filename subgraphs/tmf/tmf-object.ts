// An object as a TM Forum API gives it: any JSON object that has an id, cut down to the fields asked for.

export type TmfObject = Readonly<Record<string, unknown>> & { readonly id: string };

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

function isTmfObject(raw: Readonly<Record<string, unknown>>): raw is TmfObject {
  return typeof raw.id === 'string' && raw.id !== '';
}

/** The object with its id as text; undefined for what has none, for then nothing can refer to it. */
export function tmfObject(raw: unknown): TmfObject | undefined {
  if (!isRecord(raw)) return undefined;
  // nearly every row: no copy
  if (isTmfObject(raw)) return raw;
  const id = idOf(raw.id);
  return id === undefined ? undefined : { ...raw, id };
}

const ALWAYS = ['id', 'href', '@type', '@baseType'];

/** Leaves only the first-level fields asked for and what always comes: half of all back ends send everything. */
export function projection(names: readonly string[] | undefined): (object: TmfObject) => TmfObject {
  if (names === undefined) return (object) => object;
  const wanted = new Set([...ALWAYS, ...names]);
  const isWanted = (name: string): boolean => wanted.has(name);
  return (object) => {
    const there = Object.keys(object);
    // the other half: no copy
    if (there.every(isWanted)) return object;
    const projected: Record<string, unknown> & { id: string } = { id: object.id };
    for (const name of there) if (isWanted(name)) projected[name] = object[name];
    return projected;
  };
}
