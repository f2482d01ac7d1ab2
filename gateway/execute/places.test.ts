// Paths of errors: exact where some elements of a list need no entity, where the stock gateway counts wrong.
import { expect, it } from 'vitest';
import { plain, testGraph } from './test-graph.ts';

it('points at the element that failed, not at its number among those that were asked for', async () => {
  const graph = await testGraph({
    a: {
      sdl: `type Query { found: [[Found]] } union Found = Stone | Bird type Stone { kg: Int }
        type Bird @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          found: () => [
            [{ __typename: 'Stone', kg: 1 }, null, { __typename: 'Bird', id: '1' }],
            [
              { __typename: 'Stone', kg: 2 },
              { __typename: 'Bird', id: '2' },
              { __typename: 'Bird', id: '2' },
            ],
          ],
        },
      },
    },
    b: {
      sdl: 'type Bird @key(fields: "id") { id: ID! song: String }',
      resolvers: {
        Bird: {
          __resolveReference: (bird: object) => bird,
          song: ({ id }: { id: string }) => {
            if (id === '2') throw new Error('silent');
            return 'tweet';
          },
        },
      },
    },
  });
  const result = await graph.ours('{ found { ... on Bird { song } } }');
  expect(plain(result).data).toEqual({
    found: [
      [{}, null, { song: 'tweet' }],
      [{}, { song: null }, { song: null }],
    ],
  });
  expect(result.errors?.map(({ path }) => path)).toEqual([
    ['found', 1, 1, 'song'],
    ['found', 1, 2, 'song'],
  ]);
});
