// For tests: resolvers for any subgraph, whose values follow from object, field and arguments alone, faults included.
import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';

/** The same for the same parts, on every subgraph and in every run. */
export function hash(...parts: unknown[]): number {
  let value = 2166136261;
  for (const char of JSON.stringify(parts)) {
    value ^= char.codePointAt(0) ?? 0;
    value = Math.imul(value, 16777619);
  }
  value ^= value >>> 15;
  return Math.imul(value, 2246822519) >>> 0;
}

export interface World {
  readonly seed: number;
  /** Of a thousand fields, how many are null and how many fail. */
  readonly nulls: number;
  readonly faults: number;
}

/** Concrete types of the whole graph behind each name: interface objects know only the interface. */
export type Concrete = (typeName: string) => readonly string[];

function invent(
  type: GraphQLOutputType,
  about: readonly unknown[],
  schema: GraphQLSchema,
  concrete: Concrete,
): unknown {
  if (isNonNullType(type)) return invent(type.ofType, about, schema, concrete);
  const number = hash(...about);
  if (isListType(type))
    return Array.from({ length: number % 4 }, (_, index) =>
      invent(type.ofType, [...about, index], schema, concrete),
    );
  if (isEnumType(type)) return type.getValues()[number % type.getValues().length]?.name;
  if (isLeafType(type)) {
    if (type.name === 'Int') return number % 1000;
    if (type.name === 'Float') return (number % 1000) / 8;
    if (type.name === 'Boolean') return number % 2 === 0;
    return `${type.name}-${number % 1000}`;
  }
  const names = concrete(type.name);
  const name = names[number % names.length] ?? type.name;
  return { __typename: isObjectType(type) ? type.name : name, id: `${name}-${hash(number, 'id') % 3}` };
}

type Reference = Record<string, unknown>;

function requiredNames({ astNode }: GraphQLField<unknown, unknown>): string[] {
  const directive = astNode?.directives?.find(({ name }) => name.value === 'requires');
  const value = directive?.arguments?.[0]?.value;
  if (value?.kind !== Kind.STRING) return [];
  const [set] = parse(`{${value.value}}`).definitions;
  return set?.kind === Kind.OPERATION_DEFINITION
    ? set.selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : []))
    : [];
}

/** Gives every field of a subgraph's schema that isn't federation's own a resolver. */
export function inventResolvers(schema: GraphQLSchema, concrete: Concrete): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_')) continue;
    if (isAbstractType(type)) {
      type.resolveType = (value: Reference) => {
        const id = String(value.id ?? '');
        const fromId = id.slice(0, id.lastIndexOf('-'));
        return schema.getType(fromId) === undefined ? String(value.__typename) : fromId;
      };
    }
    if (!isObjectType(type)) continue;
    const resolveReference = (reference: Reference, { world }: { world: World }) => {
      const chance = hash(world.seed, type.name, reference.id, 'reference') % 1000;
      // thrown, it costs the whole list; as a rejection, only its own entity
      if (chance < world.faults / 4) throw new Error(`fault at ${type.name} ${reference.id}`);
      if (chance < world.faults) {
        const late = Promise.reject(new Error(`late fault at ${type.name} ${reference.id}`));
        // another entity's fault, thrown, takes the list away with this one unheard
        late.catch(() => undefined);
        return late;
      }
      return chance < world.faults + world.nulls ? null : reference;
    };
    type.extensions = { ...type.extensions, apollo: { subgraph: { resolveReference } } };
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith('_')) continue;
      const required = requiredNames(field);
      field.resolve = (source: Reference | undefined, args: unknown, { world }: { world: World }) => {
        const own = source?.[field.name];
        if (own !== undefined) return own;
        const object = source?.id ?? 'root';
        const chance = hash(world.seed, object, field.name, 'chance') % 1000;
        if (chance < world.faults) throw new Error(`fault at ${field.name} of ${object}`);
        if (chance < world.faults + world.nulls) return null;
        const needed = required.map((name) => source?.[name] ?? 'MISSING');
        return invent(field.type, [object, field.name, args, needed], schema, concrete);
      };
    }
  }
}
