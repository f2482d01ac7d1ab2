// For tests: federation's cases in which subgraphs disagree: enums, inputs, tags, what is inaccessible, what is moved.
import type { Case } from './federation-cases.ts';

type Reference = Readonly<Record<string, unknown>>;

const entity = (found: (reference: Reference) => object) => ({ __resolveReference: found });

export const MERGING_CASES: readonly Case[] = [
  {
    name: 'an enum that is only answered has the values of all subgraphs',
    subgraphs: {
      a: {
        sdl: 'type Query { a: E } enum E { ONE TWO }',
        resolvers: { Query: { a: () => 'ONE' } },
      },
      b: {
        sdl: 'type Query { b: [E] } enum E { TWO THREE }',
        resolvers: { Query: { b: () => ['TWO', 'THREE'] } },
      },
    },
    text: '{ a b }',
    data: { a: 'ONE', b: ['TWO', 'THREE'] },
  },
  {
    name: 'an enum that is only asked with has the values that all subgraphs know',
    subgraphs: {
      a: {
        sdl: 'type Query { a(e: E): String } enum E { ONE TWO }',
        resolvers: { Query: { a: (_: unknown, { e }: { e: string }) => `a ${e}` } },
      },
      b: {
        sdl: 'type Query { b(e: E): String } enum E { TWO THREE }',
        resolvers: { Query: { b: (_: unknown, { e }: { e: string }) => `b ${e}` } },
      },
    },
    text: 'query ($e: E = TWO) { a(e: $e) b(e: TWO) __type(name: "E") { enumValues { name } } }',
    data: { a: 'a TWO', b: 'b TWO', __type: { enumValues: [{ name: 'TWO' }] } },
  },
  {
    name: 'an input has the fields that all subgraphs know, required if any requires them',
    subgraphs: {
      a: {
        sdl: 'type Query { a(i: I!): String } input I { x: Int y: Int }',
        resolvers: { Query: { a: (_: unknown, { i }: { i: object }) => JSON.stringify(i) } },
      },
      b: {
        sdl: 'type Query { b(i: I!): String } input I { x: Int! z: Int }',
        resolvers: { Query: { b: (_: unknown, { i }: { i: object }) => JSON.stringify(i) } },
      },
    },
    text: 'query ($i: I!) { a(i: $i) b(i: { x: 2 }) __type(name: "I") { inputFields { name type { kind } } } }',
    variables: { i: { x: 1 } },
    data: {
      a: '{"x":1}',
      b: '{"x":2}',
      __type: { inputFields: [{ name: 'x', type: { kind: 'NON_NULL' } }] },
    },
  },
  {
    name: '@inaccessible in one subgraph hides it in all, and a @requires still reads it; @tag says nothing',
    subgraphs: {
      a: {
        sdl: `type Query { p: P } type P @key(fields: "id") @tag(name: "internal") { id: ID! secret: Int @inaccessible @shareable name: String @tag(name: "x") }`,
        resolvers: { Query: { p: () => ({ id: '1', secret: 4, name: 'n' }) } },
      },
      b: {
        sdl: `type P @key(fields: "id") @tag(name: "public") { id: ID! secret: Int @external double: Int @requires(fields: "secret") }`,
        resolvers: { P: { double: ({ secret }: Reference) => Number(secret) * 2 } },
      },
    },
    text: '{ p { name double } __type(name: "P") { fields { name } } }',
    data: {
      p: { name: 'n', double: 8 },
      __type: { fields: [{ name: 'id' }, { name: 'name' }, { name: 'double' }] },
    },
  },
  {
    name: 'a @requires of a field that itself @requires another, over three subgraphs',
    subgraphs: {
      a: {
        sdl: 'type Query { p: P } type P @key(fields: "id") { id: ID! base: Int }',
        resolvers: { Query: { p: () => ({ id: '1', base: 2 }) } },
      },
      b: {
        sdl: 'type P @key(fields: "id") { id: ID! base: Int @external more: Int @requires(fields: "base") }',
        resolvers: { P: { more: ({ base }: Reference) => Number(base) + 1 } },
      },
      c: {
        sdl: 'type P @key(fields: "id") { id: ID! more: Int @external most: Int @requires(fields: "more") }',
        resolvers: { P: { most: ({ more }: Reference) => Number(more) * 10 } },
      },
    },
    text: '{ p { most } }',
    data: { p: { most: 30 } },
    calls: ['a', 'b', 'c'],
  },
  {
    name: 'fields that require one field with different arguments through others: each gets its own',
    subgraphs: {
      a: {
        sdl: 'type Query { p: P } type P @key(fields: "id") { id: ID! price(in: String!): Int }',
        resolvers: {
          Query: {
            p: () => ({ id: '1', price: (args: { in: string }) => (args.in === 'EUR' ? 10 : 12) }),
          },
          P: entity(({ id }) => ({
            id,
            price: (args: { in: string }) => (args.in === 'EUR' ? 10 : 12),
          })),
        },
      },
      b: {
        sdl: `type P @key(fields: "id") { id: ID! price(in: String!): Int @external
          euros: Int @requires(fields: "price(in: \\"EUR\\")") dollars: Int @requires(fields: "price(in: \\"USD\\")") }`,
        resolvers: {
          P: {
            euros: ({ price }: Reference) => Number(price) + 1,
            dollars: ({ price }: Reference) => Number(price) + 2,
          },
        },
      },
      c: {
        sdl: `type P @key(fields: "id") { id: ID! euros: Int @external dollars: Int @external
          fromEuros: Int @requires(fields: "euros") fromDollars: Int @requires(fields: "dollars") both: Int @requires(fields: "euros dollars") }`,
        resolvers: {
          P: {
            fromEuros: ({ euros }: Reference) => Number(euros) * 100,
            fromDollars: ({ dollars }: Reference) => Number(dollars) * 100,
            both: ({ euros, dollars }: Reference) => Number(euros) * 1000 + Number(dollars),
          },
        },
      },
    },
    text: '{ p { fromEuros fromDollars price(in: "USD") } }',
    data: { p: { fromEuros: 1100, fromDollars: 1400, price: 12 } },
  },
];
