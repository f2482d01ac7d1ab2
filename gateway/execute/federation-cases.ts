// For tests: federation's cases, one by one, with the answer of GraphQL over the whole graph.
import type { SubgraphSource } from './test-graph.ts';

export interface Case {
  readonly name: string;
  readonly subgraphs: Readonly<Record<string, SubgraphSource>>;
  readonly text: string;
  readonly variables?: Record<string, unknown>;
  readonly data: unknown;
  /** Sub-requests: subgraph names in the order of the calls. */
  readonly calls?: readonly string[];
}

interface Reference {
  readonly [name: string]: unknown;
}

const reference = (found: (reference: Reference) => unknown) => ({ __resolveReference: found });

const BOOKS: SubgraphSource = {
  sdl: 'type Query { books: [Book] book: Book } type Book @key(fields: "id") { id: ID! title: String }',
  resolvers: {
    Query: {
      books: () => [{ id: '1', title: 'one' }, null, { id: '2', title: 'two' }, { id: '1', title: 'one' }],
      book: () => ({ id: '1', title: 'one' }),
    },
  },
};
const PRICES: SubgraphSource = {
  sdl: 'type Book @key(fields: "id") { id: ID! price(unit: String): Int }',
  resolvers: {
    Book: reference(({ id }) => ({
      id,
      price: ({ unit = 'EUR' }) => Number(id) * (unit === 'EUR' ? 10 : 12),
    })),
  },
};
export const books = { books: BOOKS, prices: PRICES };

export const CASES: readonly Case[] = [
  {
    name: 'a simple key over a list with nulls and repetitions: one call, each entity sent once',
    subgraphs: books,
    text: '{ books { title price } }',
    data: {
      books: [{ title: 'one', price: 10 }, null, { title: 'two', price: 20 }, { title: 'one', price: 10 }],
    },
    calls: ['books', 'prices'],
  },
  {
    name: 'equal sub-requests of one operation: sent once',
    subgraphs: books,
    text: 'query Both { book { price } books { price } }',
    data: { book: { price: 10 }, books: [{ price: 10 }, null, { price: 20 }, { price: 10 }] },
  },
  {
    name: 'aliases, arguments and variables reach the right subgraph',
    subgraphs: books,
    text: 'query ($unit: String = "USD") { b: book { eur: price(unit: "EUR") usd: price(unit: $unit) t: title } }',
    data: { b: { eur: 10, usd: 12, t: 'one' } },
  },
  {
    name: 'aliases that every JavaScript object knows',
    subgraphs: books,
    text: '{ constructor: book { __proto__: price toString: title hasOwnProperty: __typename } }',
    data: { constructor: JSON.parse('{"__proto__":10,"toString":"one","hasOwnProperty":"Book"}') },
  },
  {
    name: '@skip and @include by variable, at a fetch and in a fragment',
    subgraphs: books,
    text: 'query ($yes: Boolean!, $no: Boolean! = false) { book { title @skip(if: $yes) ...P @include(if: $yes) ... @include(if: $no) { title } } } fragment P on Book { price }',
    variables: { yes: true },
    data: { book: { price: 10 } },
  },
  {
    name: 'introspection beside data, by fragment and variable',
    subgraphs: books,
    text: 'query ($name: String!) { __typename book { __typename id } __type(name: $name) { ...T } __schema { queryType { name } } } fragment T on __Type { name kind }',
    variables: { name: 'Book' },
    data: {
      __typename: 'Query',
      book: { __typename: 'Book', id: '1' },
      __type: { name: 'Book', kind: 'OBJECT' },
      __schema: { queryType: { name: 'Query' } },
    },
  },
  {
    name: 'compound, nested and several keys',
    subgraphs: {
      a: {
        sdl: 'type Query { p: P } type P @key(fields: "sku shop { id }") { sku: ID! shop: S! } type S @key(fields: "id") { id: ID! }',
        resolvers: { Query: { p: () => ({ sku: 's', shop: { id: '7' } }) } },
      },
      b: {
        sdl: 'type P @key(fields: "sku shop { id }") @key(fields: "ean") { sku: ID! shop: S! ean: ID! } type S @key(fields: "id") { id: ID! }',
        resolvers: { P: reference(({ sku, shop }) => ({ sku, shop, ean: 'e9' })) },
      },
      c: {
        sdl: 'type P @key(fields: "ean") { ean: ID! weight: Int }',
        resolvers: { P: reference(({ ean }) => ({ ean, weight: ean === 'e9' ? 9 : 0 })) },
      },
    },
    text: '{ p { weight shop { id } } }',
    data: { p: { weight: 9, shop: { id: '7' } } },
    calls: ['a', 'b', 'c'],
  },
  {
    name: 'an entity that another subgraph does not know: its fields are null',
    subgraphs: {
      a: {
        sdl: 'type Query { ps: [P] } type P @key(fields: "id") { id: ID!  }',
        resolvers: { Query: { ps: () => [{ id: '1' }, { id: '2' }] } },
      },
      b: {
        sdl: 'type P @key(fields: "id") { id: ID! extra: String }',
        resolvers: { P: reference(({ id }) => (id === '1' ? null : { id, extra: `x${id}` })) },
      },
    },
    text: '{ ps { extra } }',
    data: { ps: [{ extra: null }, { extra: 'x2' }] },
  },
  {
    name: '@requires with a fragment on an interface, and a nested list',
    subgraphs: {
      a: {
        sdl: `type Query { p: P } type P @key(fields: "id") { id: ID! parts: [Part] }
          interface Part { kg: Int } type Bolt implements Part { kg: Int size: Int } type Nut implements Part { kg: Int }`,
        resolvers: {
          Query: {
            p: () => ({
              id: '1',
              parts: [
                { __typename: 'Bolt', kg: 1, size: 4 },
                { __typename: 'Nut', kg: 2 },
              ],
            }),
          },
        },
      },
      b: {
        sdl: `type P @key(fields: "id") { id: ID! parts: [Part] @external told: String @requires(fields: "parts { kg ... on Bolt { size } }") }
          interface Part { kg: Int } type Bolt implements Part { kg: Int @external size: Int @external } type Nut implements Part { kg: Int @external }`,
        resolvers: { P: { told: ({ parts }: Reference) => JSON.stringify(parts) } },
      },
    },
    text: '{ p { told } }',
    data: {
      p: { told: '[{"kg":1,"size":4},{"kg":2}]' },
    },
  },
  {
    name: '@provides spares the call',
    subgraphs: {
      a: {
        sdl: 'type Query { top: P @provides(fields: "name") } type P @key(fields: "id") { id: ID! name: String @external }',
        resolvers: { Query: { top: () => ({ id: '1', name: 'provided' }) } },
      },
      b: { sdl: 'type P @key(fields: "id") { id: ID! name: String @shareable }' },
    },
    text: '{ top { name } }',
    data: { top: { name: 'provided' } },
    calls: ['a'],
  },
  {
    name: '@override moves a field',
    subgraphs: {
      a: {
        sdl: 'type Query { p: P } type P @key(fields: "id") { id: ID! name: String }',
        resolvers: { Query: { p: () => ({ id: '1', name: 'old' }) } },
      },
      b: {
        sdl: 'type P @key(fields: "id") { id: ID! name: String @override(from: "a") }',
        resolvers: { P: reference(({ id }) => ({ id, name: 'new' })) },
      },
    },
    text: '{ p { name } }',
    data: { p: { name: 'new' } },
  },
  {
    name: 'an interface object: the real type is asked where it is known',
    subgraphs: {
      a: {
        sdl: `type Query { x: Int } interface M @key(fields: "id") { id: ID! } type B implements M @key(fields: "id") { id: ID! pages: Int }
          type F implements M @key(fields: "id") { id: ID! }`,
        resolvers: {
          M: {
            __resolveReference: ({ id }: Reference) => ({ id, pages: 3, __typename: id === '1' ? 'B' : 'F' }),
            __resolveType: ({ __typename }: Reference) => __typename,
          },
          B: reference(({ id }) => ({ id, pages: 3 })),
        },
      },
      b: {
        sdl: 'type Query { all: [M] } type M @interfaceObject @key(fields: "id") { id: ID! stars: Int }',
        resolvers: {
          Query: {
            all: () => [
              { id: '1', stars: 5 },
              { id: '2', stars: 4 },
            ],
          },
        },
      },
    },
    text: '{ all { __typename stars ... on B { pages } } }',
    data: {
      all: [
        { __typename: 'B', stars: 5, pages: 3 },
        { __typename: 'F', stars: 4 },
      ],
    },
  },
  {
    name: 'a union whose members share a field name with different types: aliased for the subgraph, renamed back',
    subgraphs: {
      a: {
        sdl: 'type Query { us: [U] } union U = A | B type A @key(fields: "id") { id: ID! } type B @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: {
            us: () => [
              { __typename: 'A', id: '1' },
              { __typename: 'B', id: '2' },
            ],
          },
        },
      },
      b: {
        sdl: 'type A @key(fields: "id") { id: ID! v: Boolean! } type B @key(fields: "id") { id: ID! v: Boolean }',
        resolvers: {
          A: reference(({ id }) => ({ id, v: false })),
          B: reference(({ id }) => ({ id, v: true })),
        },
      },
    },
    text: '{ us { ... on A { id a: v } ... on B { id b: v } } }',
    data: {
      us: [
        { id: '1', a: false },
        { id: '2', b: true },
      ],
    },
  },
  {
    name: 'lists of lists of entities',
    subgraphs: {
      a: {
        sdl: 'type Query { m: [[P]] } type P @key(fields: "id") { id: ID! }',
        resolvers: { Query: { m: () => [[{ id: '1' }, null], null, [], [{ id: '2' }]] } },
      },
      b: {
        sdl: 'type P @key(fields: "id") { id: ID! n: Int }',
        resolvers: { P: reference(({ id }) => ({ id, n: Number(id) })) },
      },
    },
    text: '{ m { n } }',
    data: { m: [[{ n: 1 }, null], null, [], [{ n: 2 }]] },
  },
  {
    name: 'mutations across subgraphs, in order, and the query root behind one of them',
    subgraphs: {
      a: {
        sdl: 'type Query { n: Int } type Mutation { one: Done } type Done { query: Query! at: Int }',
        resolvers: { Query: { n: () => 1 }, Mutation: { one: () => ({ query: {}, at: 1 }) } },
      },
      b: {
        sdl: 'type Query { m: Int } type Mutation { two: Int }',
        resolvers: { Query: { m: () => 2 }, Mutation: { two: () => 2 } },
      },
    },
    text: 'mutation { first: one { at query { n m } } two second: one { at } }',
    data: { first: { at: 1, query: { n: 1, m: 2 } }, two: 2, second: { at: 1 } },
  },
];
