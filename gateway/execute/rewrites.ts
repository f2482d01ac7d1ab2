// The planner's rewrites of what a fetch sends and receives, compiled: fields renamed, values set.
import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isInherited, isObject, type JsonObject, read, write } from '../../schema/json.ts';
import { isTypeOf } from '../../schema/type-condition.ts';
import { addField, type Shape } from './merge.ts';

export type Rewrite = (value: unknown) => void;

const ON = '... on ';

function apply(rewrite: FetchDataRewrite, name: string, object: JsonObject): void {
  if (rewrite.kind === 'ValueSetter') {
    write(object, name, rewrite.setValueTo, isInherited(name));
    return;
  }
  const value = read(object, name, isInherited(name));
  if (value === undefined) return;
  write(object, rewrite.renameKeyTo, value, isInherited(rewrite.renameKeyTo));
  object[name] = undefined;
}

export function compileRewrite(rewrite: FetchDataRewrite, schema: GraphQLSchema): Rewrite {
  const path = rewrite.path.slice(0, -1);
  const name = rewrite.path.at(-1) ?? '';
  const walk = (value: unknown, at: number): void => {
    if (Array.isArray(value)) {
      for (const element of value) walk(element, at);
      return;
    }
    if (!isObject(value)) return;
    const step = path[at];
    if (step === undefined) {
      apply(rewrite, name, value);
    } else if (step.startsWith(ON)) {
      // an object that doesn't say its type is taken for one that fits, as the planner expects
      const typename = value.__typename;
      if (!typename || isTypeOf(schema, String(typename), step.slice(ON.length))) walk(value, at + 1);
    } else {
      walk(read(value, step, isInherited(step)), at + 1);
    }
  };
  return (value) => walk(value, 0);
}

/** Makes room in a fetch's shape for the names that its rewrites bring. */
export function addRewrites(shape: Shape, rewrites: readonly FetchDataRewrite[]): void {
  for (const rewrite of rewrites) {
    const name = rewrite.path.at(-1);
    if (name === undefined) continue;
    let here: Shape | undefined = shape;
    for (const step of rewrite.path.slice(0, -1)) {
      if (!step.startsWith(ON)) here = here?.byName.get(step)?.sub;
    }
    if (here === undefined) continue;
    if (rewrite.kind === 'ValueSetter') addField(here, name);
    else mergeShapes(here, rewrite.renameKeyTo, here.byName.get(name)?.sub);
  }
}

function mergeShapes(shape: Shape, name: string, sub: Shape | undefined): void {
  const field = addField(shape, name);
  if (sub === undefined || field.sub === sub) return;
  field.sub ??= { fields: [], byName: new Map() };
  for (const inner of sub.fields) mergeShapes(field.sub, inner.name, inner.sub);
}
