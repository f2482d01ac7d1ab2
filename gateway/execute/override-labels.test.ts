// @override with a label: a percentage holds for its share of the requests, any other for whoever sets it.
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compose } from '../../schema/compose.ts';
import { readContract } from '../../schema/contract.ts';
import { sampleGateway } from '../sample-gateway.ts';
import { buildGeneration } from './generation.ts';
import type { LabelSettings } from './override-labels.ts';
import { plain, type SubgraphSource, type TestGraph, testGraph, testOperation } from './test-graph.ts';

const reference = (found: (given: Record<string, unknown>) => object) => ({ __resolveReference: found });

function graphOf(label: string, other = label): Promise<TestGraph> {
  const subgraphs: Record<string, SubgraphSource> = {
    a: {
      sdl: 'type Query { p: P } type P @key(fields: "id") { id: ID! name: String size: Int weight: Int }',
      resolvers: { Query: { p: () => ({ id: '1', name: 'old', size: 1, weight: 7 }) } },
    },
    b: {
      sdl: `type P @key(fields: "id") { id: ID! name: String @override(from: "a", label: "${label}")
        size: Int @override(from: "a", label: "${other}") }`,
      resolvers: { P: reference(({ id }) => ({ id, name: 'new', size: 2 })) },
    },
  };
  return testGraph(subgraphs);
}

/** One answer for each draw, all of one compiled operation. */
async function answers(graph: TestGraph, text: string, draws: number[], settings: LabelSettings = {}) {
  const left = [...draws];
  const generation = buildGeneration(graph.supergraphSdl, graph.generation.schema, {
    draw: () => left.shift() ?? Number.NaN,
    ...settings,
  });
  const compiled = generation.compile(parse(text));
  const found: unknown[] = [];
  for (const _ of draws) {
    graph.calls.length = 0;
    const { data } = plain(await compiled.execute({}, testOperation(), { subgraph: graph.subgraph }));
    found.push([data, graph.calls.map(({ subgraph }) => subgraph).join(' ')]);
  }
  return { found, left };
}

const OLD = [{ p: { name: 'old' } }, 'a'];
const NEW = [{ p: { name: 'new' } }, 'a b'];

describe('a label of @override', () => {
  it('percent(n): below n the field is the new subgraph’s, from n on the old one’s, each in one draw', async () => {
    const { found, left } = await answers(
      await graphOf('percent(25.5)'),
      '{ p { name } }',
      [0, 25.4, 25.5, 99],
    );
    expect(found).toEqual([NEW, NEW, OLD, OLD]);
    expect(left).toEqual([]);
  });

  it.each([
    ['percent(0)', OLD],
    ['percent(100)', NEW],
  ])('%s: the same for all, without a draw', async (label, expected) => {
    const { found, left } = await answers(await graphOf(label), '{ p { name } }', [0, 50]);
    expect({ found, left }).toEqual({ found: [expected, expected], left: [0, 50] });
  });

  it('two percentages: who is among the smaller one is among the larger one too', async () => {
    const graph = await graphOf('percent(10)', 'percent(60)');
    const { found } = await answers(graph, '{ p { name size } }', [5, 10, 60]);
    expect(found.map((each) => JSON.stringify(each))).toEqual([
      '[{"p":{"name":"new","size":2}},"a b"]',
      '[{"p":{"name":"old","size":2}},"a b"]',
      '[{"p":{"name":"old","size":1}},"a"]',
    ]);
  });

  it('an operation that meets no such field draws nothing', async () => {
    const graph = await graphOf('percent(50)');
    expect((await answers(graph, '{ p { weight } }', [1])).left).toEqual([1]);
  });

  it('of the deployment’s own: as it is set', async () => {
    const graph = await graphOf('moved');
    expect((await answers(graph, '{ p { name } }', [1])).found).toEqual([OLD]);
    expect((await answers(graph, '{ p { name } }', [1], { labels: new Set(['moved']) })).found).toEqual([
      NEW,
    ]);
  });

  it('OVERRIDE_LABELS of a running gateway', async () => {
    const contract = readContract([
      { name: 'old', sdl: 'type Query { greeting: String @access(function: PUBLIC) }' },
      {
        name: 'fresh',
        sdl: 'type Query { greeting: String @access(function: PUBLIC) @override(from: "old", label: "moved") }',
      },
    ]);
    const { supergraphSdl = '' } = compose(contract);
    const subgraphs = ['old', 'fresh'].map((name) => ({
      name,
      sdl: contract.subgraphs.get(name)?.sdl ?? '',
      run: async () => ({ data: { greeting: name } }),
    }));
    for (const [labels, expected] of [
      ['', 'old'],
      ['other, moved', 'fresh'],
    ] as const) {
      const { ask, stop } = await sampleGateway({ OVERRIDE_LABELS: labels }, { supergraphSdl, subgraphs });
      expect((await ask({ query: '{ greeting }' })).json).toEqual({ data: { greeting: expected } });
      await stop();
    }
  });
});
