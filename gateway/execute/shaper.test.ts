// Names that would mean something in code, and objects of many fields: shaped as the stock gateway shapes them.
import { expect, it } from 'vitest';
import { plain, testGraph } from './test-graph.ts';

const BOOKS = {
  sdl: 'type Query { books: [Book!] } type Book { title: String price: Int! isNew: Boolean }',
  resolvers: {
    Query: {
      books: () => [
        { title: 'one', price: 10, isNew: true },
        { title: null, price: 20 },
      ],
    },
  },
};

const WORDS = [
  'delete',
  'class',
  'await',
  'let',
  'source',
  'completion',
  'value0',
  'FAILED',
  'fields',
  'return',
];
const selection = (names: readonly string[]): string =>
  names.map((name, at) => `${name}: ${['title', 'price', 'isNew'][at % 3]}`).join(' ');
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at}`);

it.each([
  ['words of the language', selection(WORDS)],
  ['as many fields as have code of their own', selection(names(100))],
  ['more of them', selection(names(101))],
  ['many, and one that every object has', `${selection(names(50))} valueOf: price`],
])('%s', async (_, fields) => {
  const graph = await testGraph({ books: BOOKS });
  const text = `{ books { ${fields} } }`;
  const ours = plain(await graph.ours(text));
  expect(ours).toEqual(plain(await graph.stock(text)));
  expect(ours.errors).toBeUndefined();
  expect(JSON.stringify(ours.data)).toBe(JSON.stringify((await graph.stock(text)).data));
});

it.each([3, 150])('a null that may not be, of an object with %i fields', async (count) => {
  const graph = await testGraph({ books: BOOKS });
  const row = Object.fromEntries(names(count).map((name, at) => [name, at % 3 === 1 ? 5 : null]));
  const interfere = () => ({ data: { books: [row, { ...row, n1: null }] } });
  const text = `{ books { ${selection(names(count))} } }`;
  const ours = plain(await graph.ours(text, {}, { interfere }));
  expect(ours).toEqual(plain(await graph.stock(text, {}, { interfere })));
  expect(ours.data).toEqual({ books: null });
});
