// What identifies an entity to another subgraph: representations built from the answer so far, and their equality.
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isInherited, isObject, type JsonObject, read, write } from '../../schema/json.ts';
import { isTypeOf } from '../../schema/type-condition.ts';

export interface Representer {
  /** Equal for entities with equal representations only; undefined when there is none. */
  key(entity: JsonObject): string | undefined;
  /** Undefined when a needed value is missing: an error has been reported where it got lost. */
  build(entity: JsonObject): JsonObject | undefined;
  /** Whether the entity has nothing beside what represents it, so that its key says all that is known of it. */
  isAll(entity: JsonObject): boolean;
}

interface NeededField {
  readonly name: string;
  readonly inherited: boolean;
  readonly nested: ((source: JsonObject) => JsonObject | null) | undefined;
}

interface Needs {
  readonly fields: readonly NeededField[];
  /** Each as a whole or not at all: a fragment that misses a value takes nothing else with it. */
  readonly fragments: readonly Needs[];
}

function addAll(target: JsonObject, source: JsonObject): void {
  for (const [name, value] of Object.entries(source)) {
    const existing = Object.hasOwn(target, name) ? target[name] : undefined;
    if (isObject(existing) && isObject(value)) addAll(existing, value);
    else if (Array.isArray(existing) && Array.isArray(value) && existing.length === value.length) {
      value.forEach((element, index) => {
        const into: unknown = existing[index];
        if (isObject(into) && isObject(element)) addAll(into, element);
        else existing[index] = element;
      });
    } else write(target, name, value, isInherited(name));
  }
}

function take(source: JsonObject, { fields, fragments }: Needs): JsonObject | null {
  // the common plan is one fragment on the entity's type and nothing beside it
  const [only] = fragments;
  if (fields.length === 0 && fragments.length === 1 && only !== undefined) return take(source, only) ?? {};
  const result: JsonObject = {};
  for (const { name, inherited, nested } of fields) {
    const value = read(source, name, inherited);
    if (value === undefined) return null;
    write(result, name, nested === undefined ? value : each(value, nested), inherited);
  }
  for (const fragment of fragments) {
    const part = take(source, fragment);
    if (part !== null) addAll(result, part);
  }
  return result;
}

function each(value: unknown, nested: (source: JsonObject) => JsonObject | null): unknown {
  if (Array.isArray(value)) return value.map((element) => each(element, nested));
  return isObject(value) ? nested(value) : null;
}

/** The names of a representation that holds leaves alone: nearly every one. */
function leavesOf({ fields, fragments }: Needs): readonly NeededField[] | undefined {
  const [only] = fragments;
  if (fields.length === 0 && fragments.length === 1 && only !== undefined) return leavesOf(only);
  return fragments.length === 0 && fields.every(({ nested }) => nested === undefined) ? fields : undefined;
}

interface Known {
  readonly needs: Needs;
  readonly leaves: readonly NeededField[] | undefined;
}

export function compileRepresenter(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): Representer {
  const knownOf = byTypename(selections, schema);
  const build = (entity: JsonObject): JsonObject | undefined => {
    const built = take(entity, knownOf(entity).needs);
    return built?.__typename ? built : undefined;
  };
  return {
    build,
    key(entity) {
      const { leaves } = knownOf(entity);
      if (leaves !== undefined) return keyOfLeaves(entity, leaves);
      const built = build(entity);
      return built === undefined ? undefined : keyOf(built);
    },
    isAll(entity) {
      const { leaves } = knownOf(entity);
      if (leaves === undefined) return false;
      let count = 0;
      for (const _ in entity) count += 1;
      return count === leaves.length;
    },
  };
}

function compileSelections(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): (source: JsonObject) => JsonObject | null {
  const knownOf = byTypename(selections, schema);
  return (source) => take(source, knownOf(source).needs);
}

function byTypename(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): (source: JsonObject) => Known {
  const byType = new Map<unknown, Known>();
  return (source) => {
    const typename = source.__typename;
    const known = byType.get(typename);
    if (known !== undefined) return known;
    const needs = needsOf(selections, schema, typename);
    const made = { needs, leaves: leavesOf(needs) };
    // a subgraph may answer any string as a type name: only the schema's own are worth keeping
    if (typename === undefined || (typeof typename === 'string' && schema.getType(typename) !== undefined))
      byType.set(typename, made);
    return made;
  };
}

function needsOf(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
  typename: unknown,
): Needs {
  const fields: NeededField[] = [];
  const fragments: Needs[] = [];
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name;
      fields.push({
        name,
        inherited: isInherited(name),
        nested:
          selection.selections === undefined ? undefined : compileSelections(selection.selections, schema),
      });
    } else if (
      selection.typeCondition !== undefined &&
      typeof typename === 'string' &&
      isTypeOf(schema, typename, selection.typeCondition)
    ) {
      fragments.push(needsOf(selection.selections, schema, typename));
    }
  }
  return { fields, fragments };
}

/** Every value carries its length or its kind; the names are the same for the same type. */
function keyOfLeaves(entity: JsonObject, leaves: readonly NeededField[]): string | undefined {
  const [first, second] = leaves;
  if (leaves.length === 2 && first?.name === '__typename' && second?.inherited === false) {
    const { __typename: type, [second.name]: value } = entity;
    // a name of the schema, which no key below begins with: those begin with a length, or a mark
    if (typeof type === 'string' && type !== '' && typeof value === 'string') return `${type}:${value}`;
  }
  let key = '';
  let named = false;
  for (const { name, inherited } of leaves) {
    const value = read(entity, name, inherited);
    if (value === undefined) return undefined;
    if (typeof value === 'string') key += `${value.length}:${value}`;
    else {
      const json = JSON.stringify(value) ?? '';
      key += `;${json.length}:${json}`;
    }
    if (name === '__typename' && value) named = true;
  }
  return named ? key : undefined;
}

function keyOf(representation: JsonObject): string {
  let key = '';
  for (const name in representation) {
    const json = JSON.stringify(representation[name]) ?? '';
    key += `${name};${json.length}:${json}`;
  }
  return key;
}
