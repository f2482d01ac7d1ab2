// Another supergraph while requests are in flight: none is dropped, none meets two, and a bad one is never taken.
import { QueryPlanner } from '@apollo/query-planner';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Subgraph } from '../schema/ports.ts';
import type { GraphSource } from './graph.ts';
import {
  type SampleGateway,
  SUPERGRAPH,
  sampleGateway,
  sampleSubgraph,
  supergraphWith,
} from './sample-gateway.ts';

let sample: SampleGateway | undefined;
afterEach(() => sample?.stop());

const WITH_FRESH = supergraphWith('fresh: String @cacheControl(maxAge: 1, scope: PRIVATE)');

function fresh(): GraphSource {
  const catalogue = { ...sampleSubgraph('catalogue'), sdl: WITH_FRESH.catalogue };
  return { supergraphSdl: WITH_FRESH.supergraphSdl, subgraphs: [sampleSubgraph('billing'), catalogue] };
}

async function readyz({ url }: SampleGateway) {
  const response = await fetch(`${url}/readyz`);
  // health.ts sends it
  const { checks } = (await response.json()) as { checks: { name: string; state: string; detail: string }[] };
  return { status: response.status, ...checks.find(({ name }) => name === 'supergraph') };
}

const FRESH = { query: '{ fresh }' };
const codeOf = ({ json }: Awaited<ReturnType<SampleGateway['ask']>>) => json.errors?.[0]?.extensions.code;

test('a request in flight ends with the supergraph that it began with, the next begins with the new one', async () => {
  sample = await sampleGateway();
  const { catalogue } = sample.subgraphs;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  catalogue.instead = async () => {
    await held;
    return { data: { offering: { id: '1', name: 'of the old one' } } };
  };
  const inFlight = sample.ask({
    query: 'query ($id: ID!) { offering(id: $id) { name } }',
    variables: { id: 1 },
  });
  await expect.poll(() => catalogue.requests.length).toBe(1);
  expect(codeOf(await sample.ask(FRESH))).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(await sample.gateway.reload(async () => fresh())).toBe(true);
  expect((await sample.ask(FRESH)).json).toEqual({ data: { fresh: null } });
  release();
  expect((await inFlight).json).toEqual({ data: { offering: { name: 'of the old one' } } });
  expect(await readyz(sample)).toMatchObject({ status: 200, state: 'UP' });
});

describe('what is refused', () => {
  test.each<[string, () => GraphSource, RegExp]>([
    ['no GraphQL', () => ({ ...fresh(), supergraphSdl: 'type {' }), /Syntax Error/],
    ['no supergraph', () => ({ ...fresh(), supergraphSdl: 'type Query { a: Int }' }), /./],
    [
      'a subgraph that is not there',
      () => ({ supergraphSdl: WITH_FRESH.supergraphSdl, subgraphs: [sampleSubgraph('billing')] }),
      /no subgraph catalogue/,
    ],
    [
      'a field that its subgraph has not',
      () => ({ ...fresh(), subgraphs: [sampleSubgraph('billing'), sampleSubgraph('catalogue')] }),
      /catalogue has no Query\.fresh/,
    ],
    [
      'files that cannot be read',
      () => {
        throw new Error('ENOENT');
      },
      /ENOENT/,
    ],
  ])('%s', async (_, source, reason) => {
    sample = await sampleGateway();
    expect(await sample.gateway.reload(async () => source())).toBe(false);
    expect((await sample.ask({ query: '{ offering(id: 1) { id } }' })).json.errors).toBeUndefined();
    const { status, state, detail } = await readyz(sample);
    expect({ status, state }).toEqual({ status: 200, state: 'DEGRADED' });
    expect(detail).toMatch(reason);
    expect(sample.logged.join()).toContain('the new supergraph is refused; the old one serves on');
    expect(await sample.gateway.reload(async () => fresh())).toBe(true);
    expect(await readyz(sample)).toMatchObject({ state: 'UP' });
  });
});

/** Answers at random delays, in the name of its generation. */
function named(name: string, generation: string): Subgraph {
  const { sdl } = sampleSubgraph(name);
  return {
    name,
    sdl,
    run: async ({ variables }) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      const { representations } = variables;
      if (Array.isArray(representations))
        return { data: { _entities: representations.map(() => ({ name: generation })) } };
      return name === 'billing'
        ? { data: { bills: [{ number: generation, offering: { __typename: 'Offering', id: '1' } }] } }
        : { data: { offering: { name: generation } } };
    },
  };
}

test('under load, with reloads all the while, no answer is of two supergraphs and none is an error', async () => {
  const source = (generation: string): GraphSource => ({
    // another text each time, as another version has
    supergraphSdl: `${SUPERGRAPH}\n# ${generation}`,
    subgraphs: [named('billing', generation), named('catalogue', generation)],
  });
  sample = await sampleGateway({}, source('0'));
  const { ask, gateway, token } = sample;
  const authorization = `Bearer ${await token('manager')}`;
  const query = '{ offering(id: 1) { name } bills { number offering { name } } }';
  const seen = new Set<string>();
  let reloading = true;
  const client = async (): Promise<void> => {
    while (reloading) {
      const { status, json } = await ask({ query }, { authorization });
      const names = new Set(
        JSON.stringify(json)
          .match(/"(name|number)":"[^"]*"/g)
          ?.map((each) => each.split(':')[1]),
      );
      expect({ status, errors: json.errors, generations: names.size }).toEqual({
        status: 200,
        errors: undefined,
        generations: 1,
      });
      for (const each of names) if (each !== undefined) seen.add(each);
    }
  };
  const clients = Promise.all(Array.from({ length: 8 }, client));
  await expect.poll(() => seen.has('"0"')).toBe(true);
  for (let generation = 1; generation <= 5; generation += 1) {
    expect(await gateway.reload(async () => source(String(generation)))).toBe(true);
    await expect.poll(() => seen.has(`"${generation}"`)).toBe(true);
  }
  reloading = false;
  await clients;
  expect(seen.size).toBeGreaterThanOrEqual(6);
});

test('registered operations are planned before the first request, and a misfit is said', async () => {
  const planned = vi.spyOn(QueryPlanner.prototype, 'buildQueryPlan');
  const operation = (name: string, text: string) => ({
    client: 'mobile',
    name,
    title: '',
    text,
    variables: '',
  });
  const text = 'query Registered { offering(id: 1) { name } }';
  sample = await sampleGateway(
    {},
    { operations: [operation('Registered', text), operation('Gone', '{ gone }')] },
  );
  expect(planned).toHaveBeenCalledTimes(1);
  await sample.ask({ query: text });
  expect(planned).toHaveBeenCalledTimes(1);
  await sample.ask({ query: '{ offering(id: 1) { name } }' });
  expect(planned).toHaveBeenCalledTimes(2);
  expect(sample.logged.filter((line) => line.includes('does not fit')).join()).toContain(
    '"operation":"Gone"',
  );
});
