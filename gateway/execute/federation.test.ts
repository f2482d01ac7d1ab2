// Federation's cases, one by one: each answered as GraphQL over the whole graph would answer it.
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { books, CASES } from './federation-cases.ts';
import { MERGING_CASES } from './merging-cases.ts';
import { plain, testGraph, testOperation } from './test-graph.ts';

describe('federation', () => {
  it.each([...CASES, ...MERGING_CASES])('$name', async ({ subgraphs, text, variables, data, calls }) => {
    const graph = await testGraph(subgraphs);
    expect(plain(await graph.ours(text, variables))).toEqual({ data });
    if (calls !== undefined) expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(calls);
  });

  it('sends each representation once and a known one not again', async () => {
    const graph = await testGraph(books);
    await graph.ours('query Both { book { price } books { price } }');
    const sent = graph.calls.flatMap(({ request }) => request.variables.representations ?? []);
    expect(sent).toEqual([
      { __typename: 'Book', id: '1' },
      { __typename: 'Book', id: '2' },
    ]);
  });

  it('sends the same text and the same document for a fetch each time', async () => {
    const graph = await testGraph(books);
    const compiled = graph.generation.compile(parse('{ book { price } }'));
    const seen: unknown[] = [];
    for (const _ of [1, 2]) {
      await compiled.execute({}, testOperation(), {
        subgraph: (name) => ({
          name,
          sdl: '',
          run: (request, operation) => {
            seen.push(request.document);
            return graph.subgraph(name).run(request, operation);
          },
        }),
      });
    }
    expect(seen).toHaveLength(4);
    expect(seen[2]).toBe(seen[0]);
    expect(seen[3]).toBe(seen[1]);
  });

  it('refuses variables that do not fit, before anything is called', async () => {
    const graph = await testGraph(books);
    const result = await graph.ours('query ($unit: String!) { book { price(unit: $unit) } }', {});
    expect(result.data).toBeUndefined();
    expect(result.errors?.[0]?.message).toContain('"$unit" of required type "String!" was not provided');
    expect(graph.calls).toEqual([]);
  });
});
