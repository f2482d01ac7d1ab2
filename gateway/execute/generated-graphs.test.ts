// Random graphs, as composition takes them, and random operations on each: the stock gateway's answers and ours.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inventGraph } from './invented-graph.ts';
import { randomOperation } from './random-operation.ts';
import { bothAnswers, invented, WORLDS } from './same-answer.ts';
import type { TestGraph } from './test-graph.ts';

/** For longer searches: DIFFERENTIAL_GRAPHS=2000 DIFFERENTIAL_SEED=1 npx vitest run gateway/execute/generated-graphs.test.ts */
const GRAPHS = Number(process.env.DIFFERENTIAL_GRAPHS ?? 16);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20261121);
const OPERATIONS = 12;
/** Larger operations over interfaces take the planner its time and memory, and find nothing more. */
const MAX_FIELDS = 10;

it('answers as the stock gateway does, whatever the graph', {
  timeout: 120_000 + 4000 * GRAPHS,
}, async () => {
  const worlds = Object.values(WORLDS);
  let uncomposed = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const sources = inventGraph(seed);
      let graph: TestGraph;
      try {
        graph = await invented(sources);
      } catch {
        uncomposed += 1;
        return;
      }
      const { schema } = graph.generation;
      const mutates = schema.getMutationType() !== undefined;
      for (let at = 0; at < OPERATIONS; at += 1) {
        const kind = mutates && at % 4 === 3 ? 'mutation' : 'query';
        const operation = randomOperation(schema, seed + at, kind, MAX_FIELDS);
        const world = { seed: at, ...(worlds[at % worlds.length] ?? { nulls: 0, faults: 0 }) };
        const both = await bothAnswers(graph, operation, world);
        if (both === undefined) continue;
        const graphText = Object.entries(sources).map(([name, { sdl }]) => `# ${name}\n${sdl}`);
        const about = [
          `graph ${seed}`,
          ...graphText,
          operation.text,
          JSON.stringify({ ...operation, world }),
        ];
        expect(both.ours, about.join('\n')).toEqual(both.stock);
        compared += 1;
      }
    }),
    // a smaller seed is no smaller graph
    { numRuns: GRAPHS, seed: SEED, endOnFailure: true },
  );
  console.info(`${GRAPHS} graphs, of which ${uncomposed} do not compose; ${compared} answers compared`);
  expect(uncomposed).toBeLessThan(GRAPHS / 3);
  expect(compared).toBeGreaterThan(3 * GRAPHS);
});
