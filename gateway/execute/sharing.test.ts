// Concurrent identical sub-requests: one call for one principal, never across principals, never for mutations.
import type { ExecutionResult } from 'graphql';
import { beforeEach, expect, it } from 'vitest';
import type { Operation, SubgraphRequest } from '../../schema/ports.ts';
import { createSharing } from './sharing.ts';
import { type Ask, actor, plain, type TestGraph, testGraph } from './test-graph.ts';

let graph: TestGraph;
let answers: ((result: ExecutionResult) => void)[];
let running: Operation[];
let sent: string[];
let ask: (given?: Partial<Operation>) => Ask;

beforeEach(async () => {
  graph = await testGraph({
    a: {
      sdl: 'type Query { me: Me } type Mutation { change: Me } type Me @key(fields: "id") { id: ID! name: String friend: Me }',
    },
    b: { sdl: 'type Me @key(fields: "id") { id: ID! age: Int size: Int }' },
  });
  answers = [];
  running = [];
  sent = [];
  const sharing = createSharing();
  const subgraphs = new Map(
    ['a', 'b'].map((name) => [
      name,
      {
        name,
        sdl: '',
        takesUserToken: name === 'b',
        run: ({ query }: SubgraphRequest, operation: Operation) =>
          new Promise<ExecutionResult>((resolve) => {
            running.push(operation);
            sent.push(query);
            answers.push(resolve);
          }),
      },
    ]),
  );
  ask = (given = {}) => ({
    operation: { principal: actor('anna'), ...given },
    options: { sharing, subgraph: (name) => subgraphs.get(name) },
  });
});

const me = () => ({
  data: { me: { __typename: 'Me', id: '1', name: 'Anna', friend: { __typename: 'Me', id: '2' } } },
});
const settled = () => new Promise(setImmediate);

it('is one call for all who wait', async () => {
  const text = '{ me { name friend { age } } }';
  const results = [graph.ours(text, {}, ask()), graph.ours(text, {}, ask())];
  await settled();
  expect(answers).toHaveLength(1);
  answers[0]?.(me());
  await settled();
  expect(answers).toHaveLength(2);
  answers[1]?.({ data: { _entities: [{ age: 7 }] } });
  for (const result of results)
    expect(plain(await result)).toEqual({ data: { me: { name: 'Anna', friend: { age: 7 } } } });
});

it('gives each operation its own copy to write into', async () => {
  const slow = graph.ours('{ me { age friend { x: age } } }', {}, ask());
  const other = graph.ours('{ me { size friend { x: size } } }', {}, ask());
  await settled();
  expect(sent).toHaveLength(1);
  answers[0]?.(me());
  await settled();
  const answer = (part: string, entity: object): void =>
    answers[sent.findIndex((query) => query.includes(part))]?.({ data: { _entities: [entity] } });
  answer('x:age', { x: 1 });
  await settled();
  answer('x:size', { x: 2 });
  answer('{size}', { size: 4 });
  expect(plain(await other)).toEqual({ data: { me: { size: 4, friend: { x: 2 } } } });
  answer('{age}', { age: 3 });
  expect(plain(await slow)).toEqual({ data: { me: { age: 3, friend: { x: 1 } } } });
});

it("is shared whatever the user's own token is, but not where that goes along", async () => {
  const text = '{ me { name friend { age } } }';
  for (const userToken of ['one', 'two', 'two']) void graph.ours(text, {}, ask({ userToken }));
  await settled();
  expect(answers).toHaveLength(1);
  answers[0]?.(me());
  await settled();
  expect(running.slice(1).map(({ userToken }) => userToken)).toEqual(['one', 'two']);
});

it.each([
  ['another actor', { principal: actor('boris') }],
  ['another version of the grants', { principal: actor('anna', '2') }],
  ['another session', { principal: { ...actor('anna'), sessionId: 's' } }],
  ['another origin', { origin: '192.0.2.7' }],
  ['another customer', { principal: { ...actor('anna'), customerId: 'c' } }],
  ['a much later deadline', { deadlineMs: Date.parse('2026-11-15T10:05:00Z') }],
])('is not shared with %s', async (_, other) => {
  void graph.ours('{ me { name } }', {}, ask());
  void graph.ours('{ me { name } }', {}, ask(other));
  await settled();
  expect(answers).toHaveLength(2);
});

it('is not shared once it has been answered', async () => {
  const first = graph.ours('{ me { name } }', {}, ask());
  await settled();
  answers[0]?.(me());
  await first;
  void graph.ours('{ me { name } }', {}, ask());
  await settled();
  expect(answers).toHaveLength(2);
});

it('is not done for mutations, nor for what a mutation reads afterwards', async () => {
  const text = 'mutation { change { name age } }';
  void graph.ours(text, {}, ask());
  void graph.ours(text, {}, ask());
  await settled();
  expect(answers).toHaveLength(2);
  for (const answer of answers) answer({ data: { change: { __typename: 'Me', id: '1', name: 'A' } } });
  await settled();
  expect(answers).toHaveLength(4);
});

it('goes on for those who wait, and stops when nobody does', async () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const first = graph.ours('{ me { name } }', {}, ask({ signal: one.signal }));
  const second = graph.ours('{ me { name } }', {}, ask({ signal: two.signal }));
  await settled();
  one.abort();
  expect(plain(await first)).toMatchObject({ errors: [{ extensions: { code: 'DEADLINE_EXCEEDED' } }] });
  expect(running[0]?.signal.aborted).toBe(false);
  two.abort();
  await second;
  expect(running[0]?.signal.aborted).toBe(true);
  void graph.ours('{ me { name } }', {}, ask());
  await settled();
  expect(answers).toHaveLength(2);
});

it('gives a failure to all who wait', async () => {
  const results = [1, 2].map(() => graph.ours('{ me { name } }', {}, ask()));
  await settled();
  answers[0]?.({ data: null });
  for (const result of results)
    expect(plain(await result)).toMatchObject({ errors: [{ extensions: { code: 'BACKEND_BAD_ANSWER' } }] });
});
