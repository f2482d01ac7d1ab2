// A client's operation, compiled once from its query plan: executed for any principal and variables, many at a time.
import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { JsonObject } from '../../schema/json.ts';
import { operationOf } from '../../schema/operation-of.ts';
import type { Operation } from '../../schema/ports.ts';
import { conditionFault } from '../../schema/variants.ts';
import { compileAnswer } from './answer.ts';
import { endingOf } from './ending.ts';
import { merge, type Shape, shapeOf } from './merge.ts';
import { compileSteps, NOTHING, type Step } from './plan.ts';
import type { ExecutorOptions, Run } from './run.ts';

export interface PlanInput {
  /** The client's graph: what the answer is checked against. */
  readonly schema: GraphQLSchema;
  /** The whole graph, inaccessible types included: what is sent to subgraphs is read by it. */
  readonly supergraph: GraphQLSchema;
  /** Usually one; several when their requirements contradict each other: their answers are merged. */
  readonly plans: readonly [QueryPlan, ...QueryPlan[]];
  readonly document: DocumentNode;
  readonly operationName?: string;
  /** The names under which some of the document's fields were planned. */
  readonly plannedNames?: ReadonlyMap<FieldNode, string>;
}

export interface CompiledOperation {
  /**
   * Never rejects for what a subgraph does. The result may be serialised, not written to. `coerced`: the variables'
   * values by the operation's own definitions, from a caller that has them already.
   */
  execute(
    variables: Readonly<JsonObject>,
    operation: Operation,
    options: ExecutorOptions,
    coerced?: Readonly<JsonObject>,
  ): Promise<ExecutionResult>;
}

export function compilePlan(input: PlanInput): CompiledOperation {
  const { schema, document } = input;
  const { operation: definition, fragments } = operationOf(document, input.operationName);
  const renamed = new Map<string, string>();
  for (const [node, name] of input.plannedNames ?? []) renamed.set(name, (node.alias ?? node.name).value);
  const settings = { supergraph: input.supergraph, operationKind: definition.operation, renamed };
  const joins = input.plans.length === 1;
  const compiled = input.plans.map((plan) => compileSteps(plan, settings, joins));
  const steps = compiled.map(({ step }) => step);
  const [step = NOTHING] = steps;
  const plannedRoots = new Set(compiled.flatMap(({ rootNames }) => rootNames));
  const answer = compileAnswer({ ...input, definition, fragments, plannedRoots });
  const definitions = definition.variableDefinitions ?? [];
  // several plans are rare: where they meet is all that the client selected, under the planned names
  const meeting = steps.length > 1 ? meetingShape(input, definition, fragments) : undefined;

  return {
    async execute(variables, operation, options, coerced) {
      let values = coerced ?? {};
      if (coerced === undefined && definitions.length > 0) {
        const read = getVariableValues(schema, definitions, variables);
        if (read.errors !== undefined) return { errors: read.errors };
        values = read.coerced;
      }
      const fault = conditionFault(answer.conditions, values);
      if (fault !== undefined) return { errors: [fault] };
      const errors: GraphQLError[] = [];
      const ending = endingOf(operation);
      const newRun = (): Run => ({
        data: {},
        errors,
        variables,
        condition: (name) => values[name] === true,
        operation,
        ending,
        options,
        joined: new Set(),
        asked: new Map(),
      });
      const first = newRun();
      if (meeting === undefined) await step(first);
      else await executeApart(steps, [first, ...steps.slice(1).map(newRun)], meeting);
      return answer.complete(first.data, errors, values, variables, first.joined);
    },
  };
}

/** The first run's data takes up the others'. */
async function executeApart(
  steps: readonly Step[],
  runs: readonly [Run, ...Run[]],
  meeting: Shape,
): Promise<void> {
  await Promise.all(runs.map((run, index) => steps[index]?.(run)));
  const [first, ...others] = runs;
  for (const other of others) merge(first.data, other.data, meeting, false);
}

function meetingShape(
  { plannedNames }: PlanInput,
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Shape {
  const planned = new Map<string, string>();
  for (const [node, name] of plannedNames ?? []) planned.set((node.alias ?? node.name).value, name);
  return shapeOf(
    { kind: Kind.DOCUMENT, definitions: [definition, ...fragments.values()] },
    (name) => planned.get(name) ?? name,
  );
}
