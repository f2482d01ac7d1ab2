// Where a plan node works: the objects under a plan path, and their exact paths when an error needs them.
import type { Path } from './failure.ts';
import { isInherited, isObject, type JsonObject, read } from './json.ts';

/** Response names, with '@' for "each element of the list". */
export type PlanPath = readonly string[];

export function collect(value: unknown, path: PlanPath, into: JsonObject[], at = 0): void {
  let here = value;
  for (let index = at; index < path.length; index += 1) {
    if (here === null || here === undefined) return;
    const step = path[index];
    if (step === undefined) return;
    if (Array.isArray(here)) {
      const next = step === '@' ? index + 1 : index;
      for (const element of here) collect(element, path, into, next);
      return;
    }
    // a list that isn't one: shaping reports it, there is nothing here to fetch for
    if (step === '@' || !isObject(here)) return;
    here = read(here, step, isInherited(step));
  }
  if (Array.isArray(here)) for (const element of here) collect(element, path, into, path.length);
  else if (isObject(here)) into.push(here);
}

/** Every path at which each of the wanted objects stands now. */
export function locate(
  root: JsonObject,
  path: PlanPath,
  wanted: ReadonlySet<JsonObject>,
): Map<JsonObject, Path[]> {
  const found = new Map<JsonObject, Path[]>();
  const walk = (value: unknown, at: number, here: (string | number)[]): void => {
    if (Array.isArray(value)) {
      const next = path[at] === '@' ? at + 1 : at;
      value.forEach((element, index) => {
        walk(element, next, [...here, index]);
      });
      return;
    }
    if (!isObject(value)) return;
    const step = path[at];
    if (step !== undefined) {
      if (step !== '@') walk(read(value, step, isInherited(step)), at + 1, [...here, step]);
    } else if (wanted.has(value)) {
      const paths = found.get(value);
      if (paths === undefined) found.set(value, [here]);
      else paths.push(here);
    }
  };
  walk(root, 0, []);
  return found;
}

/** The part of a plan path that is certain before any data has come. */
export function certainPart(path: PlanPath): Path {
  const list = path.indexOf('@');
  return list < 0 ? path : path.slice(0, list);
}
