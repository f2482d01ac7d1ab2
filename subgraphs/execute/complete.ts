// From what a resolver gave to what is answered, by the field's type.
import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isPromise } from '../soon.ts';
import { FAILED, Place } from './place.ts';
import type { Position, Run } from './run.ts';

type Complete = Position['complete'];

/** The fields of an object, executed. */
export type ExecuteObject = (source: unknown, run: Run, place: Place) => unknown;

/** What completion has to know of the field, which is the same for its elements. */
export interface Field {
  readonly name: string;
  readonly nodes: Position['nodes'];
  readonly schema: GraphQLSchema;
  /** Compiles anew: who asks keeps it. */
  readonly objectOf: (type: GraphQLObjectType) => ExecuteObject;
  readonly info: (run: Run) => GraphQLResolveInfo;
}

const isInt = (value: unknown): boolean => typeof value === 'number' && (value | 0) === value;
const isText = (value: unknown): boolean => typeof value === 'string';

/** Values that the type's own `serialize` would give back as they are. */
const ALREADY: Readonly<Record<string, (value: unknown) => boolean>> = {
  Boolean: (value) => typeof value === 'boolean',
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  ID: isText,
  Int: isInt,
  String: isText,
};

function completeLeaf(type: GraphQLLeafType): Complete {
  const already = ALREADY[type.name];
  return (value) => {
    if (already?.(value)) return value;
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined)
      throw new Error(`${type.name}: a value that cannot be written`);
    return serialized;
  };
}

function completeList(elementType: GraphQLOutputType, field: Field, nonNull: boolean): Complete {
  const element = positionOf(elementType, field);
  return (value, run, up, key) => {
    const elements = Array.isArray(value) ? value : elementsOf(value, field);
    const place = new Place(up, key, !nonNull);
    const list: unknown[] = new Array(elements.length);
    place.value = list;
    for (let index = 0; index < elements.length; index += 1) {
      const each: unknown = elements[index];
      const completed = isPromise(each)
        ? run.later(each, element, place, index)
        : run.settle(each, element, place, index);
      if (completed === FAILED) {
        unheard(elements.slice(index + 1));
        return place.drop();
      }
      list[index] = completed;
    }
    return list;
  };
}

/** Nobody waits for them any more: their failing is no fault of the process. */
function unheard(elements: readonly unknown[]): void {
  for (const each of elements) if (isPromise(each)) each.then(undefined, () => undefined);
}

function elementsOf(value: unknown, { name }: Field): unknown[] {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)];
  throw new Error(`Expected Iterable, but did not find one for field "${name}".`);
}

function completeObject(type: GraphQLObjectType, field: Field, nonNull: boolean): Complete {
  let object: ExecuteObject | undefined;
  return (value, run, up, key) => {
    object ??= field.objectOf(type);
    return object(value, run, new Place(up, key, !nonNull));
  };
}

function completeAbstract(type: GraphQLAbstractType, field: Field, nonNull: boolean): Complete {
  const { schema, name, nodes, info } = field;
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const byName = new Map<unknown, Complete>();
  const concrete = (found: unknown): Complete => {
    const known = byName.get(found);
    if (known !== undefined) return known;
    const object = typeof found === 'string' ? schema.getType(found) : undefined;
    if (!isObjectType(object) || !schema.isSubType(type, object))
      throw new Error(`Abstract type "${type.name}" has no type "${String(found)}" for field "${name}".`);
    const made = completeObject(object, field, nonNull);
    byName.set(object.name, made);
    return made;
  };
  return (value, run, up, key) => {
    const found: unknown = resolveType(value, run.context, info(run), type);
    if (!isPromise(found)) return concrete(found)(value, run, up, key);
    const position: Position = {
      nonNull,
      nodes,
      name,
      // in a box: no name at all is an error, not a null
      complete: (box) => concrete((box as { name: unknown }).name)(value, run, up, key), // as made below
    };
    return run.later(
      found.then((name) => ({ name })),
      position,
      up,
      key,
    );
  };
}

function completeType(type: GraphQLOutputType, field: Field, nonNull: boolean): Complete {
  if (isNonNullType(type)) return completeType(type.ofType, field, true);
  if (isListType(type)) return completeList(type.ofType, field, nonNull);
  if (isLeafType(type)) return completeLeaf(type);
  return isObjectType(type) ? completeObject(type, field, nonNull) : completeAbstract(type, field, nonNull);
}

export function positionOf(type: GraphQLOutputType, field: Field): Position {
  const { name, nodes } = field;
  return { nonNull: isNonNullType(type), nodes, name, complete: completeType(type, field, false) };
}
