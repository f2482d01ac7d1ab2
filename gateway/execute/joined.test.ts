// Entities of which only the key is known become one object: the same answer, and no more than that is shared.
import { describe, expect, it } from 'vitest';
import { type Ask, plain, type SubgraphSource, testGraph } from './test-graph.ts';

const NOTES: SubgraphSource = {
  sdl: `type Query { notes: [Note!]! } type Note { about: Bird role: String }
    type Bird @key(fields: "id") { id: ID! role: String @shareable }`,
  resolvers: {
    Query: {
      notes: () => ['1', '2', '1', '1'].map((id, index) => ({ about: { id, role: `role ${index}` } })),
    },
  },
};

const birds = (song: (id: string) => unknown): SubgraphSource => ({
  sdl: `type Bird @key(fields: "id") { id: ID! song: String! nest: Nest role: String @shareable }
    type Nest @key(fields: "id") { id: ID! }`,
  resolvers: {
    Bird: {
      __resolveReference: (bird: object) => bird,
      song: ({ id }: { id: string }) => song(id),
      nest: ({ id }: { id: string }) => ({ id: `nest of ${id}` }),
    },
  },
});

const NESTS: SubgraphSource = {
  sdl: 'type Nest @key(fields: "id") { id: ID! eggs: Int }',
  resolvers: { Nest: { __resolveReference: (nest: object) => nest, eggs: () => 3 } },
};

const QUERY = '{ notes { about { song nest { eggs } } } }';

describe('equal entities', () => {
  it('are asked for, merged and shaped once, and stand in every place', async () => {
    const graph = await testGraph({ notes: NOTES, birds: birds((id) => `song ${id}`), nests: NESTS });
    const result = await graph.ours(QUERY);
    expect(plain(result)).toEqual(plain(await graph.stock(QUERY)));
    const notes = result.data?.notes as { about: object }[];
    expect(notes[0]?.about).toBe(notes[2]?.about);
    expect(notes[0]?.about).not.toBe(notes[1]?.about);
  });

  it('fail in every place', async () => {
    const fail = () => {
      throw new Error('silent');
    };
    const graph = await testGraph({
      notes: NOTES,
      birds: birds((id) => (id === '1' ? fail() : 'tweet')),
      nests: NESTS,
    });
    const result = await graph.ours(QUERY);
    expect(plain(result).data).toEqual(plain(await graph.stock(QUERY)).data);
    expect(result.errors?.map(({ path }) => path)).toEqual(
      [0, 2, 3].map((at) => ['notes', at, 'about', 'song']),
    );
  });

  it('that break the graph say so at every place', async () => {
    const graph = await testGraph({ notes: NOTES, birds: birds(() => null), nests: NESTS });
    const missing: Ask = {
      interfere: ({ subgraph, request }) => {
        const asked = request.variables.representations;
        if (subgraph !== 'birds' || !Array.isArray(asked)) return undefined;
        return { data: { _entities: asked.map(({ id }) => ({ song: id === '1' ? null : 'tweet' })) } };
      },
    };
    const query = '{ notes { about { song } } }';
    const ours = plain(await graph.ours(query, {}, missing));
    expect(ours).toEqual(plain(await graph.stock(query, {}, missing)));
    expect(JSON.stringify(ours)).toContain('["notes",3,"about","song"]');
  });

  it('of which the place says more stay apart', async () => {
    const graph = await testGraph({ notes: NOTES, birds: birds((id) => `song ${id}`), nests: NESTS });
    const result = await graph.ours('{ notes { about { role song } } }');
    expect(plain(result).data).toEqual({
      notes: ['1', '2', '1', '1'].map((id, index) => ({
        about: { role: `role ${index}`, song: `song ${id}` },
      })),
    });
  });
});
