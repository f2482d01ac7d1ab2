// Cases that random operations rarely meet, one by one: graphql-js's answer and ours.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ExecutionResult, execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileDocument } from './document.ts';

const later = async <Value>(value: Value): Promise<Value> => value;

const asked: string[] = [];

/** What the schema says nothing else of is read off the value itself. */
const schema = buildSubgraphSchema({
  typeDefs: parse(`
    type Query {
      name(of: String, in: [Place!], upper: Boolean = false): String
      pair(first: String, second: String): String
      failed: String
      error: Thing
      things: [Thing!]
      mixed: [Thing]
      animal: Animal!
      monster: Animal!
      strict: [Thing!]
      numbers: [Int]
      set: [Int!]
      scalar(value: Any): Any
      never: String!
      eager: [Int]
    }
    type Mutation { act(name: String!): Acted!  fail(name: String!): Acted! }
    type Acted { name: String! shown: String }
    type Thing { name: String! slow: String bad: String! }
    interface Animal { name: String! }
    type Cat implements Animal { name: String! purrs: Boolean }
    input Place { x: Int }
    scalar Any
  `),
  resolvers: {
    Query: {
      name: (_: unknown, args: unknown) => JSON.stringify(args),
      pair: (_: unknown, args: unknown) => JSON.stringify(args),
      failed: () => {
        throw new Error('at once');
      },
      error: () => new Error('given, not thrown'),
      things: () => [
        { name: 'one', slow: later('late'), bad: 'well' },
        { name: 'two', slow: later('late'), bad: null },
      ],
      mixed: () => [later({ name: 'late' }), { name: 'here' }, Promise.reject(new Error('late fault')), null],
      animal: () => ({ name: 'Tom', purrs: true, kind: 'Cat' }),
      monster: () => ({ name: 'Nessie' }),
      strict: () => [null, Promise.reject(new Error('nobody hears this'))],
      numbers: () => [1, '2', 'three', 1.5, null],
      set: () => new Set([1, 2]),
      scalar: (_: unknown, { value }: { readonly value: unknown }) => value,
      never: () => null,
      eager: () => ({
        // biome-ignore lint/suspicious/noThenProperty: what some libraries give in a promise's place
        then(take: (value: number[]) => void) {
          take([1]);
          take([2]);
        },
      }),
    },
    Mutation: {
      act: async (_: unknown, { name }: { readonly name: string }) => {
        asked.push(`act ${name}`);
        return {
          name,
          shown: async () => {
            await later(1);
            asked.push(`shown ${name}`);
            return name;
          },
        };
      },
      fail: async (_: unknown, { name }: { readonly name: string }) => {
        asked.push(`fail ${name}`);
        throw new Error('refused');
      },
    },
    Thing: {
      slow: (thing: { readonly slow: Promise<string>; readonly name: string }) => {
        asked.push(`slow ${thing.name}`);
        return thing.slow;
      },
    },
    Animal: { __resolveType: async ({ kind }: { readonly kind?: string }) => kind },
  },
});

const plain = (result: ExecutionResult): unknown => JSON.parse(JSON.stringify(result));

async function both(text: string, variableValues: Record<string, unknown> = {}, operationName?: string) {
  const document = parse(text);
  asked.length = 0;
  const stock = plain(
    await execute({
      schema,
      document,
      variableValues,
      operationName: operationName ?? null,
      contextValue: {},
    }),
  );
  const askedByStock = [...asked];
  asked.length = 0;
  const run = compileDocument(schema, document, operationName);
  const ours = plain(await run(variableValues, { context: {}, shown: (error) => error }));
  return { stock, ours, askedByStock, askedByUs: [...asked] };
}

const CASES: Readonly<Record<string, readonly [string, Record<string, unknown>?, string?]>> = {
  'arguments of several fields, by variables': [
    'query ($a: String, $b: String) { x: pair(first: $a) y: pair(first: $b, second: $a) z: pair }',
    { a: 'A', b: 'B' },
  ],
  'arguments written out, defaults, and what is left out': [
    'query ($none: String) { name(of: $none, in: [{ x: 1 }]) other: name(of: null, in: { x: 2 }, upper: true) }',
  ],
  'an argument that does not fit': ['query ($in: [Place!]) { name(in: $in) }', { in: [{ y: 1 }] }],
  'a resolver that throws': ['{ failed numbers }'],
  'an error that is given as a value': ['{ error { name } }'],
  'elements that are wrong': ['{ numbers }'],
  'elements that come late, or fail': ['{ mixed { name } }'],
  'what is no list but can be counted': ['{ set }'],
  'a type that is told late': ['{ animal { __typename name ... on Cat { purrs } } }'],
  'null for what may not be null': ['{ never }'],
  'a type that is told late, and is none': ['{ monster { name } }'],
  'aliases that every object has': ['{ __proto__: numbers constructor: set mixed { toString: name } }'],
  introspection: [
    '{ __typename __schema { queryType { name fields(includeDeprecated: true) { name args { name defaultValue } } } } __type(name: "Thing") { kind fields { name type { kind ofType { name } } } } }',
  ],
  'fields written twice, and fragments': [
    'query { mixed { name } mixed { again: name ...F } ...Q } fragment F on Thing { name once: name } fragment Q on Query { set }',
  ],
  'conditions by variables': [
    'query ($yes: Boolean!, $no: Boolean = false) { set @include(if: $yes) numbers @include(if: $no) ... @skip(if: $yes) { mixed { name } } }',
    { yes: true },
  ],
  'one operation of several': ['query A { set } query B { numbers }', {}, 'B'],
  'a variable that is a condition in another operation alone': [
    'query A($x: String) { name(of: $x) } query B($x: Boolean!) { ...F } fragment F on Query { set @include(if: $x) }',
    { x: 'text' },
    'A',
  ],
  'more conditions than are kept': [
    `query (${['a', 'b', 'c', 'd', 'e'].map((name) => `$${name}: Boolean!`)}) { mixed @include(if: $a) { name } set @skip(if: $b) numbers @skip(if: $c) x: set @include(if: $d) y: set @include(if: $e) }`,
    { a: true, b: false, c: true, d: true, e: false },
  ],
  'a scalar of any value': [
    'query ($v: Any) { scalar(value: $v) a: scalar(value: { b: [1] }) }',
    { v: { c: 1 } },
  ],
};

/** Of a type that is none, each has its own words. */
const worded = (result: unknown): string =>
  JSON.stringify(result).replace(/(Abstract type \\"\w+\\")[^}]*?","locations/, '$1","locations');

describe('a compiled document', () => {
  it.each(Object.entries(CASES))('%s', async (_, [text, variables, operationName]) => {
    const { stock, ours } = await both(text, variables, operationName);
    expect(worded(ours)).toBe(worded(stock));
  });

  it('acts in order, each after what is shown of the one before', async () => {
    const { stock, ours, askedByUs } = await both(
      'mutation { a: act(name: "A") { name shown } b: act(name: "B") { shown } }',
    );
    expect(ours).toEqual(stock);
    expect(askedByUs).toEqual(['act A', 'shown A', 'act B', 'shown B']);
  });

  it('acts no more when the answer is null already', async () => {
    const { stock, ours, askedByUs, askedByStock } = await both(
      'mutation { a: act(name: "A") { name } b: fail(name: "B") { name } c: act(name: "C") { name } }',
    );
    expect(ours).toEqual(stock);
    expect(ours).toMatchObject({ data: null });
    expect(askedByUs).toEqual(['act A', 'fail B']);
    expect(askedByStock).toEqual(askedByUs);
  });

  it('says nothing of what comes late below what has become null', async () => {
    const schemaError = await both('{ things { bad slow } numbers }');
    expect(schemaError.ours).toMatchObject({
      data: { things: null },
      errors: [{ path: ['things', 1, 'bad'] }, { path: ['numbers', 2] }, { path: ['numbers', 3] }],
    });
    expect(schemaError.ours).toEqual(schemaError.stock);
  });

  it('a list that is null takes what its elements bring late with it', async () => {
    const broken = buildSubgraphSchema({
      typeDefs: parse(
        'type Query { list: [Each!] lists: [[Each!]] } type Each { late: String! now: String! }',
      ),
      resolvers: {
        Query: {
          list: () => [{ now: 'a' }, { now: null }],
          lists: () => [[{ now: 'a' }, { now: null }], [{ now: 'b' }]],
        },
        Each: {
          late: async ({ now }: { readonly now: string | null }) => {
            if (now === 'b') return 'late';
            throw new Error('nobody hears this');
          },
        },
      },
    });
    const text = '{ list { late now } lists { late now } again: list { toString: late constructor: now } }';
    const run = compileDocument(broken, parse(text), undefined);
    const result = plain(await run({}, { context: {}, shown: (error) => error }));
    expect(result).toMatchObject({
      data: { list: null, lists: [null, [{ late: 'late', now: 'b' }]] },
      errors: [
        { path: ['list', 1, 'now'] },
        { path: ['lists', 0, 1, 'now'] },
        { path: ['again', 1, 'constructor'] },
      ],
    });
    expect(result).toHaveProperty('errors.length', 3);
  });

  it('takes a promise of another kind, which calls back at once and twice, for one', async () => {
    const run = compileDocument(schema, parse('{ eager set }'), undefined);
    expect(plain(await run({}, { context: {}, shown: (error) => error }))).toEqual({
      data: { eager: [1], set: [1, 2] },
    });
  });

  it('leaves no rejection to nobody, which would end the process', async () => {
    const rejections: unknown[] = [];
    const hear = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', hear);
    const run = compileDocument(schema, parse('{ strict { name } }'), undefined);
    const result = await run({}, { context: {}, shown: (error) => error });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', hear);
    expect(plain(result)).toMatchObject({ data: { strict: null }, errors: [{ path: ['strict', 0] }] });
    expect(rejections).toEqual([]);
  });

  it('gives a resolver arguments that it cannot change for the next', async () => {
    const changing = buildSubgraphSchema({
      typeDefs: parse('type Query { f(in: In): String } input In { n: [Int] }'),
      resolvers: {
        Query: {
          f(_: unknown, args: { readonly in: { readonly n: number[] } }) {
            if (args.in.n.length === 0) args.in.n.push(1);
            else Object.assign(args, { in: undefined });
            return 'changed';
          },
        },
      },
    });
    for (const text of ['{ f(in: { n: [] }) }', 'query ($n: [Int]) { f(in: { n: $n }) }']) {
      const run = compileDocument(changing, parse(text), undefined);
      expect(await run({ n: [1] }, { context: {}, shown: (error) => error })).toMatchObject({
        data: { f: null },
        errors: [{ path: ['f'] }],
      });
    }
  });

  it('tells of an error what may be told', async () => {
    const run = compileDocument(schema, parse('{ failed mixed { name } }'), undefined);
    const shown = (): Error => new Error('BACKEND_UNAVAILABLE');
    const { errors } = await run({}, { context: {}, shown });
    expect(errors?.map(({ message }) => message)).toEqual(['BACKEND_UNAVAILABLE', 'BACKEND_UNAVAILABLE']);
  });

  it('refuses an operation that it lacks, and a condition that is neither true nor false', async () => {
    const document = parse('query A($yes: Boolean = true) { set @skip(if: $yes) }');
    expect(() => compileDocument(schema, document, 'B')).toThrow();
    const run = compileDocument(schema, document, 'A');
    const result = await run({ yes: null }, { context: {}, shown: (error) => error });
    expect(result.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect('data' in result).toBe(false);
  });
});
