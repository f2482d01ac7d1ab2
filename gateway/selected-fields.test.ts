// What an operation selects of each type: what the client wrote, and what a plan for it fetches besides.
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { selectedFields } from './selected-fields.ts';

const SDL = `
  type Query { bills: [Bill!] thing: Thing }
  type Bill { id: ID! number: String account: Account }
  type Account { id: ID! name: String }
  union Thing = Bill | Account`;

function selected(query: string, fetched: readonly string[] = []) {
  const found = selectedFields(buildSchema(SDL), parse(query), new Set(['__typename', 'id', ...fetched]));
  return Object.fromEntries([...found].map(([type, fields]) => [type, [...fields].sort()]));
}

test('by type, wherever it is selected: below lists, in fragments of what may be several', () => {
  const query =
    '{ bills { id } thing { ... on Account { ...Named } ... on Bill { number } } } fragment Named on Account { name }';
  expect(selected(query)).toEqual({
    Query: ['bills', 'thing'],
    Bill: ['id', 'number'],
    Account: ['name'],
  });
});

test('what some subgraph requires is fetched of what the client selects otherwise, also below it', () => {
  expect(selected('{ bills { id } }', ['number', 'name'])).toMatchObject({
    Bill: expect.arrayContaining(['id', 'number']),
    Account: expect.arrayContaining(['name']),
  });
});

test('keys alone are nothing to be told', () => {
  expect(selected('{ bills { number } }')).toEqual({ Query: ['bills'], Bill: ['number'] });
});
