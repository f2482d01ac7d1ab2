// What the planner gets wrong and this executor repairs: each with the stock gateway's answer, to know when it is mended.
import { describe, expect, it } from 'vitest';
import { plain, type SubgraphSource, testGraph } from './test-graph.ts';

interface Needs {
  readonly id: string;
  readonly f?: number;
  readonly name?: string;
}

const A: SubgraphSource = {
  sdl: `type Query { ps: [P] } type Mutation { make: P }
    type P @key(fields: "id") { id: ID! f(x: Int): Int name: String other: Int }`,
  resolvers: {
    Query: { ps: () => [{ id: '1' }, { id: '2' }] },
    Mutation: { make: () => ({ id: '3' }) },
    P: {
      f: ({ id }: Needs, { x }: { x?: number }) => Number(id) * 100 + (x ?? 0),
      name: () => 'named',
      other: () => 5,
    },
  },
};
const B: SubgraphSource = {
  sdl: `type P @key(fields: "id") { id: ID! f(x: Int): Int @external
    one: Int @requires(fields: "f(x: 1)") two: Int @requires(fields: "f(x: 2)") free: String }`,
  resolvers: {
    P: { one: ({ f }: Needs) => f, two: ({ f }: Needs) => f, free: ({ id }: Needs) => `free ${id}` },
  },
};

describe('a field that the supergraph needs for itself', () => {
  it.each([
    [
      'selected with other arguments',
      '{ ps { one f(x: 7) } }',
      [
        { one: 101, f: 107 },
        { one: 201, f: 207 },
      ],
    ],
    [
      'its name given to another field',
      '{ ps { one f: other } }',
      [
        { one: 101, f: 5 },
        { one: 201, f: 5 },
      ],
    ],
    [
      "a key's name given to another field",
      '{ ps { id: name free } }',
      [
        { id: 'named', free: 'free 1' },
        { id: 'named', free: 'free 2' },
      ],
    ],
    [
      'in a fragment',
      '{ ps { ...F one } } fragment F on P { f(x: 7) }',
      [
        { f: 107, one: 101 },
        { f: 207, one: 201 },
      ],
    ],
    [
      '__typename given to another field',
      '{ ps { __typename: name free } }',
      [
        { __typename: 'named', free: 'free 1' },
        { __typename: 'named', free: 'free 2' },
      ],
    ],
  ])('%s', async (_, text, ps) => {
    const graph = await testGraph({ a: A, b: B });
    expect(plain(await graph.ours(text))).toEqual({ data: { ps } });
    expect(plain(await graph.stock(text))).not.toEqual({ data: { ps } });
  });

  it('is named in errors as the client named it', async () => {
    const graph = await testGraph({ a: A, b: B });
    const result = await graph.ours(
      '{ ps { id: name free } }',
      {},
      {
        interfere: ({ subgraph, request }) =>
          subgraph === 'a' && request.query.includes('client_id')
            ? Promise.resolve({
                data: { ps: [null] },
                errors: [{ message: 'm', path: ['ps', 0, 'client_id'] }] as never,
              })
            : undefined,
      },
    );
    expect(result.errors?.[0]?.path).toEqual(['ps', 0, 'id']);
  });
});

describe('two fields that require one field with different arguments', () => {
  const text = '{ ps { one two free mine: f(x: 9) } }';

  it('are planned apart and come together', async () => {
    const graph = await testGraph({ a: A, b: B });
    const ps = [1, 2].map((id) => ({
      one: id * 100 + 1,
      two: id * 100 + 2,
      free: `free ${id}`,
      mine: id * 100 + 9,
    }));
    expect(plain(await graph.ours(text))).toEqual({ data: { ps } });
    expect(plain(await graph.stock(text))).not.toEqual({ data: { ps } });
  });

  it('in fragments, under conditions, and where nothing else is selected', async () => {
    const graph = await testGraph({ a: A, b: B });
    const fragments =
      'query ($no: Boolean!) { ps { ...F two @skip(if: $no) ...G @include(if: $no) } } fragment F on P { one } fragment G on P { two }';
    expect(plain(await graph.ours(fragments, { no: false }))).toEqual({
      data: {
        ps: [
          { one: 101, two: 102 },
          { one: 201, two: 202 },
        ],
      },
    });
    expect(plain(await graph.ours('{ ps { one } again: ps { two } }'))).toEqual({
      data: { ps: [{ one: 101 }, { one: 201 }], again: [{ two: 102 }, { two: 202 }] },
    });
  });

  it('are refused in a mutation: it must not run twice', async () => {
    const graph = await testGraph({ a: A, b: B });
    await expect(graph.ours('mutation { make { one two } }')).rejects.toThrow('different arguments');
    expect(plain(await graph.ours('mutation { make { one free } }'))).toEqual({
      data: { make: { one: 301, free: 'free 3' } },
    });
  });
});

describe('requirements of requirements', () => {
  const c: SubgraphSource = {
    sdl: `type P @key(fields: "id") { id: ID! one: Int @external two: Int @external
      ten: Int @requires(fields: "one") twenty: Int @requires(fields: "two") both: Int @requires(fields: "one two") }`,
    resolvers: {
      P: {
        ten: ({ one }: { one: number }) => one * 10,
        twenty: ({ two }: { two: number }) => two * 10,
        both: ({ one, two }: { one: number; two: number }) => one + two,
      },
    },
  };

  it('that contradict each other are planned apart', async () => {
    const graph = await testGraph({ a: A, b: B, c });
    const data = { ps: [1, 2].map((id) => ({ ten: id * 1000 + 10, twenty: id * 1000 + 20 })) };
    expect(plain(await graph.ours('{ ps { ten twenty } }'))).toEqual({ data });
    expect(plain(await graph.stock('{ ps { ten twenty } }'))).not.toEqual({ data });
  });

  it('that contradict each other in one field: refused, where the stock gateway gives a wrong value', async () => {
    const graph = await testGraph({ a: A, b: B, c });
    expect(plain(await graph.stock('{ ps { both } }')).data).not.toEqual({
      ps: [{ both: 203 }, { both: 403 }],
    });
    await expect(graph.ours('{ ps { both } }')).rejects.toMatchObject({
      extensions: { code: 'NOT_CONFIGURED' },
    });
  });
});

it('re-enters a subgraph by its resolvable key, whichever stands first', async () => {
  const ref = { a: 'a', b: 'b', c: 'c' };
  const graph = await testGraph({
    labels: {
      sdl: `type Item @key(fields: "id") { id: ID! ref: Ref! @shareable label: String! }
        type Ref @shareable { a: ID! b: ID! c: ID! }`,
      resolvers: { Item: { __resolveReference: ({ id }: Needs) => ({ id, ref, label: `label ${id}` }) } },
    },
    orders: {
      sdl: `type Query { items: [Item!] }
        type Item @key(fields: "ref { a b }", resolvable: false) @key(fields: "id ref { b c }") @key(fields: "id", resolvable: false) {
          id: ID! ref: Ref! @shareable label: String! @external tag: String! @requires(fields: "label") }
        type Ref @shareable { a: ID! b: ID! c: ID! }`,
      resolvers: {
        Query: { items: () => [{ id: '1', ref }] },
        Item: {
          __resolveReference: (sent: { ref: { c?: string } }) => (sent.ref.c === undefined ? null : sent),
          tag: ({ label }: { label: string }) => `tag of ${label}`,
        },
      },
    },
  });
  const data = { items: [{ tag: 'tag of label 1' }] };
  expect(plain(await graph.ours('{ items { tag } }'))).toEqual({ data });
  expect(plain(await graph.stock('{ items { tag } }'))).not.toEqual({ data });
});

it('says so when no subgraph can answer a root field', async () => {
  const graph = await testGraph({
    a: {
      sdl: 'type Query { thing: Thing hello: String } interface Thing @key(fields: "id") { id: ID! }',
      resolvers: { Query: { hello: () => 'hello' } },
    },
    b: {
      sdl: `type Query { other: Thing } type Thing @interfaceObject @key(fields: "id", resolvable: false) { id: ID! colour: String }`,
    },
  });
  const errors = [expect.objectContaining({ path: ['thing'], extensions: { code: 'NOT_CONFIGURED' } })];
  expect(plain(await graph.stock('{ thing { colour } }'))).toEqual({ data: { thing: null } });
  expect(plain(await graph.ours('{ thing { colour } }'))).toEqual({ data: null, errors });
  expect(plain(await graph.ours('{ thing { colour } hello }'))).toEqual({
    data: { thing: null, hello: 'hello' },
    errors,
  });
});

describe('a field of which written-out conditions leave nothing', () => {
  it.each([
    ['in a list', '{ more ps @skip(if: $v) { name @skip(if: true) } }', '"ps":[{},{}]'],
    [
      'by way of a fragment',
      '{ more ps @skip(if: $v) { ...F } } fragment F on P { name @skip(if: true) }',
      '"ps":[{},{}]',
    ],
    [
      'where the spread itself is left out',
      '{ more ps @skip(if: $v) { ... @skip(if: true) { name } } }',
      '"ps":[{},{}]',
    ],
    [
      'beside two plans',
      '{ more ps { one two } again: ps @skip(if: $v) { name @skip(if: true) } }',
      '"again":[{},{}]',
    ],
  ])('%s is an object all the same', async (_, text, expected) => {
    const friends: SubgraphSource = {
      sdl: 'type Query { more: Int } type P @key(fields: "id") { id: ID! friend: P! }',
      resolvers: { Query: { more: () => 1 }, P: { friend: ({ id }: Needs) => ({ id }) } },
    };
    const graph = await testGraph({ a: A, b: B, friends });
    const operation = `query ($v: Boolean = false) ${text}`;
    const result = plain(await graph.ours(operation));
    expect(result.errors).toBeUndefined();
    expect(JSON.stringify(result.data)).toContain(expected);
    expect(plain(await graph.stock(operation))).not.toEqual(result);
  });
});
