// Planning and execution: one supergraph under @apollo/gateway's care, executed by us, calling our subgraphs by name.
import { ApolloGateway, type GraphQLDataSource, type GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import type { Logger } from 'pino';
import type { Operation, Subgraph } from '../schema/ports.ts';
import { checkScalars } from '../schema/scalars.ts';
import { bounded } from './bounded-subgraph.ts';
import { switchVendorReportsOff } from './config.ts';
import { type CompiledGateway, compiledExecutor } from './execute/apollo.ts';
import type { CompiledOperation } from './execute/executor.ts';
import { requirementsOf } from './execute/requirements.ts';
import type { ExecutorOptions, SubgraphCall } from './execute/run.ts';
import { createSharing } from './execute/sharing.ts';

/** What the gateway's executor and its data sources find in the context. */
interface EngineContext {
  readonly operation: Operation;
}

/** An operation that is valid in the engine's schema, and its variables. */
export interface EngineRequest {
  readonly query: string;
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** By the operation's definitions. */
  readonly coerced: Readonly<Record<string, unknown>>;
}

export interface EngineResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly (GraphQLError | GraphQLFormattedError)[];
}

export interface Engine {
  /** The API schema that clients see. */
  readonly schema: GraphQLSchema;
  /** Names of fields that plans may select beside the client's own selection. */
  readonly fetchedNames: ReadonlySet<string>;
  execute(request: EngineRequest, operation: Operation): Promise<EngineResult>;
  /** Plans an operation before its first request. @throws GraphQLError for what can't be planned. */
  prepare(document: DocumentNode, node: OperationDefinitionNode): void;
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly supergraphSdl: string;
  /** Looked up at each call. */
  readonly subgraph: (name: string) => Subgraph | undefined;
  readonly onCall: (call: SubgraphCall) => void;
  /** A subgraph has rejected, which none does but by a fault of its own. */
  readonly onFault: (subgraph: string, cause: unknown, operation: Operation) => void;
  /** Whether equal calls of that subgraph that one principal makes at the same time are sent once. */
  readonly shares?: (subgraph: string) => boolean;
  /** Of `@override`, those that hold; percentages need none. */
  readonly overrideLabels?: ReadonlySet<string>;
  readonly log: Logger;
  /**
   * COMPILED: our executor, asked directly. To compare with: SERVED, our executor behind ApolloServer's pipeline, and
   * STOCK, @apollo/gateway's own behind it.
   */
  readonly execution?: 'COMPILED' | 'SERVED' | 'STOCK';
}

/** The stock executor's way to a subgraph. */
function dataSource(
  name: string,
  { subgraph, onCall, onFault }: Omit<EngineOptions, 'log' | 'execution'>,
): GraphQLDataSource {
  return {
    process: async (options: GraphQLDataSourceProcessOptions) => {
      const { request, context } = options;
      const called = subgraph(name);
      if (called === undefined || request.query === undefined) throw new Error(`No subgraph ${name}`);
      const { data, errors } = await bounded(called, { onCall, onFault }).run(
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

function createServer(gateway: GatewayInterface, log: Logger): ApolloServer<EngineContext> {
  return new ApolloServer<EngineContext>({
    gateway,
    logger: log,
    // the gate decides who may introspect
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** The way through ApolloServer's pipeline: it parses, validates and coerces again. */
function served(server: ApolloServer<EngineContext>): Engine['execute'] {
  return async ({ query, node, variables }, operation) => {
    const { body } = await server.executeOperation(
      { query, variables, ...(node.name === undefined ? {} : { operationName: node.name.value }) },
      { contextValue: { operation } },
    );
    if (body.kind !== 'single') throw new Error('Incremental delivery was never asked for');
    return body.singleResult;
  };
}

/** The way around it, for operations that are parsed, validated and coerced already. */
function direct(gateway: CompiledGateway, options: ExecutorOptions): Engine['execute'] {
  return ({ document, node, variables, coerced }, operation) => {
    let compiled: CompiledOperation;
    try {
      compiled = gateway.compiled(document, node);
    } catch (error) {
      if (error instanceof GraphQLError) return Promise.resolve({ errors: [error] });
      throw error;
    }
    return compiled.execute(variables, operation, options, coerced);
  };
}

/** Starts under ApolloServer's care whichever way is taken: it loads, checks and stops the gateway. */
export async function createEngine({ execution, log, ...options }: EngineOptions): Promise<Engine> {
  switchVendorReportsOff();
  const stock = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name }) => dataSource(name, options),
    logger: log,
    // else a header of the client's makes the answer carry the plan
    __exposeQueryPlanExperimental: false,
  });
  const calls: ExecutorOptions = {
    subgraph: options.subgraph,
    ...(options.shares === undefined ? {} : { sharing: createSharing(options.shares) }),
    onCall: options.onCall,
    onFault: (...fault) => {
      options.onFault(...fault);
      return 'INTERNAL_SERVER_ERROR';
    },
  };
  const compiled =
    execution === 'STOCK'
      ? undefined
      : compiledExecutor(stock, {
          ...calls,
          ...(options.overrideLabels === undefined ? {} : { labels: options.overrideLabels }),
          // the engine alone makes contexts
          operation: ({ context }) => (context as EngineContext).operation,
        });
  const gateway = compiled ?? stock;
  let schema: GraphQLSchema | undefined;
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  const server = createServer(gateway, log);
  await server.start();
  if (schema === undefined) throw new Error('The gateway started without a schema');
  checkScalars(schema);
  return {
    schema,
    fetchedNames: compiled?.fetchedNames() ?? requirementsOf(parse(options.supergraphSdl)).fetchedNames,
    execute: compiled === undefined || execution === 'SERVED' ? served(server) : direct(compiled, calls),
    prepare: (document, node) => void compiled?.compiled(document, node),
    stop: () => server.stop(),
  };
}
