// Planning and execution: @apollo/server's pipeline over @apollo/gateway, calling our subgraphs by name.
import { ApolloGateway, type GraphQLDataSource, type GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Operation, Subgraph } from '../schema/ports.ts';
import { checkScalars } from '../schema/scalars.ts';
import { switchVendorReportsOff } from './config.ts';
import { compiledExecutor } from './execute/apollo.ts';

/** What the gateway's executor and its data sources find in the context. */
interface EngineContext {
  readonly operation: Operation;
}

export interface EngineRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface EngineResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface Engine {
  /** The API schema that clients see. */
  readonly schema: GraphQLSchema;
  execute(request: EngineRequest, operation: Operation): Promise<EngineResult>;
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly supergraphSdl: string;
  /** Looked up at each call. */
  readonly subgraph: (name: string) => Subgraph | undefined;
  /** Documents that were parsed and validated before, by SHA-256 of their text. */
  readonly documentByHash: (hash: string) => DocumentNode | undefined;
  readonly log: Logger;
  /** STOCK: @apollo/gateway's own executor, to compare with. */
  readonly execution?: 'COMPILED' | 'STOCK';
}

/** The stock executor's way to a subgraph. */
function dataSource(name: string, subgraph: EngineOptions['subgraph']): GraphQLDataSource {
  return {
    process: async (options: GraphQLDataSourceProcessOptions) => {
      const { request, context } = options;
      const called = subgraph(name);
      if (called === undefined || request.query === undefined) throw new Error(`No subgraph ${name}`);
      const { data, errors } = await called.run(
        {
          query: request.query,
          variables: request.variables ?? {},
          ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
        },
        // the engine alone makes contexts
        (context as EngineContext).operation,
      );
      return {
        data: data ?? null,
        ...(errors === undefined ? {} : { errors: errors.map((error) => error.toJSON()) }),
      };
    },
  };
}

export async function createEngine(options: EngineOptions): Promise<Engine> {
  switchVendorReportsOff();
  const stock = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name }) => dataSource(name, options.subgraph),
    logger: options.log,
    // else a header of the client's makes the answer carry the plan
    __exposeQueryPlanExperimental: false,
  });
  const gateway =
    options.execution === 'STOCK'
      ? stock
      : compiledExecutor(stock, {
          subgraph: options.subgraph,
          // the engine alone makes contexts
          operation: ({ context }) => (context as EngineContext).operation,
        });
  let schema: GraphQLSchema | undefined;
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  const server = new ApolloServer<EngineContext>({
    gateway,
    logger: options.log,
    // the gate decides who may introspect
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    // the key is the schema's hash and the text's; a schema is another engine, so the text's alone decides
    documentStore: {
      get: async (key) => options.documentByHash(key.slice(-64)),
      set: async () => undefined,
      delete: async () => undefined,
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  if (schema === undefined) throw new Error('The gateway started without a schema');
  checkScalars(schema);
  return {
    schema,
    execute: async ({ query, operationName, variables }, operation) => {
      const { body } = await server.executeOperation(
        { query, variables, ...(operationName === undefined ? {} : { operationName }) },
        { contextValue: { operation } },
      );
      if (body.kind !== 'single') throw new Error('Incremental delivery was never asked for');
      return body.singleResult;
    },
    stop: () => server.stop(),
  };
}
