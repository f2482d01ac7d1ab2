// Shapes what was fetched into the client's answer: order, nulls and errors as GraphQL and the stock gateway have them.
import {
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isInherited, isObject, type JsonObject } from '../../schema/json.ts';
import {
  type SelectedField,
  type SelectionContext,
  selectFields,
  type TypedSelection,
} from '../../schema/selection.ts';
import { leafCheck } from './leaf.ts';
import { type CompletedField, type CompletedFields, type Completion, FAILED, shaperOf } from './shaper.ts';

export interface CompletionContext extends SelectionContext {
  readonly supergraphTypes: ReadonlySet<string>;
  /** Whether what is compiled lasts, so that code of its own is worth making. */
  readonly ownCode: boolean;
  /** The name under which a field was fetched. */
  readonly fetchedName: (field: SelectedField) => string;
}

type Complete = (value: unknown, completion: Completion) => unknown;

type Place =
  | { readonly kind: 'FIELD'; readonly parent: string }
  | { readonly kind: 'ELEMENT'; readonly of: string };

function fault(completion: Completion, path: (string | number)[], message: string): void {
  completion.faults.push(new GraphQLError(message, { path, extensions: { code: 'INVALID_GRAPHQL' } }));
}

function described(place: Place, path: readonly (string | number)[]): string {
  const last = path.at(-1);
  return place.kind === 'FIELD'
    ? `field ${place.parent}.${last}`
    : `array element of type ${place.of} at index ${last}`;
}

function bad(completion: Completion): typeof FAILED {
  completion.bad.push([...completion.path]);
  return FAILED;
}

/** The value, or null, or FAILED; a null that the type forbids is FAILED. */
function completeType(
  type: GraphQLOutputType,
  place: Place,
  selections: readonly TypedSelection[],
  context: CompletionContext,
): Complete {
  if (isNonNullType(type)) {
    const inner = completeType(type.ofType, place, selections, context);
    return (value, completion) => {
      const completed = inner(value, completion);
      if (completed !== null) return completed;
      fault(
        completion,
        [...completion.path],
        `Cannot return null for non-nullable ${described(place, completion.path)}.`,
      );
      return FAILED;
    };
  }
  if (isListType(type)) return completeList(type.ofType, selections, context);
  if (isLeafType(type)) {
    const check = leafCheck(type);
    return (value, completion) => {
      if (value === null || value === undefined) return null;
      if (check(value)) return value;
      fault(
        completion,
        [...completion.path],
        `Invalid value found for ${described(place, completion.path)}.`,
      );
      return FAILED;
    };
  }
  return completeComposite(type, place, selections, context);
}

function completeList(
  elementType: GraphQLOutputType,
  selections: readonly TypedSelection[],
  context: CompletionContext,
): Complete {
  const nonNull = isNonNullType(elementType);
  const named = nonNull ? elementType.ofType : elementType;
  const complete = completeType(elementType, { kind: 'ELEMENT', of: String(named) }, selections, context);
  return (value, completion) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return bad(completion);
    const { path } = completion;
    const at = path.push(0) - 1;
    const result: unknown[] = new Array(value.length);
    let broken = false;
    for (let index = 0; index < value.length; index += 1) {
      path[at] = index;
      const completed = complete(value[index], completion);
      if (completed !== FAILED) result[index] = completed;
      else {
        result[index] = null;
        broken ||= nonNull;
      }
    }
    path.pop();
    return broken ? FAILED : result;
  };
}

function completeComposite(
  declared: GraphQLCompositeType,
  place: Place,
  selections: readonly TypedSelection[],
  context: CompletionContext,
): Complete {
  const fieldsOf = fieldsByType(declared, selections, context);
  return (value, completion) => {
    if (value === null || value === undefined) return null;
    if (!isObject(value)) return bad(completion);
    const typename = value.__typename;
    const fields = fieldsOf(typename);
    if (fields !== undefined)
      return completion.joined?.has(value)
        ? completeJoined(fields, value, completion)
        : fields.shape(value, completion);
    if (typeof typename !== 'string' || !context.supergraphTypes.has(typename)) return bad(completion);
    // an inaccessible type: its name must not be told
    fault(
      completion,
      [...completion.path],
      `Invalid __typename found for object at ${described(place, completion.path)}.`,
    );
    return FAILED;
  };
}

/** Undefined for what names no type of the client's graph. */
export function fieldsByType(
  declared: GraphQLCompositeType,
  selections: readonly TypedSelection[],
  context: CompletionContext,
): (typename: unknown) => CompletedFields | undefined {
  const byType = new Map<unknown, CompletedFields>();
  return (typename) => {
    const known = byType.get(typename);
    if (known !== undefined) return known;
    const named = typename === undefined || typename === '' ? undefined : typename;
    if (named !== undefined && typeof named !== 'string') return undefined;
    const type: GraphQLNamedType | undefined = named === undefined ? declared : context.schema.getType(named);
    if (type === undefined || !isCompositeType(type)) return undefined;
    const list = selectFields(selections, type, named, context).map((field) => completeField(field, context));
    const fields = { list, shape: shaperOf(list, context.ownCode) };
    byType.set(typename, fields);
    return fields;
  };
}

function completeJoined(
  fields: CompletedFields,
  source: JsonObject,
  completion: Completion,
): JsonObject | typeof FAILED {
  const { shaped, faults, bad } = completion;
  let byFields = shaped.get(source);
  const known = byFields?.get(fields);
  if (known !== undefined) return known;
  const before = faults.length + bad.length;
  const completed = fields.shape(source, completion);
  if (completed === FAILED || faults.length + bad.length > before) return completed;
  if (byFields === undefined) {
    byFields = new Map();
    shaped.set(source, byFields);
  }
  byFields.set(fields, completed);
  return completed;
}

function completeField(field: SelectedField, context: CompletionContext): CompletedField {
  const [node] = field.nodes;
  const from = context.fetchedName(field);
  const common = {
    name: field.responseName,
    from,
    outInherited: isInherited(field.responseName),
    inInherited: isInherited(from),
    leaf: undefined,
    fetched: false,
  };
  const name = node.name.value;
  if (name === '__typename') return { ...common, nonNull: true, complete: completeTypename(field, context) };
  if (name === '__schema' || name === '__type')
    return { ...common, nonNull: false, complete: (_, completion) => completion.introspect(field) };
  const type = fieldType(field.parents[0], name);
  const nullable = isNonNullType(type) ? type.ofType : type;
  const named = isListType(nullable) ? undefined : nullable;
  const selections = field.nodes.flatMap(({ selectionSet }, index): TypedSelection[] => {
    const parent = namedComposite(fieldType(field.parents[index] ?? field.parents[0], name));
    return selectionSet === undefined || parent === undefined ? [] : [{ set: selectionSet, parent }];
  });
  const check = isLeafType(named) ? leafCheck(named) : undefined;
  return {
    ...common,
    fetched: true,
    nonNull: isNonNullType(type),
    leaf: check === undefined ? undefined : (value) => value !== null && value !== undefined && check(value),
    complete: completeType(type, { kind: 'FIELD', parent: field.errorParent.name }, selections, context),
  };
}

function fieldType(parent: GraphQLCompositeType, name: string): GraphQLOutputType {
  const definition = 'getFields' in parent ? parent.getFields()[name] : undefined;
  if (definition === undefined) throw new Error(`No field ${parent.name}.${name}`);
  return definition.type;
}

function namedComposite(type: GraphQLOutputType): GraphQLCompositeType | undefined {
  let here: GraphQLOutputType = type;
  while (isNonNullType(here) || isListType(here)) here = here.ofType;
  return isCompositeType(here) ? here : undefined;
}

/** A root type's name is never fetched; an interface object's may be an interface's, and then the object is null. */
function completeTypename(field: SelectedField, { schema }: CompletionContext): CompletedField['complete'] {
  return (value, _, source) => {
    const typename = value ?? source.__typename;
    const type =
      typeof typename === 'string' ? (schema.getType(typename) ?? field.errorParent) : field.errorParent;
    return isObjectType(type) ? type.name : FAILED;
  };
}
