// The compiled executor in place of ApolloGateway's own: same supergraph, same planner, execution compiled per operation.
import type { ApolloGateway } from '@apollo/gateway';
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Operation } from '../../schema/ports.ts';
import type { CompiledOperation } from './executor.ts';
import { buildGeneration, type Generation } from './generation.ts';
import type { ExecutorOptions } from './run.ts';
import { createSharing } from './sharing.ts';

export interface CompiledExecutorOptions extends Omit<ExecutorOptions, 'sharing'> {
  /** Whether concurrent identical sub-requests of the same principal are sent once. */
  readonly share?: boolean;
  /** The operation that a request context belongs to. */
  readonly operation: (requestContext: GatewayGraphQLRequestContext) => Operation;
  /** Of compiled operations, for each supergraph in force; estimated from their texts. */
  readonly maxBytes?: number;
}

export interface CompiledGateway extends GatewayInterface {
  /** Plans and compiles an operation before its first request. */
  prepare(source: string, document: DocumentNode, operationName?: string): void;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Measured: heap of plan, closures and documents by length of the client's text, rounded up. */
const BYTES_PER_CHARACTER = 400;

interface Compiled extends Generation {
  readonly operations: LRUCache<string, CompiledOperation>;
}

export function compiledExecutor(gateway: ApolloGateway, options: CompiledExecutorOptions): CompiledGateway {
  const generations = new WeakMap<GraphQLSchema, Compiled>();
  let current: Compiled | undefined;
  const { share, operation: operationFor, maxBytes, ...rest } = options;
  const execution: ExecutorOptions = share === true ? { ...rest, sharing: createSharing() } : rest;

  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    current = {
      ...buildGeneration(coreSupergraphSdl, apiSchema),
      operations: new LRUCache({ maxSize: maxBytes ?? DEFAULT_MAX_BYTES }),
    };
    generations.set(apiSchema, current);
  });

  function compiled(
    { operations, compile }: Compiled,
    source: string,
    document: DocumentNode,
    operationName: string | undefined,
  ): CompiledOperation {
    const key = operationName === undefined ? source : `${operationName}\n${source}`;
    let operation = operations.get(key);
    if (operation === undefined) {
      operation = compile(document, operationName);
      operations.set(key, operation, { size: key.length * BYTES_PER_CHARACTER + 1024 });
    }
    return operation;
  }

  async function executor(requestContext: GatewayGraphQLRequestContext): Promise<GatewayExecutionResult> {
    const { schema, source, document, request } = requestContext;
    // a request that began before a reload is answered by the supergraph that it was validated against
    const generation = generations.get(schema);
    if (generation === undefined) throw new Error('The request belongs to no supergraph that was loaded');
    const name = request.operationName || undefined;
    return compiled(generation, source, document, name).execute(
      request.variables ?? {},
      operationFor(requestContext),
      execution,
    );
  }

  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    async load(loadOptions) {
      await gateway.load(loadOptions);
      // its listeners' errors are only logged by the gateway
      if (current === undefined) throw new Error('The supergraph could not be compiled');
      return { executor };
    },
    stop: () => gateway.stop(),
    prepare(source, document, operationName) {
      if (current === undefined) throw new Error('No supergraph is loaded yet');
      compiled(current, source, document, operationName);
    },
  };
}
