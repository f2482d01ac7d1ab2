// Random operations on random subgraphs, by graphql-js and by compiled documents: the same answers.
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  type GraphQLFormattedError,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { hash } from '../../gateway/execute/dice.ts';
import { inventGraph } from '../../gateway/execute/invented-graph.ts';
import { inventResolvers, type World } from '../../gateway/execute/invented-world.ts';
import { randomOperation } from '../../gateway/execute/random-operation.ts';
import { WORLDS } from '../../gateway/execute/same-answer.ts';
import { LINK } from '../../gateway/execute/test-graph.ts';
import { compileDocument } from './document.ts';

/** For longer searches: DIFFERENTIAL_GRAPHS=2000 DIFFERENTIAL_SEED=1 npx vitest run subgraphs/execute */
const GRAPHS = Number(process.env.DIFFERENTIAL_GRAPHS ?? 24);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20261121);
const OPERATIONS = 12;

/** Some fields, and some types of what stands there, are told later. */
function late(schema: GraphQLSchema, seed: number): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isAbstractType(type) && type.resolveType && hash(seed, type.name) % 3 === 0) {
      const { resolveType } = type;
      type.resolveType = async (...call) => resolveType(...call);
    }
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = field.resolve ?? defaultFieldResolver;
      const chance = hash(seed, type.name, field.name) % 6;
      if (chance < 2) field.resolve = async (...call) => resolve(...call);
      // elements that come one by one
      else if (chance === 2)
        field.resolve = (...call) => {
          const value: unknown = resolve(...call);
          return Array.isArray(value)
            ? value.map((each) => (hash(seed, each) % 2 === 0 ? Promise.resolve(each) : each))
            : value;
        };
    }
  }
}

/** Undefined: a set that federation refuses. */
function schemaOf(sdl: string, seed: number): GraphQLSchema | undefined {
  let schema: GraphQLSchema;
  try {
    schema = buildSubgraphSchema(parse(LINK + sdl));
  } catch {
    return undefined;
  }
  inventResolvers(schema, (name) => {
    const type = schema.getType(name);
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type).map((each) => each.name) : [];
    return possible.length > 0 ? possible : [name];
  });
  late(schema, seed);
  return schema;
}

type Reported = readonly GraphQLFormattedError[];

interface Plain {
  readonly data?: unknown;
  readonly errors?: Reported;
}

/** As a client is sent it. */
const plain = (result: ExecutionResult): Plain => JSON.parse(JSON.stringify(result));

/** Whether a parent of the place has become null: whether an error below it is told too is left open by GraphQL. */
function isBelowNull(data: unknown, path: readonly (string | number)[]): boolean {
  let here: unknown = data;
  for (const part of path.slice(0, -1)) {
    if (here === null || here === undefined) return true;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here === null || here === undefined;
}

/** graphql-js leaves rejections to nobody where a list is lost at once; ours, which must not, is heard. */
async function unheard<Result>(run: () => PromiseLike<Result> | Result): Promise<Result> {
  const hearers = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[]; // of that event
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => undefined);
  try {
    const result = await run();
    // told once this turn is over
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const hearer of hearers) process.on('unhandledRejection', hearer);
  }
}

describe('compiled documents', () => {
  it('answer as graphql-js does, whatever is asked of whatever subgraph', {
    timeout: 120_000 + 1000 * GRAPHS,
  }, async () => {
    const worlds = Object.values(WORLDS);
    let invalid = 0;
    let compared = 0;
    for (let graph = 0; graph < GRAPHS; graph += 1) {
      const seed = hash(SEED, graph);
      for (const [name, { sdl }] of Object.entries(inventGraph(seed))) {
        const schema = schemaOf(sdl, seed);
        if (schema === undefined) {
          invalid += 1;
          continue;
        }
        for (let at = 0; at < OPERATIONS; at += 1) {
          const kind = schema.getMutationType() && at % 4 === 3 ? 'mutation' : 'query';
          const { text, variables } = randomOperation(schema, seed + at, kind, 40);
          const document = parse(text);
          if (validate(schema, document).length > 0) continue;
          const world: World = { seed: at, ...(worlds[at % worlds.length] ?? { nulls: 0, faults: 0 }) };
          const context = { world };
          const stock = plain(
            await unheard(() =>
              execute({ schema, document, contextValue: context, variableValues: variables }),
            ),
          );
          const compiled = compileDocument(schema, document, undefined);
          const asked = { context, shown: (error: unknown) => error };
          const ours = plain(await compiled(variables, asked));
          const about = `${name} of ${seed}, ${at}\n${sdl}\n${text}\n${JSON.stringify(variables)}`;
          expect(ours.data, about).toEqual(stock.data);
          expect(JSON.stringify(ours.data), about).toBe(JSON.stringify(stock.data));
          // which of several errors below one null are told depends on when they are met
          const told = (errors: Reported = []) =>
            errors
              .filter(({ path = [] }) => !isBelowNull(stock.data, path))
              .map(({ message, ...rest }) =>
                JSON.stringify([message.replace(/^(Abstract type "\w+") .*/, '$1'), rest]),
              )
              .sort();
          expect(told(ours.errors), about).toEqual(told(stock.errors));
          expect(ours.errors === undefined, about).toBe(stock.errors === undefined);
          // once more: what was compiled keeps nothing of a run
          expect(plain(await compiled(variables, asked)).data, about).toEqual(stock.data);
          compared += 1;
        }
      }
    }
    console.info(
      `${GRAPHS} graphs, ${invalid} subgraphs that federation refuses; ${compared} answers compared`,
    );
    expect(compared).toBeGreaterThan(10 * GRAPHS);
  });
});
