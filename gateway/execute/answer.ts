// The client's answer, compiled per operation and per combination of its conditions.
import type {
  ExecutionResult,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { clientError } from '../../schema/errors.ts';
import type { JsonObject } from '../../schema/json.ts';
import { roomFor, variants } from '../../schema/variants.ts';
import { type CompletionContext, fieldsByType } from './completion.ts';
import { failureAt } from './failure.ts';
import { compileIntrospection } from './introspection.ts';
import { type CompletedFields, FAILED } from './shaper.ts';

const NO_FIELDS: CompletedFields = { list: [], shape: () => ({}) };

export interface AnswerInput {
  readonly schema: GraphQLSchema;
  readonly supergraph: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly plannedNames?: ReadonlyMap<FieldNode, string>;
  /** Under their planned names: the root fields that the plan fetches. */
  readonly plannedRoots: ReadonlySet<string>;
}

export interface CompiledAnswer {
  /** The Boolean variables of @skip and @include. */
  readonly conditions: readonly string[];
  complete(
    fetched: JsonObject,
    errors: GraphQLError[],
    values: Readonly<JsonObject>,
    variables: Readonly<JsonObject>,
    /** Objects that stand in several places: shaped once. */
    joined: ReadonlySet<JsonObject> | undefined,
  ): ExecutionResult;
}

/** The answer for one combination of conditions. */
interface Variant {
  readonly fields: CompletedFields;
  /** Root fields that no fetch brings; `none`: not one is brought. */
  readonly unplanned: readonly string[];
  readonly none: boolean;
}

function rootType(schema: GraphQLSchema, { operation }: OperationDefinitionNode): GraphQLObjectType {
  const type = schema.getRootType(operation);
  if (!type) throw clientError('GRAPHQL_VALIDATION_FAILED', `This graph has no ${operation}.`);
  return type;
}

export function compileAnswer(input: AnswerInput): CompiledAnswer {
  const { schema, definition, fragments, plannedNames, plannedRoots } = input;
  const type = rootType(schema, definition);
  const introspection = compileIntrospection(schema, definition, fragments);
  const supergraphTypes = new Set(Object.keys(input.supergraph.getTypeMap()));

  const room = roomFor(definition, fragments);
  const variantOf = variants(room, (condition): Variant => {
    const context: CompletionContext = {
      schema,
      fragments,
      supergraphTypes,
      condition,
      ownCode: room.holdsAll,
      fetchedName: ({ nodes: [node], responseName }) => plannedNames?.get(node) ?? responseName,
    };
    const selections = [{ set: definition.selectionSet, parent: type }];
    const fields = fieldsByType(type, selections, context)(undefined) ?? NO_FIELDS;
    const wanted = fields.list.filter((field) => field.fetched);
    const unplanned = wanted.filter(({ from }) => !plannedRoots.has(from)).map(({ name }) => name);
    return { fields, unplanned, none: wanted.length > 0 && unplanned.length === wanted.length };
  });

  return {
    conditions: room.conditions,
    complete(fetched, errors, values, variables, joined) {
      const faults: GraphQLError[] = [];
      const bad: (string | number)[][] = [];
      const { fields, unplanned, none } = variantOf(values);
      // the stock gateway leaves a null and says nothing when no subgraph can answer
      for (const name of unplanned) errors.push(failureAt('NOT_CONFIGURED', [name]));
      if (none) return { errors, data: null };
      const completed = fields.shape(fetched, {
        faults,
        bad,
        path: [],
        joined: joined === undefined || joined.size === 0 ? undefined : joined,
        shaped: new Map(),
        introspect: (field) => introspection(field, variables),
      });
      for (const path of bad) errors.push(failureAt('BACKEND_BAD_ANSWER', path));
      const data = completed === FAILED ? null : completed;
      if (errors.length > 0) return { errors, data };
      return faults.length > 0 ? { data, extensions: { valueCompletion: faults } } : { data };
    },
  };
}
