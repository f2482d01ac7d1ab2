// Where a plan node works: the objects under a plan path, and their exact paths when an error needs them.

import { isInherited, isObject, type JsonObject, read, write } from '../../schema/json.ts';
import type { Path } from './failure.ts';

/** Response names, with '@' for "each element of the list". */
export type PlanPath = readonly string[];

type Visit = (object: JsonObject) => JsonObject;

/**
 * Visits the objects under a path of the answer, in order and each once, however many places it stands in. What
 * `visit` gives back takes the visited one's place.
 */
export function eachPlace(
  { data, joined }: { readonly data: JsonObject; readonly joined: ReadonlySet<JsonObject> },
  path: PlanPath,
  visit: Visit,
): void {
  const way = path.map((name) => ({ name, inherited: isInherited(name) }));
  if (joined.size === 0) {
    walk(data, way, 0, visit, undefined);
    return;
  }
  const visited = new Set<JsonObject>();
  const once: Visit = (object) => {
    if (visited.has(object)) return object;
    visited.add(object);
    return visit(object);
  };
  const entered = new Set<JsonObject>();
  walk(data, way, 0, once, (object) => {
    if (!joined.has(object)) return false;
    if (entered.has(object)) return true;
    entered.add(object);
    return false;
  });
}

function walk(
  value: unknown,
  way: readonly { readonly name: string; readonly inherited: boolean }[],
  at: number,
  visit: Visit,
  isEntered: ((object: JsonObject) => boolean) | undefined,
): unknown {
  if (Array.isArray(value)) {
    const next = way[at]?.name === '@' ? at + 1 : at;
    for (let index = 0; index < value.length; index += 1) {
      const element: unknown = value[index];
      const given = walk(element, way, next, visit, isEntered);
      if (given !== element) value[index] = given;
    }
    return value;
  }
  if (!isObject(value)) return value;
  const step = way[at];
  if (step === undefined) return visit(value);
  const { name, inherited } = step;
  // a list that isn't one: shaping reports it, there is nothing here to fetch for
  if (name === '@' || isEntered?.(value)) return value;
  const here = read(value, name, inherited);
  if (here === null || here === undefined) return value;
  const given = walk(here, way, at + 1, visit, isEntered);
  if (given !== here) write(value, name, given, inherited);
  return value;
}

/** Every path at which each of the wanted objects stands now. */
export function locate(
  root: JsonObject,
  path: PlanPath,
  wanted: ReadonlySet<JsonObject>,
): Map<JsonObject, Path[]> {
  const found = new Map<JsonObject, Path[]>();
  const search = (value: unknown, at: number, here: (string | number)[]): void => {
    if (Array.isArray(value)) {
      const next = path[at] === '@' ? at + 1 : at;
      value.forEach((element, index) => {
        search(element, next, [...here, index]);
      });
      return;
    }
    if (!isObject(value)) return;
    const step = path[at];
    if (step !== undefined) {
      if (step !== '@') search(read(value, step, isInherited(step)), at + 1, [...here, step]);
    } else if (wanted.has(value)) {
      const paths = found.get(value);
      if (paths === undefined) found.set(value, [here]);
      else paths.push(here);
    }
  };
  search(root, 0, []);
  return found;
}

/** The part of a plan path that is certain before any data has come. */
export function certainPart(path: PlanPath): Path {
  const list = path.indexOf('@');
  return list < 0 ? path : path.slice(0, list);
}
