// A subgraph from its folder: data sheet, hand-written resolvers and guard become one executable schema, run in process.
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Contract, type FieldSheet, ROOTS, type SubgraphSheet } from '../schema/data-sheet.ts';
import { clientError } from '../schema/errors.ts';
import type { Operation, Subgraph, SubgraphRequest } from '../schema/ports.ts';
import { checkScalars } from '../schema/scalars.ts';
import { roomFor } from '../schema/variants.ts';
import { checked } from './checked.ts';
import type { Resolver, Resolvers, SubgraphContext } from './context.ts';
import { countedClient } from './counted-client.ts';
import { resolveEntities } from './entities.ts';
import { type CompiledDocument, compileDocument } from './execute/document.ts';
import { guard } from './guard.ts';
import { beginTime } from './held-values.ts';
import { type Item, isItem } from './item.ts';
import type { Systems } from './loads.ts';
import { type Objects, objectsOf } from './objects.ts';
import { asClientError, sourceFor } from './source.ts';

/** Of documents that are kept compiled, for each subgraph: the gateway sends one text per plan node. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** Measured: heap of a parsed document by the length of its text, rounded up. */
const BYTES_PER_CHARACTER = 32;

interface Kept {
  readonly document: DocumentNode;
  readonly faults: readonly GraphQLError[];
  /** By the operation that a request names: names that the document lacks are never kept. */
  readonly compiled: Map<string | undefined, CompiledDocument>;
}

type Resolve = GraphQLFieldResolver<Item, SubgraphContext>;

/** What a resolver made (a sum, a verdict) is read by its properties. */
const property =
  (name: string): Resolve =>
  (made) =>
    isItem(made) ? made.raw[name] : (made as unknown as Readonly<Record<string, unknown>>)[name]; // made by a resolver of the same subgraph, by its schema

function resolverFor(
  field: FieldSheet,
  sheet: SubgraphSheet,
  contract: Contract,
  byHand: Resolver | undefined,
): Resolve | undefined {
  if (byHand !== undefined) return checked(byHand, field);
  const source = sourceFor(field, sheet, contract);
  const parent = contract.types.get(field.parent);
  if (source !== undefined || ROOTS.has(field.parent) || parent?.key === true || parent?.api !== undefined)
    return source;
  return contract.types.get(field.returns)?.key === true
    ? checked(property(field.name), field)
    : property(field.name);
}

/** What was read for an act before this one, and shown in its payload, may have changed by this one. */
const acting =
  (resolve: Resolve): Resolve =>
  (parent, args, context, info) => {
    context.objects.loads.forget();
    return resolve(parent, args, context, info);
  };

/** Types whose objects are plain values made by a conversion or a resolver: their fields are properties. */
const VALUES = new Set(['Money', 'Quantity', 'Period', 'Characteristic', 'PageInfo', 'UserError']);

const isValue = (type: string): boolean =>
  VALUES.has(type) || type.endsWith('Connection') || type.endsWith('Edge');

function resolverMap(
  sheet: SubgraphSheet,
  contract: Contract,
  resolvers: Resolvers,
): Record<string, Record<string, Resolve>> {
  const map: Record<string, Record<string, Resolve>> = {};
  for (const [type, fields] of sheet.fields) {
    if (isValue(type)) continue;
    const made: Record<string, Resolve> = {};
    for (const [name, field] of fields) {
      const resolve = resolverFor(field, sheet, contract, resolvers[type]?.[name]);
      if (resolve === undefined)
        throw new Error(`${type}.${name}: neither the data sheet nor resolvers.ts says where it comes from`);
      made[name] = type === 'Mutation' ? acting(resolve) : resolve;
    }
    map[type] = made;
  }
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const name of Object.keys(fields)) {
      if (sheet.fields.get(type)?.has(name) !== true)
        throw new Error(`${type}.${name}: resolvers.ts has it, the schema has not`);
    }
  }
  return map;
}

export function buildSchema(sheet: SubgraphSheet, contract: Contract, resolvers: Resolvers): GraphQLSchema {
  const schema = buildSubgraphSchema([
    { typeDefs: sheet.document, resolvers: resolverMap(sheet, contract, resolvers) },
  ]);
  checkScalars(schema);
  const entities = schema.getQueryType()?.getFields()._entities;
  if (entities !== undefined) entities.resolve = resolveEntities;
  return guard(schema, sheet, contract);
}

/** What one operation knows is shared by all subgraphs in this process: an object is asked for once. */
const scopes = new WeakMap<Operation, { readonly systems: Systems; readonly objects: Objects }>();

function scopeOf(systems: Systems, operation: Operation): Objects {
  const known = scopes.get(operation);
  if (known?.systems === systems) return known.objects;
  beginTime(operation);
  const objects = objectsOf({ ...systems, client: countedClient(systems.client) }, operation);
  scopes.set(operation, { systems, objects });
  return objects;
}

export function serve(name: string, systems: Systems, resolvers: Resolvers): Subgraph {
  const sheet = systems.contract.subgraphs.get(name);
  if (sheet === undefined) throw new Error(`no subgraph ${name}`);
  const schema = buildSchema(sheet, systems.contract, resolvers);
  const kept = new LRUCache<string, Kept>({ maxSize: KEPT_BYTES });

  function keptOf({ query, document: given }: SubgraphRequest): Kept {
    const known = kept.get(query);
    if (known !== undefined) return known;
    const document = given ?? parse(query, { noLocation: true });
    const made: Kept = { document, faults: validate(schema, document), compiled: new Map() };
    kept.set(query, made, { size: sizeOf(query, document) });
    return made;
  }

  async function run(request: SubgraphRequest, operation: Operation): Promise<ExecutionResult> {
    try {
      const { document, faults, compiled } = keptOf(request);
      if (faults.length > 0) return { errors: faults };
      let execute = compiled.get(request.operationName);
      if (execute === undefined) {
        execute = compileDocument(schema, document, request.operationName);
        compiled.set(request.operationName, execute);
      }
      // a new context for every call: shield keeps verdicts in it
      const context: SubgraphContext = {
        operation,
        objects: scopeOf(systems, operation),
        contract: systems.contract,
        sheet: sheet ?? fail(),
      };
      const result = await execute(request.variables, { context, shown: asClientError });
      context.objects.reads.record(name);
      return result;
    } catch (error) {
      return { errors: [error instanceof GraphQLError ? error : clientError('INTERNAL_SERVER_ERROR')] };
    }
  }

  return { name, sdl: sheet.sdl, run };
}

/** With all that is compiled of it in time. */
function sizeOf(query: string, { definitions }: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  return definitions.reduce(
    (sum, each) => (each.kind === Kind.OPERATION_DEFINITION ? sum + roomFor(each, fragments).bytes : sum),
    1024 + query.length * BYTES_PER_CHARACTER,
  );
}

function fail(): never {
  throw new Error('unreachable: the sheet was there when the subgraph was made');
}
