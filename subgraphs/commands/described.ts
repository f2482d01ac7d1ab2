// Published interface descriptions (Swagger 2, OpenAPI 3): does a resource have an attribute at a path?
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const asJson = (value: unknown): Json => (isJson(value) ? value : {});

export interface Description {
  /** Whether objects of the resource, or of a type that extends it, may have something at the path. */
  has(resource: string, path: string): boolean;
  readonly resources: ReadonlySet<string>;
}

function describe(document: Json): Description {
  const schemas = asJson(document.definitions ?? asJson(document.components).schemas);
  const byName = new Map(Object.keys(schemas).map((name) => [name.toLowerCase(), name]));
  const named = (reference: unknown): string => String(reference).split('/').at(-1) ?? '';

  /** The schema with all that it is made of: references, `allOf` and the items of lists. */
  function parts(schema: Json, seen: ReadonlySet<string> = new Set()): Json[] {
    if (typeof schema.$ref === 'string') {
      const name = named(schema.$ref);
      return seen.has(name) ? [] : parts(asJson(schemas[name]), new Set([...seen, name]));
    }
    if (isJson(schema.items)) return parts(schema.items, seen);
    const several = [schema.allOf, schema.oneOf, schema.anyOf].flatMap((each) =>
      Array.isArray(each) ? each : [],
    );
    return [schema, ...several.flatMap((each) => parts(asJson(each), seen))];
  }

  /** Types that extend a type: a list of it may hold any of them. */
  function extensions(name: string): string[] {
    return Object.entries(schemas).flatMap(([other, schema]) => {
      const bases = asJson(schema).allOf;
      const extended = Array.isArray(bases) && bases.some((base) => named(asJson(base).$ref) === name);
      return extended ? [other, ...extensions(other)] : [];
    });
  }

  /** Some resources (LogicalResource) say by their name alone what they extend. */
  const kinds = (name: string): string[] => Object.keys(schemas).filter((other) => other.endsWith(name));

  /** A reference, or a list of them, may hold what extends the type that is named. */
  const orExtended = (schema: Json): Json[] => {
    const { $ref } = isJson(schema.items) ? schema.items : schema;
    if (typeof $ref !== 'string') return [schema];
    return [schema, ...extensions(named($ref)).map((name) => ({ $ref: `#/${name}` }))];
  };

  const has = (schema: Json, segments: readonly string[]): boolean =>
    orExtended(schema).some((each) => hasItself(each, segments));

  function hasItself(schema: Json, segments: readonly string[]): boolean {
    const [segment, ...rest] = segments;
    if (segment === undefined) return true;
    const made = parts(schema);
    const open = made.every((part) => part.properties === undefined);
    if (open) return true; // "any" value, or a map: whatever is below it isn't described
    return made.some((part) => {
      const found = asJson(part.properties)[segment];
      return found !== undefined && has(asJson(found), rest);
    });
  }

  return {
    resources: new Set(byName.keys()),
    has(resource, path) {
      const name = byName.get(resource.toLowerCase());
      if (name === undefined) return false;
      return kinds(name).some((each) => has({ $ref: `#/${each}` }, path.split('.')));
    },
  };
}

/** By `TMF678-v4`: every description in the folder. */
export function readDescriptions(folder: string): ReadonlyMap<string, Description> {
  const files = readdirSync(folder).filter((file) => /^TMF\d+-v\d+\.json$/.test(file));
  return new Map(
    files.map((file) => [
      file.replace(/\.json$/, ''),
      describe(asJson(JSON.parse(readFileSync(join(folder, file), 'utf8')))),
    ]),
  );
}
