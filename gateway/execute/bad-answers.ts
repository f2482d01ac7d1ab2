// For tests: what subgraphs answer when they are broken, and what a client is told.
import { clientError } from '../../schema/errors.ts';

export interface BadAnswer {
  readonly name: string;
  /** What the subgraph `shop` or `stock` answers in place of its own. */
  readonly shop?: unknown;
  readonly stock?: unknown;
  readonly text: string;
  readonly data: unknown;
  readonly errors: readonly (readonly [code: string, path: string])[];
}

export const WHOLE = '{ products { name left } hello }';
export const UNSTOCKED = { products: [null, null], hello: 'hello' };
const stockFailed = (code: string) => [[code, 'products']] as const;

export const BAD_ANSWERS: readonly BadAnswer[] = [
  {
    name: 'rejects',
    stock: new Error('ECONNREFUSED 10.0.0.1'),
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_UNAVAILABLE'),
  },
  {
    name: 'rejects with a code',
    stock: clientError('BACKEND_TIMEOUT'),
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_TIMEOUT'),
  },
  {
    name: 'answers nothing',
    stock: null,
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'answers text',
    stock: '<html>',
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'answers an empty object',
    stock: {},
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'data null, no errors',
    stock: { data: null },
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'data a list',
    stock: { data: [] },
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'errors no list',
    stock: { data: {}, errors: 'x' },
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'no entities',
    stock: { data: {} },
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'too few entities',
    stock: { data: { _entities: [{ left: 1 }] } },
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'too many entities',
    stock: { data: { _entities: [{ left: 1 }, { left: 2 }, { left: 3 }] } },
    text: WHOLE,
    data: UNSTOCKED,
    errors: stockFailed('BACKEND_BAD_ANSWER'),
  },
  {
    name: 'an entity that is a number',
    stock: { data: { _entities: [7, { left: 2 }] } },
    text: WHOLE,
    data: { products: [null, { name: 'two', left: 2 }], hello: 'hello' },
    errors: [['BACKEND_BAD_ANSWER', 'products.0']],
  },
  {
    name: 'an error without a path, message or extensions',
    stock: { data: null, errors: [7] },
    text: WHOLE,
    data: UNSTOCKED,
    errors: [['DOWNSTREAM_SERVICE_ERROR', 'products']],
  },
  {
    name: 'an error of one entity, its code kept, at its own place',
    stock: {
      data: {
        _entities: [
          { left: 1, note: 'n' },
          { left: 2, note: null },
        ],
      },
      errors: [{ message: 'no', path: ['_entities', 1, 'note'], extensions: { code: 'FORBIDDEN' } }],
    },
    text: '{ products { left note } }',
    data: {
      products: [
        { left: 1, note: 'n' },
        { left: 2, note: null },
      ],
    },
    errors: [['FORBIDDEN', 'products.1.note']],
  },
  {
    name: 'an error of an entity that was never asked for',
    stock: {
      data: { _entities: [{ left: 1 }, { left: 2 }] },
      errors: [{ message: 'no', path: ['_entities', 9] }],
    },
    text: '{ products { left } }',
    data: { products: [{ left: 1 }, { left: 2 }] },
    errors: [['DOWNSTREAM_SERVICE_ERROR', 'products']],
  },
  {
    name: 'fails at one object',
    stock: {},
    text: '{ best { left } }',
    data: { best: null },
    errors: [['BACKEND_BAD_ANSWER', 'best']],
  },
  {
    name: 'fails at the root: every field of that call, none of the other',
    shop: new Error('down'),
    text: '{ hello tags __typename }',
    data: { hello: null, tags: null, __typename: 'Query' },
    errors: [
      ['BACKEND_UNAVAILABLE', 'hello'],
      ['BACKEND_UNAVAILABLE', 'tags'],
    ],
  },
  {
    name: 'an object for a list',
    shop: { data: { tags: {}, hello: 'h' } },
    text: '{ tags hello }',
    data: { tags: null, hello: 'h' },
    errors: [['BACKEND_BAD_ANSWER', 'tags']],
  },
  {
    name: 'text for an object',
    shop: { data: { best: 'x', hello: 'h' } },
    text: '{ best { name } hello }',
    data: { best: null, hello: 'h' },
    errors: [['BACKEND_BAD_ANSWER', 'best']],
  },
  {
    name: 'text for a list of entities',
    shop: { data: { products: 'x', hello: 'h' } },
    text: WHOLE,
    data: { products: null, hello: 'h' },
    errors: [['BACKEND_BAD_ANSWER', 'products']],
  },
  {
    name: 'a number among objects',
    shop: { data: { products: [5, { __typename: 'Product', id: '1', name: 'one' }] } },
    text: '{ products { name } }',
    data: { products: [null, { name: 'one' }] },
    errors: [['BACKEND_BAD_ANSWER', 'products.0']],
  },
  {
    name: 'an unknown __typename',
    shop: { data: { found: { __typename: 'Alien' }, hello: 'h' } },
    text: '{ found { ... on Vendor { name } } hello }',
    data: { found: null, hello: 'h' },
    errors: [['BACKEND_BAD_ANSWER', 'found']],
  },
  {
    name: 'a __typename that is a number',
    shop: { data: { found: { __typename: 7 }, hello: 'h' } },
    text: '{ found { __typename } hello }',
    data: { found: null, hello: 'h' },
    errors: [['BACKEND_BAD_ANSWER', 'found']],
  },
];
