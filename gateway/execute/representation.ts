// What identifies an entity to another subgraph: representations built from the answer so far, and their equality.
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isInherited, isObject, type JsonObject, read, write } from './json.ts';
import { isTypeOf } from './type-condition.ts';

export interface Representer {
  /** Undefined when a needed value is missing: an error has been reported where it got lost. */
  build(entity: JsonObject): JsonObject | undefined;
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

export function compileRepresenter(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): Representer {
  const build = compileSelections(selections, schema);
  return {
    build: (entity) => {
      const built = build(entity);
      return built?.__typename ? built : undefined;
    },
  };
}

function compileSelections(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): (source: JsonObject) => JsonObject | null {
  const byType = new Map<unknown, Needs>();
  return (source) => {
    const typename = source.__typename;
    let needs = byType.get(typename);
    if (needs === undefined) {
      needs = needsOf(selections, schema, typename);
      // a subgraph may answer any string as a type name: only the schema's own are worth keeping
      if (typename === undefined || (typeof typename === 'string' && schema.getType(typename) !== undefined))
        byType.set(typename, needs);
    }
    return take(source, needs);
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

/** Equal for equal representations only: every value carries its length or its kind. */
export function keyOf(representation: JsonObject): string {
  let key = '';
  for (const name in representation) {
    const value = representation[name];
    if (typeof value === 'string') key += `${name}:${value.length}:${value}`;
    else {
      const json = JSON.stringify(value) ?? '';
      key += `${name};${json.length}:${json}`;
    }
  }
  return key;
}
