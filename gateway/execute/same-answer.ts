// For tests: one operation on a graph of invented values, by the stock gateway and by the compiled executor.
import { type ExecutionResult, isAbstractType, parse, validate, visit } from 'graphql';
import { operationOf } from '../../schema/operation-of.ts';
import { withSomething } from './emptied.ts';
import { inventResolvers, type World } from './invented-world.ts';
import type { RandomOperation } from './random-operation.ts';
import { plain, type SubgraphSource, type TestGraph, testGraph } from './test-graph.ts';

export async function invented(sources: Record<string, SubgraphSource>): Promise<TestGraph> {
  return testGraph(sources, {
    prepare: (schema, whole) =>
      inventResolvers(schema, (name) => {
        const type = whole.getType(name);
        const local = schema.getType(name);
        const possible = isAbstractType(type)
          ? whole.getPossibleTypes(type).map((each) => each.name)
          : [name];
        const known = isAbstractType(local) ? possible.filter((each) => schema.getType(each)) : possible;
        return known.length > 0 ? known : [name];
      }),
  });
}

export const WORLDS: Record<string, Omit<World, 'seed'>> = {
  'all well': { nulls: 0, faults: 0 },
  'some nulls': { nulls: 120, faults: 0 },
  'nulls and faults': { nulls: 60, faults: 60 },
};

interface Reported {
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly Reported[];
}

/** Repair: `@` and `_entities` are the stock gateway's own and tell a client nothing, nor does no path at all. */
function hasPath({ path }: Reported): boolean {
  return path !== undefined && !path.includes('@') && !path.includes('_entities');
}

/** Repairs: a name that the planner made up is the client's again; where some elements of a list need no entity, the stock gateway counts wrong. */
function comparable(result: Answered, unplaced: ReadonlySet<string>): unknown {
  if (result.errors === undefined) return result;
  const errors = result.errors.map((error) =>
    JSON.stringify({
      ...error,
      path: unplaced.has(error.message)
        ? undefined
        : error.path?.map((part) => (typeof part === 'number' ? '#' : part.replace(/__alias_\d+$/, ''))),
    }),
  );
  // subgraphs answer in any order
  return { ...result, errors: errors.sort() };
}

/** Repair: see emptied.ts; the stock gateway answers null, and that only where something else is fetched beside it. */
function hasEmptied(text: string): boolean {
  const document = parse(text);
  const { fragments } = operationOf(document, undefined);
  let found = false;
  visit(document, {
    Field: (node) => {
      if (withSomething(node, fragments) !== node) found = true;
    },
  });
  return found;
}

/** In place of the stock gateway's word for it: where an error points is no value (an entity as a whole may have some). */
function leadsToGap(data: unknown, path: readonly (string | number)[]): boolean {
  let here: unknown = data;
  for (const part of path) {
    if (here === null || here === undefined) return true;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here === null || here === undefined || typeof here === 'object';
}

async function outcome(answer: Promise<ExecutionResult>): Promise<Answered> {
  try {
    return plain(await answer);
  } catch (error) {
    return { errors: [{ message: `thrown: ${error instanceof Error ? error.message : error}` }] };
  }
}

/** As a test compares it. */
export interface Compared {
  readonly answer: unknown;
  /** Errors that point at a value; the stock gateway doesn't say where these belong. */
  readonly misplaced: readonly string[];
  readonly moreCalls: number;
}

/** Undefined: not an operation that can be compared. Else the two are equal, but for what is no listed repair. */
export async function bothAnswers(
  graph: TestGraph,
  { text, variables }: RandomOperation,
  world: World,
): Promise<{ readonly ours: Compared; readonly stock: Compared } | undefined> {
  if (validate(graph.generation.schema, parse(text)).length > 0 || hasEmptied(text)) return undefined;
  const ask = { context: { world } };
  const stock = await outcome(graph.stock(text, variables, ask));
  // a repair: where the planner renames a field, stock loses its null, and with it what requires the field
  if (world.nulls + world.faults > 0 && graph.calls.some(({ request }) => request.query.includes('__alias_')))
    return undefined;
  const stockCalls = graph.calls.length;
  const ours = await outcome(graph.ours(text, variables, ask));
  const unplaced = new Set(stock.errors?.filter((error) => !hasPath(error)).map(({ message }) => message));
  // what another subgraph has brought under the same name stands: as it does with stock, which says where
  const misplaced = (ours.errors ?? [])
    .filter(({ message, path }) => unplaced.has(message) && !leadsToGap(ours.data, path ?? []))
    .map(({ message, path }) => `${message} at ${path}`);
  const moreCalls = Math.max(0, graph.calls.length - stockCalls);
  return {
    ours: { answer: comparable(ours, unplaced), misplaced, moreCalls },
    stock: { answer: comparable(stock, unplaced), misplaced: [], moreCalls: 0 },
  };
}
