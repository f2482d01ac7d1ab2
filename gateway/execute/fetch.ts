// A fetch of the plan, compiled: what it sends, for which objects, and where its answer and its errors go.
import type { FetchNode } from '@apollo/query-planner';
import { type GraphQLSchema, Kind, OperationTypeNode, parse } from 'graphql';
import { isInherited, type JsonObject, read, write } from '../../schema/json.ts';
import type { Request } from './exchange.ts';
import type { Path } from './failure.ts';
import { addField, type Shape, shapeOf } from './merge.ts';
import type { PlanPath } from './places.ts';
import { compileRepresenter, type Representer } from './representation.ts';
import { addRewrites, compileRewrite, type Rewrite } from './rewrites.ts';
import type { Run } from './run.ts';

export interface CompiledFetch {
  readonly request: Request;
  readonly path: PlanPath;
  readonly variableNames: readonly string[];
  /** Of what is merged at the path: an entity's shape, or the whole answer's. */
  readonly shape: Shape;
  readonly rootNames: readonly string[];
  readonly representer: Representer | undefined;
  readonly rewriteInput: readonly Rewrite[];
  readonly rewriteOutput: readonly Rewrite[];
  /** Fetches that would send the same for the same entity have the same identity. */
  readonly identity: string;
  /** Set when several fetches of the plan have this identity. */
  group: number | undefined;
  /** Whether equal entities at the path may become one object: only one fetch brought them. */
  joins: boolean;
  /** Internal response names -> the client's, in error paths. */
  readonly clientName: (name: string) => string;
}

export interface FetchSettings {
  readonly supergraph: GraphQLSchema;
  readonly operationKind: OperationTypeNode;
  readonly renamed: ReadonlyMap<string, string>;
}

/** The planner numbers its operations; without the number equal fetches have equal texts. */
function unnumbered(node: FetchNode): { query: string; operationName: string | undefined } {
  const numbered = node.operationName;
  if (numbered === undefined) return { query: node.operation, operationName: undefined };
  const operationName = numbered.replace(/__\d+$/, '');
  return { query: node.operation.replace(numbered, operationName), operationName };
}

function clientNames(node: FetchNode, renamed: ReadonlyMap<string, string>): (name: string) => string {
  const names = new Map(renamed);
  for (const rewrite of node.outputRewrites ?? []) {
    const from = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && from !== undefined)
      names.set(from, renamed.get(rewrite.renameKeyTo) ?? rewrite.renameKeyTo);
  }
  return (name) => names.get(name) ?? name;
}

export function compileFetch(node: FetchNode, path: PlanPath, settings: FetchSettings): CompiledFetch {
  if (node.contextRewrites !== undefined && node.contextRewrites.length > 0)
    throw new Error('@fromContext is not supported by this executor');
  const { supergraph } = settings;
  const { query, operationName } = unnumbered(node);
  const document = parse(query, { noLocation: true });
  const whole = shapeOf(document);
  const rootNames = whole.fields.map((field) => field.name);
  const entity = node.requires === undefined ? undefined : whole.byName.get('_entities')?.sub;
  if (node.requires !== undefined && entity === undefined)
    throw new Error(`a fetch from "${node.serviceName}" has requirements and asks for no entities`);
  const shape = entity ?? whole;
  // a name is needed to know which rewrites apply
  if (entity !== undefined) addField(entity, '__typename');
  addRewrites(shape, node.outputRewrites ?? []);
  const compile = (rewrites: FetchNode['inputRewrites']): Rewrite[] =>
    (rewrites ?? []).map((rewrite) => compileRewrite(rewrite, supergraph));
  return {
    request: {
      serviceName: node.serviceName,
      query,
      document,
      operationName,
      shape: whole,
      shareable: settings.operationKind === OperationTypeNode.QUERY && isQuery(document),
    },
    path,
    variableNames: node.variableUsages ?? [],
    shape,
    rootNames,
    representer: node.requires === undefined ? undefined : compileRepresenter(node.requires, supergraph),
    rewriteInput: compile(node.inputRewrites),
    rewriteOutput: compile(node.outputRewrites),
    identity: JSON.stringify([
      node.serviceName,
      query,
      node.requires,
      node.inputRewrites ?? [],
      node.outputRewrites ?? [],
    ]),
    group: undefined,
    joins: false,
    clientName: clientNames(node, settings.renamed),
  };
}

function isQuery(document: ReturnType<typeof parse>): boolean {
  return document.definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === OperationTypeNode.QUERY,
  );
}

/** The client's variables that this fetch uses, as the client sent them: defaults stand in the subgraph's text. */
export function variablesFor(fetch: CompiledFetch, run: Run): JsonObject {
  const variables: JsonObject = {};
  for (const name of fetch.variableNames) {
    const inherited = isInherited(name);
    const value = read(run.variables, name, inherited);
    if (value !== undefined) write(variables, name, value, inherited);
  }
  return variables;
}

export function clientPath(fetch: CompiledFetch, path: Path): Path {
  return path.map((part) => (typeof part === 'string' ? fetch.clientName(part) : part));
}
