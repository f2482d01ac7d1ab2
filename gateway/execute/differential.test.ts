// Random operations on two graphs, faults included: whatever the stock gateway answers, the compiled executor does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOperation } from './random-operation.ts';
import { bothAnswers, invented, WORLDS } from './same-answer.ts';
import type { SubgraphSource } from './test-graph.ts';

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
            const operation = randomOperation(graph.generation.schema, seed, kind, maxFields);
            const world = { seed: worldSeed, ...odds };
            const both = await bothAnswers(graph, operation, world);
            fc.pre(both !== undefined);
            expect(both.ours, JSON.stringify({ ...operation, world })).toEqual(both.stock);
            compared += 1;
          }),
          { numRuns: kind === 'query' ? RUNS : RUNS / 3, seed: SEED },
        );
        expect(compared).toBeGreaterThan(10);
      });
    }
  }
});
