// For tests: resolvers for any subgraph, whose values follow from object, field and arguments alone, faults included.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import { hash } from './dice.ts';

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
    // never 0: what becomes of it where the planner renames a field is a repair, with a test of its own
    if (type.name === 'Int') return 1 + (number % 999);
    if (type.name === 'Float') return (1 + (number % 999)) / 8;
    if (type.name === 'Boolean') return number % 2 === 0;
    return `${type.name}-${number % 1000}`;
  }
  const names = concrete(type.name);
  const name = names[number % names.length] ?? type.name;
  return { __typename: isObjectType(type) ? type.name : name, id: `${name}-${hash(number, 'id') % 3}` };
}

type Reference = Record<string, unknown>;

/** The fields, of the first level, that `@requires` or the `@key`s name. */
function namedBy(
  directive: 'requires' | 'key',
  { astNode }: Pick<GraphQLField<unknown, unknown> | GraphQLObjectType, 'astNode'>,
): string[] {
  return (astNode?.directives ?? []).flatMap(({ name, arguments: args }) => {
    const value = args?.find((each) => each.name.value === 'fields')?.value;
    if (name.value !== directive || value?.kind !== Kind.STRING) return [];
    const [set] = parse(`{${value.value}}`).definitions;
    return set?.kind === Kind.OPERATION_DEFINITION
      ? set.selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : []))
      : [];
  });
}

/** A key that isn't `id` is made of it, so that every subgraph finds the same entity by any of its keys. */
function keyValue(field: GraphQLField<unknown, unknown>, object: unknown): unknown {
  const type = getNamedType(field.type);
  if (isObjectType(type)) return { __typename: type.name, id: `${type.name} of ${object}` };
  return isEnumType(type) ? undefined : `${field.name} of ${object}`;
}

function identity(reference: Reference): unknown {
  if (reference.id !== undefined) return reference.id;
  for (const value of Object.values(reference)) {
    const text = typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
    const found = /^\w+ of (.+)$/.exec(String(text))?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Gives every field of a subgraph's schema that isn't federation's own a resolver. */
export function inventResolvers(schema: GraphQLSchema, concrete: Concrete): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_')) continue;
    if (isAbstractType(type)) {
      type.resolveType = (value: Reference) => {
        const [fromId = ''] = /^\w+/.exec(String(value.id ?? '')) ?? [];
        return schema.getType(fromId) === undefined ? String(value.__typename) : fromId;
      };
    }
    if (!isObjectType(type)) continue;
    const resolveReference = (reference: Reference, { world }: { world: World }) => {
      const id = identity(reference);
      const chance = hash(world.seed, type.name, id, 'reference') % 1000;
      // thrown, it costs the whole list; as a rejection, only its own entity
      if (chance < world.faults / 4) throw new Error(`fault at ${type.name} ${id}`);
      if (chance < world.faults) {
        const late = Promise.reject(new Error(`late fault at ${type.name} ${id}`));
        // another entity's fault, thrown, takes the list away with this one unheard
        late.catch(() => undefined);
        return late;
      }
      return chance < world.faults + world.nulls ? null : { ...reference, id };
    };
    type.extensions = { ...type.extensions, apollo: { subgraph: { resolveReference } } };
    const keys = new Set(namedBy('key', type));
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith('_')) continue;
      const required = namedBy('requires', field);
      const isKey = keys.has(field.name);
      field.resolve = (source: Reference | undefined, args: unknown, { world }: { world: World }) => {
        const own = source?.[field.name];
        if (own !== undefined) return own;
        const object = source?.id ?? 'root';
        const chance = hash(world.seed, object, field.name, 'chance') % 1000;
        if (chance < world.faults) throw new Error(`fault at ${field.name} of ${object}`);
        if (chance < world.faults + world.nulls) return null;
        const key = isKey && field.name !== 'id' ? keyValue(field, object) : undefined;
        if (key !== undefined) return key;
        const needed = required.map((name) => source?.[name] ?? 'MISSING');
        return invent(field.type, [object, field.name, args, needed], schema, concrete);
      };
    }
  }
}
