// Random operations on several graphs, faults included: whatever the stock gateway answers, the compiled executor does.
import fc from 'fast-check';
import { type ExecutionResult, isAbstractType, parse, validate, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { withSomething } from './emptied.ts';
import { operationOf } from './executor.ts';
import { inventResolvers, type World } from './invented-world.ts';
import { randomOperation } from './random-operation.ts';
import { plain, type SubgraphSource, type TestGraph, testGraph } from './test-graph.ts';

const SHOP: Record<string, SubgraphSource> = {
  users: {
    sdl: `
      type Query { me: User  users(first: Int): [User!]!  node(id: ID!): Node }
      type Mutation { rename(name: String!): User  retire(id: ID!): Product }
      interface Node { id: ID! }
      type User implements Node @key(fields: "id") { id: ID!  name: String @shareable  email: String!  boss: User  address: Address @shareable }
      type Address @shareable { street: String  city: City }
      type City @key(fields: "id") @shareable { id: ID!  name: String }
      type Product implements Node @key(fields: "id") { id: ID! }`,
  },
  products: {
    sdl: `
      type Query { topProducts(first: Int): [Product]  product(id: ID!): Product  search(text: String): [Found!]  matrix: [[Product]] }
      type Mutation { stock(id: ID!, count: Int): Product! }
      union Found = Product | Vendor | User
      type Product @key(fields: "id") @key(fields: "sku vendor { id }") { id: ID!  sku: String!  vendor: Vendor!  name: String  price: Int  weight: Int  kind: Kind }
      type Vendor @key(fields: "id") { id: ID!  name: String!  products: [Product!] }
      type User @key(fields: "id", resolvable: false) { id: ID! }
      enum Kind { BIG SMALL }`,
  },
  inventory: {
    sdl: `
      type Product @key(fields: "id") { id: ID!  inStock: Boolean  price: Int @external  weight: Int @external
        shipping: Int @requires(fields: "price weight")  warehouse(near: String): City! }
      type City @key(fields: "id") @shareable { id: ID!  people: Int! }
      type Query { warehouses: [City] }`,
  },
  reviews: {
    sdl: `
      type Query { latest: Review  reviews: [Review] }
      type Mutation { review(text: String!): Review }
      type Review @key(fields: "id") { id: ID!  text: String!  stars: Float  author: User @provides(fields: "name")  product: Product!  thread: [[Review!]!] }
      type User @key(fields: "id") { id: ID!  name: String @external  reviews: [Review!]  address: Address @shareable }
      type Address @shareable { zip: String  city: City }
      type City @key(fields: "id") { id: ID! }
      type Product @key(fields: "id") { id: ID!  reviews(first: Int): [Review]  rating: Float! }`,
  },
};

const MEDIA: Record<string, SubgraphSource> = {
  catalog: {
    sdl: `
      type Query { media: [Media!]  first: Media  book: Book  things: [Thing]  again: Again }
      type Mutation { buy(id: ID!): Again! }
      type Again { query: Query!  media: Media }
      interface Media @key(fields: "id") { id: ID!  title: String }
      interface Printed { pages: Int }
      type Book implements Media & Printed @key(fields: "id") { id: ID!  title: String  pages: Int  author: Person @shareable }
      type Film implements Media @key(fields: "id") { id: ID!  title: String  minutes: Int! }
      type Secret implements Media @key(fields: "id") @inaccessible { id: ID!  title: String }
      type Person @key(fields: "id") { id: ID!  name: String @shareable }
      union Thing = Book | Person | Film`,
  },
  ratings: {
    sdl: `
      type Query { best: [Media]  worst: Media! }
      type Media @interfaceObject @key(fields: "id") { id: ID!  score: Float  critics: [Person!] }
      type Person @key(fields: "id") { id: ID!  taste: String @tag(name: "x") }`,
  },
  archive: {
    sdl: `
      type Query { old: [Book!] }
      type Book @key(fields: "id") { id: ID!  pages: Int @override(from: "catalog")  author: Person @external  shelf: String @requires(fields: "author { name }")  lent: [Person] }
      type Person @key(fields: "id") { id: ID!  name: String @external  loans: [Book!]! }`,
  },
};

async function invented(sources: Record<string, SubgraphSource>): Promise<TestGraph> {
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

const WORLDS: Record<string, Omit<World, 'seed'>> = {
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

/** Repair: where some elements of a list need no entity, the stock gateway counts them wrong in paths. */
function comparable(result: Answered, unplaced: ReadonlySet<string>): unknown {
  if (result.errors === undefined) return result;
  const errors = result.errors.map((error) =>
    JSON.stringify({
      ...error,
      path: unplaced.has(error.message)
        ? undefined
        : error.path?.map((part) => (typeof part === 'number' ? '#' : part)),
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

const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 150);
const TIMEOUT_MS = 120_000 + 1000 * RUNS;
/** Fixed, so that a failure is a change of ours; DIFFERENTIAL_SEED and _RUNS of the environment search for more. */
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20261115);

describe.each([
  ['shop', await invented(SHOP), 30],
  // the planner's memory grows without bound on larger operations over interface objects
  ['media', await invented(MEDIA), 10],
] as const)('%s', (_, graph, maxFields) => {
  for (const [name, odds] of Object.entries(WORLDS)) {
    for (const kind of ['query', 'mutation'] as const) {
      it(`answers a ${kind} as the stock gateway does, ${name}`, { timeout: TIMEOUT_MS }, async () => {
        let compared = 0;
        await fc.assert(
          fc.asyncProperty(fc.nat(), fc.nat(), async (seed, worldSeed) => {
            const { text, variables } = randomOperation(graph.generation.schema, seed, kind, maxFields);
            fc.pre(validate(graph.generation.schema, parse(text)).length === 0 && !hasEmptied(text));
            const ask = { context: { world: { seed: worldSeed, ...odds } } };
            const stock = await outcome(graph.stock(text, variables, ask));
            const stockCalls = graph.calls.length;
            const ours = await outcome(graph.ours(text, variables, ask));
            const unplaced = new Set(
              stock.errors?.filter((error) => !hasPath(error)).map(({ message }) => message),
            );
            expect(comparable(ours, unplaced), `${text}\n${JSON.stringify(variables)}`).toEqual(
              comparable(stock, unplaced),
            );
            // what another subgraph has brought under the same name stands: as it does with stock, which says where
            for (const { path } of (ours.errors ?? []).filter(({ message }) => unplaced.has(message)))
              expect(leadsToGap(ours.data, path ?? []), `${path} in ${text}`).toBe(true);
            expect(graph.calls.length).toBeLessThanOrEqual(stockCalls);
            compared += 1;
          }),
          { numRuns: kind === 'query' ? RUNS : RUNS / 3, seed: SEED },
        );
        expect(compared).toBeGreaterThan(10);
      });
    }
  }
});
