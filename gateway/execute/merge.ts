// What a fetch brings, known from its text: its composite fields, how to add them to the answer and how to copy them.
import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { isInherited, isObject, type JsonObject, read, write } from '../../schema/json.ts';

export interface Shape {
  readonly fields: ShapeField[];
  readonly byName: Map<string, ShapeField>;
}

interface ShapeField {
  readonly name: string;
  readonly inherited: boolean;
  /** Undefined for a leaf: its value belongs to the subgraph and is never written to, only handed on. */
  sub: Shape | undefined;
  /** Another fetch of the plan may write below: two places must not hold the same object. */
  shared: boolean;
}

function emptyShape(): Shape {
  return { fields: [], byName: new Map() };
}

export function addField(shape: Shape, name: string, sub?: Shape): ShapeField {
  let field = shape.byName.get(name);
  if (field === undefined) {
    field = { name, inherited: isInherited(name), sub, shared: false };
    shape.byName.set(name, field);
    shape.fields.push(field);
  }
  return field;
}

/** The shape of a document's only operation; fragments are merged whatever their type. */
export function shapeOf(document: DocumentNode, responseName = (name: string) => name): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const root = emptyShape();
  const add = (set: SelectionSetNode, shape: Shape): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = addField(shape, responseName((selection.alias ?? selection.name).value));
        if (selection.selectionSet === undefined) continue;
        field.sub ??= emptyShape();
        add(selection.selectionSet, field.sub);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(selection.selectionSet, shape);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) add(fragment.selectionSet, shape);
      }
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) add(definition.selectionSet, root);
  }
  return root;
}

function copyValue(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map((element) => copyValue(element, shape));
  return isObject(value) ? copyOf(value, shape) : value;
}

/** A copy that shares nothing writable with the original: containers are new, leaves are handed on. */
export function copyOf(source: JsonObject, shape: Shape): JsonObject {
  const copy: JsonObject = {};
  for (const { name, inherited, sub } of shape.fields) {
    const value = read(source, name, inherited);
    if (value === undefined) continue;
    write(copy, name, sub === undefined ? value : copyValue(value, sub), inherited);
  }
  return copy;
}

function mergeLists(target: unknown[], source: readonly unknown[], shape: Shape, copy: boolean): void {
  for (let index = 0; index < source.length; index += 1) {
    const from = source[index];
    const into = target[index];
    if (isObject(from) && isObject(into)) merge(into, from, shape, copy);
    else if (Array.isArray(from) && Array.isArray(into) && from.length === into.length)
      mergeLists(into, from, shape, copy);
    else target[index] = copy ? copyValue(from, shape) : from;
  }
}

/**
 * Adds what was received to an object of the answer. Without `copy` the answer takes the received objects over, so
 * that they may be given to one place only; with it, objects that a later fetch could write to are copied.
 */
export function merge(target: JsonObject, source: JsonObject, shape: Shape, copy: boolean): void {
  for (const field of shape.fields) {
    const { name, inherited, sub } = field;
    const value = read(source, name, inherited);
    if (value === undefined) continue;
    if (sub !== undefined && typeof value === 'object' && value !== null) {
      const existing = read(target, name, inherited);
      if (isObject(existing) && isObject(value)) {
        merge(existing, value, sub, copy);
      } else if (Array.isArray(existing) && Array.isArray(value) && existing.length === value.length) {
        mergeLists(existing, value, sub, copy);
      } else {
        write(target, name, copy && field.shared ? copyValue(value, sub) : value, inherited);
      }
    } else {
      write(target, name, value, inherited);
    }
  }
}
