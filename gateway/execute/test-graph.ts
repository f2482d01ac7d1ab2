// For tests: a federated graph in memory, executed by the stock gateway and by the compiled executor alike.
import { composeServices } from '@apollo/composition';
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { GatewayGraphQLRequestContext, GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ExecutionResult, execute, type GraphQLSchema, parse, validate } from 'graphql';
import type { Operation, Subgraph, SubgraphRequest } from '../../schema/ports.ts';
import { ANONYMOUS, type Principal } from '../../schema/principal.ts';
import { buildGeneration, type Generation } from './generation.ts';
import type { ExecutorOptions } from './run.ts';

// the stock gateway reports to its vendor unless it is told not to when it is made
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

type Resolvers = Parameters<typeof buildSubgraphSchema>[0] extends infer Input
  ? Input extends { resolvers?: infer Found }
    ? Found
    : never
  : never;

export interface SubgraphSource {
  readonly sdl: string;
  readonly resolvers?: Resolvers;
}

export interface GraphSettings {
  /** Called with each subgraph's schema once the whole graph is known. */
  readonly prepare?: (schema: GraphQLSchema, wholeGraph: GraphQLSchema) => void;
}

export interface Call {
  readonly subgraph: string;
  readonly request: SubgraphRequest;
  readonly operation?: Operation;
}

/** What stands in for a subgraph's own answer; undefined: it answers itself. */
export type Interfere = (call: Call) => ExecutionResult | Promise<ExecutionResult> | undefined;

export const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires",
  "@external", "@shareable", "@provides", "@interfaceObject", "@override", "@inaccessible", "@tag"])\n`;

export interface TestGraph {
  readonly supergraphSdl: string;
  readonly generation: Generation;
  readonly calls: Call[];
  readonly subgraph: (name: string) => Subgraph;
  ours(text: string, variables?: Record<string, unknown>, ask?: Ask): Promise<ExecutionResult>;
  stock(text: string, variables?: Record<string, unknown>, ask?: Ask): Promise<ExecutionResult>;
}

export interface Ask {
  readonly operation?: Partial<Operation>;
  readonly options?: Partial<ExecutorOptions>;
  readonly operationName?: string;
  /** Handed to the resolvers as their context. */
  readonly context?: Record<string, unknown>;
  readonly interfere?: Interfere;
}

export function testOperation(given: Partial<Operation> = {}): Operation {
  const nowMs = Date.parse('2026-11-15T10:00:00Z');
  return {
    requestId: 'request-1',
    principal: ANONYMOUS,
    nowMs,
    deadlineMs: nowMs + 10_000,
    signal: new AbortController().signal,
    ...given,
  };
}

export function actor(actorId: string, grantVersion = '1'): Principal {
  return { actorId, kind: 'MANAGER', grants: [], grantVersion };
}

export async function testGraph(
  sources: Readonly<Record<string, SubgraphSource>>,
  settings: GraphSettings = {},
): Promise<TestGraph> {
  const services = Object.entries(sources).map(([name, source]) => ({
    name,
    url: `http://${name}.test`,
    typeDefs: parse(LINK + source.sdl),
    resolvers: source.resolvers ?? {},
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const schemas = new Map<string, GraphQLSchema>(
    services.map(({ name, typeDefs, resolvers }) => [name, buildSubgraphSchema([{ typeDefs, resolvers }])]),
  );
  const calls: Call[] = [];

  async function answer(call: Call, ask: Ask): Promise<ExecutionResult> {
    calls.push(call);
    const interfered = ask.interfere?.(call);
    if (interfered !== undefined) return interfered;
    const schema = schemas.get(call.subgraph);
    if (schema === undefined) throw new Error(`no subgraph ${call.subgraph}`);
    const document = call.request.document ?? parse(call.request.query);
    const faults = validate(schema, document);
    if (faults.length > 0) return { errors: faults };
    const result = await execute({
      schema,
      document,
      // as HTTP would: what the executor still holds can't be seen or changed by the subgraph
      variableValues: structuredClone(call.request.variables),
      operationName: call.request.operationName ?? null,
      contextValue: { ...ask.context },
    });
    return JSON.parse(JSON.stringify(result));
  }

  // read by the data sources of the stock gateway, one request at a time
  let stockAsk: Ask = {};
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    buildService: ({ name }): GraphQLDataSource => ({
      process: async ({ request }) =>
        // the two types differ in who may leave out what
        (await answer(
          { subgraph: name, request: { query: request.query ?? '', variables: request.variables ?? {} } },
          stockAsk,
        )) as GatewayGraphQLResponse,
    }),
  });
  const { schema, executor } = await gateway.load();
  // the stock gateway decides on no label
  const generation = buildGeneration(supergraphSdl, undefined, { draw: () => 100 });
  for (const each of schemas.values()) settings.prepare?.(each, generation.schema);
  const subgraphs = new Map<string, (ask: Ask) => Subgraph>(
    services.map(({ name }) => [
      name,
      (ask) => ({
        name,
        sdl: '',
        run: (request, operation) => answer({ subgraph: name, request, operation }, ask),
      }),
    ]),
  );
  const subgraphFor = (name: string, ask: Ask): Subgraph => {
    const subgraph = subgraphs.get(name);
    if (subgraph === undefined) throw new Error(`no subgraph ${name}`);
    return subgraph(ask);
  };

  return {
    supergraphSdl,
    generation,
    calls,
    subgraph: (name) => subgraphFor(name, {}),
    async ours(text, variables = {}, ask = {}) {
      calls.length = 0;
      return generation
        .compile(parse(text), ask.operationName)
        .execute(variables, testOperation(ask.operation), {
          subgraph: (name) => subgraphFor(name, ask),
          ...ask.options,
        });
    },
    async stock(text, variables = {}, ask = {}) {
      calls.length = 0;
      stockAsk = ask;
      const context = {
        schema,
        document: parse(text),
        source: text,
        queryHash: text,
        request: { query: text, variables, operationName: ask.operationName },
        context: {},
        metrics: {},
        logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      };
      // the executor reads these and nothing else of a request context
      return executor(context as unknown as GatewayGraphQLRequestContext);
    },
  };
}

/** As a client would read it. */
export function plain(result: ExecutionResult): { data?: unknown; errors?: never[] } {
  return JSON.parse(JSON.stringify(result));
}
