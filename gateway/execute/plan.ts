// The nodes of a query plan as closures: in sequence, in parallel, on a condition, or one fetch.
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { OperationTypeNode } from 'graphql';
import { type CompiledFetch, compileFetch, type FetchSettings } from './fetch.ts';
import { fetchEntities } from './fetch-entities.ts';
import { fetchRoot } from './fetch-root.ts';
import type { PlanPath } from './places.ts';
import type { Run } from './run.ts';
import { markJoining, markShared } from './writers.ts';

/** Adds to the run's answer and errors; rejects for a fault of ours only. */
export type Step = (run: Run) => Promise<void>;

export const NOTHING: Step = () => Promise.resolve();

export interface CompiledSteps {
  readonly step: Step;
  /** The fields of the root type that some fetch brings. */
  readonly rootNames: readonly string[];
}

/** `joins`: nothing but this plan writes into the answer. */
export function compileSteps(plan: QueryPlan, settings: FetchSettings, joins: boolean): CompiledSteps {
  const { node } = plan;
  if (node === undefined) return { step: NOTHING, rootNames: [] };
  if (node.kind === 'Subscription') throw new Error('Subscriptions are not executed as one plan');
  const fetches: CompiledFetch[] = [];
  const step = compileNode(node, [], (fetch, path) => {
    const compiled = compileFetch(fetch, path, settings);
    fetches.push(compiled);
    return compiled;
  });
  markShared(fetches);
  if (joins) markJoining(fetches);
  // after a mutation the same entity may have changed between two fetches
  if (settings.operationKind === OperationTypeNode.QUERY) groupEqual(fetches);
  const rootNames = fetches.flatMap((fetch) => (fetch.path.length === 0 ? fetch.rootNames : []));
  return { step, rootNames };
}

function groupEqual(fetches: readonly CompiledFetch[]): void {
  const first = new Map<string, number>();
  fetches.forEach((fetch, index) => {
    if (fetch.representer === undefined) return;
    const known = first.get(fetch.identity);
    if (known === undefined) {
      first.set(fetch.identity, index);
      return;
    }
    fetch.group = known;
    const earlier = fetches[known];
    if (earlier !== undefined) earlier.group = known;
  });
}

type CompileFetch = (node: FetchNode, path: PlanPath) => CompiledFetch;

function compileNode(node: PlanNode, path: PlanPath, compile: CompileFetch): Step {
  switch (node.kind) {
    case 'Sequence': {
      const steps = node.nodes.map((child) => compileNode(child, path, compile));
      return async (run) => {
        for (const step of steps) await step(run);
      };
    }
    case 'Parallel': {
      const steps = node.nodes.map((child) => compileNode(child, path, compile));
      return async (run) => {
        await Promise.all(steps.map((step) => step(run)));
      };
    }
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path.map(String)], compile);
    case 'Condition': {
      const yes = node.ifClause === undefined ? NOTHING : compileNode(node.ifClause, path, compile);
      const no = node.elseClause === undefined ? NOTHING : compileNode(node.elseClause, path, compile);
      const { condition } = node;
      return (run) => (run.condition(condition) ? yes(run) : no(run));
    }
    case 'Fetch': {
      const fetch = compile(node, path);
      return fetch.representer === undefined
        ? (run) => fetchRoot(fetch, run)
        : (run) => fetchEntities(fetch, run);
    }
    case 'Defer':
      throw new Error('@defer is not supported');
  }
}
