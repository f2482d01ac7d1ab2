// The compiled executor in place of ApolloGateway's own: same supergraph, same planner, execution compiled per operation.
import type { ApolloGateway } from '@apollo/gateway';
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { operationOf } from '../../schema/operation-of.ts';
import type { Operation } from '../../schema/ports.ts';
import { roomFor } from '../../schema/variants.ts';
import type { CompiledOperation } from './executor.ts';
import { buildGeneration, type Generation } from './generation.ts';
import type { LabelSettings } from './override-labels.ts';
import type { ExecutorOptions } from './run.ts';
import { createSharing } from './sharing.ts';

export interface CompiledExecutorOptions
  extends Omit<ExecutorOptions, 'sharing'>,
    Pick<LabelSettings, 'labels'> {
  /** Whether concurrent identical sub-requests of the same principal are sent once. */
  readonly share?: boolean;
  /** The operation that a request context belongs to. */
  readonly operation: (requestContext: GatewayGraphQLRequestContext) => Operation;
  /** Of compiled operations, for each supergraph in force; estimated from their texts. */
  readonly maxBytes?: number;
}

export interface CompiledGateway extends GatewayInterface {
  /** Of the supergraph in force: what plans may select beside the client's own selection. */
  fetchedNames(): ReadonlySet<string>;
  /**
   * An operation of the supergraph in force, for callers that go around ApolloServer: planned and compiled when it is
   * first asked for, and kept by its node. The document must be valid. @throws GraphQLError for what can't be planned.
   */
  compiled(document: DocumentNode, node: OperationDefinitionNode): CompiledOperation;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Measured: heap of plan, closures and documents by length of the client's text, rounded up; the answer's code comes beside. */
const BYTES_PER_CHARACTER = 400;

interface Compiled extends Generation {
  readonly operations: LRUCache<string | OperationDefinitionNode, CompiledOperation>;
}

export function compiledExecutor(gateway: ApolloGateway, options: CompiledExecutorOptions): CompiledGateway {
  const generations = new WeakMap<GraphQLSchema, Compiled>();
  let current: Compiled | undefined;
  const { share, operation: operationFor, maxBytes, labels, ...rest } = options;
  const execution: ExecutorOptions = share === true ? { ...rest, sharing: createSharing() } : rest;

  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    current = {
      ...buildGeneration(coreSupergraphSdl, apiSchema, labels === undefined ? {} : { labels }),
      operations: new LRUCache({ maxSize: maxBytes ?? DEFAULT_MAX_BYTES }),
    };
    generations.set(apiSchema, current);
  });

  function compiled(
    { operations, compile }: Compiled,
    key: string | OperationDefinitionNode,
    document: DocumentNode,
    name: string | undefined,
  ): CompiledOperation {
    let operation = operations.get(key);
    if (operation === undefined) {
      operation = compile(document, name);
      const characters = typeof key === 'string' ? key.length : (document.loc?.end ?? key.loc?.end ?? 0);
      const { operation: node, fragments } = operationOf(document, name);
      const size = characters * BYTES_PER_CHARACTER + roomFor(node, fragments).bytes + 1024;
      operations.set(key, operation, { size });
    }
    return operation;
  }

  function inForce(): Compiled {
    if (current === undefined) throw new Error('No supergraph is loaded yet');
    return current;
  }

  async function executor(requestContext: GatewayGraphQLRequestContext): Promise<GatewayExecutionResult> {
    const { schema, source, document, request } = requestContext;
    // a request that began before a reload is answered by the supergraph that it was validated against
    const generation = generations.get(schema);
    if (generation === undefined) throw new Error('The request belongs to no supergraph that was loaded');
    const name = request.operationName || undefined;
    const key = name === undefined ? source : `${name}\n${source}`;
    return compiled(generation, key, document, name).execute(
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
    fetchedNames: () => inForce().fetchedNames,
    compiled: (document, node) => compiled(inForce(), node, document, node.name?.value),
  };
}
