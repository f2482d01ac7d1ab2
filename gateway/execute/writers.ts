// Which fetches of a plan write where: what one of them brings may stand in two places unless another writes below it.
import type { CompiledFetch } from './fetch.ts';
import type { Shape } from './merge.ts';
import type { PlanPath } from './places.ts';

interface Branch {
  readonly writers: Set<number>;
  readonly below: Map<string, Branch>;
}

function grow(from: Branch, name: string): Branch {
  let branch = from.below.get(name);
  if (branch === undefined) {
    branch = { writers: new Set(), below: new Map() };
    from.below.set(name, branch);
  }
  return branch;
}

function plant(branch: Branch, shape: Shape, writer: number): void {
  branch.writers.add(writer);
  for (const { name, sub } of shape.fields) if (sub !== undefined) plant(grow(branch, name), sub, writer);
}

/** Marks the fields below which a fetch other than the shape's own writes; true if there is one here or below. */
function mark(branch: Branch, shape: Shape, writer: number): boolean {
  let others = branch.writers.size > 1 || !branch.writers.has(writer);
  const marked = new Set<string>();
  for (const field of shape.fields) {
    if (field.sub === undefined) continue;
    marked.add(field.name);
    field.shared = mark(grow(branch, field.name), field.sub, writer);
    others ||= field.shared;
  }
  // branches that this shape doesn't have were grown by others
  for (const name of branch.below.keys()) others ||= !marked.has(name);
  return others;
}

export function markShared(fetches: readonly CompiledFetch[]): void {
  const root: Branch = { writers: new Set(), below: new Map() };
  const places = fetches.map((fetch, writer) => {
    let branch = root;
    for (const step of fetch.path) if (step !== '@') branch = grow(branch, step);
    plant(branch, fetch.shape, writer);
    return branch;
  });
  fetches.forEach((fetch, writer) => {
    const place = places[writer];
    if (place !== undefined) mark(place, fetch.shape, writer);
  });
}

/** Whether a fetch writes what stands at the path, from above it. */
function brings({ path: from, shape }: CompiledFetch, path: PlanPath): boolean {
  if (from.length >= path.length || from.some((step, index) => step !== path[index])) return false;
  let here: Shape | undefined = shape;
  for (const step of path.slice(from.length)) if (step !== '@') here = here?.byName.get(step)?.sub;
  return here !== undefined;
}

/**
 * Marks the fetches whose entities come from one fetch alone: a second one from above would write into each place
 * what only that place has.
 */
export function markJoining(fetches: readonly CompiledFetch[]): void {
  for (const fetch of fetches) fetch.joins = fetches.filter((each) => brings(each, fetch.path)).length === 1;
}
