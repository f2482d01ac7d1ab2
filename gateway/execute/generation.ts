// One supergraph in force: its schemas and planner, immutable; operations in flight keep the one they started with.
import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, OperationTypeNode, parse } from 'graphql';
import { clientError } from '../../schema/errors.ts';
import { operationOf } from '../../schema/operation-of.ts';
import { type CompiledOperation, compilePlan } from './executor.ts';
import { withResolvableKeysFirst } from './key-order.ts';
import { type LabelSettings, labelsIn, overrideLabelsOf, overridesOf } from './override-labels.ts';
import { plannedNames } from './planned-names.ts';
import { requirementsOf } from './requirements.ts';
import { documentsToPlan } from './separate-plans.ts';

export interface Generation {
  /** The client's graph. */
  readonly schema: GraphQLSchema;
  /** Names of fields that plans may select beside the client's own selection. */
  readonly fetchedNames: ReadonlySet<string>;
  /** Plans and compiles; throws a GraphQLError for what can't be planned. The document must be valid. */
  compile(document: DocumentNode, operationName?: string): CompiledOperation;
}

/** Rejects a supergraph that can't be planned with. `schema`: the client's graph if it is already built. */
export function buildGeneration(
  supergraphSdl: string,
  schema?: GraphQLSchema,
  settings: LabelSettings = {},
): Generation {
  const repairedSdl = withResolvableKeysFirst(supergraphSdl);
  const supergraph = Supergraph.build(repairedSdl, { validateSupergraph: false });
  const apiSchema: Schema = supergraph.apiSchema();
  const clientSchema = schema ?? apiSchema.toGraphQLJSSchema();
  const wholeSchema = supergraph.schema.toGraphQLJSSchema();
  const queryPlanner = new QueryPlanner(supergraph);
  const supergraphDocument = parse(repairedSdl, { noLocation: true });
  const requirements = requirementsOf(supergraphDocument);
  const labels = overrideLabelsOf(supergraphDocument);

  return {
    schema: clientSchema,
    fetchedNames: requirements.fetchedNames,
    compile(document, operationName) {
      const { operation, fragments } = operationOf(document, operationName);
      const names = plannedNames(document, requirements);
      const [first, ...others] = documentsToPlan(clientSchema, operation, fragments, names, requirements);
      if (others.length > 0 && operation.operation !== OperationTypeNode.QUERY)
        throw clientError(
          'GRAPHQL_VALIDATION_FAILED',
          'Some of the selected fields depend on one field with different arguments: read them in a query.',
        );
      const compileFor = (overrideConditions: ReadonlyMap<string, boolean>): CompiledOperation => {
        const plan = (each: DocumentNode): QueryPlan =>
          queryPlanner.buildQueryPlan(operationFromDocument(apiSchema, each, { validate: false }), {
            overrideConditions: new Map(overrideConditions),
          });
        return compilePlan({
          schema: clientSchema,
          supergraph: wholeSchema,
          plans: [plan(first), ...others.map(plan)],
          document,
          plannedNames: names,
          ...(operationName === undefined ? {} : { operationName }),
        });
      };
      const found = labelsIn(document, labels, requirements.fetchedNames);
      const { variants, choose } = overridesOf(found, settings);
      const [usual, ...rest] = variants;
      const compiled = compileFor(usual);
      if (rest.length === 0) return compiled;
      const all = [compiled, ...rest.map(compileFor)];
      return { execute: (...asked) => (all[choose()] ?? compiled).execute(...asked) };
    },
  };
}
