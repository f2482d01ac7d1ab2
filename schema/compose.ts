// Subgraph SDL to supergraph: composition, in which hints about directives and enums count as faults.
import { composeServices } from '@apollo/composition';
import { concatAST, Kind } from 'graphql';
import type { Contract, SubgraphSheet } from './data-sheet.ts';
import { subscriptionType } from './live.ts';

/** Hints that mean: the subgraphs disagree, and one of them silently wins. */
const FATAL_HINTS = new Set([
  'INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN',
  'INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS',
  'INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM',
  'INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM',
  'DIRECTIVE_COMPOSITION_WARN',
  'DIRECTIVE_COMPOSITION_INFO',
  'INCONSISTENT_DESCRIPTION',
]);

export interface Composed {
  readonly supergraphSdl?: string;
  readonly faults: readonly string[];
}

/** The subgraphs themselves have no Subscription: this gateway runs the query of the same name. */
function withSubscription({ document }: SubgraphSheet) {
  const type = subscriptionType(document);
  return type === undefined ? document : concatAST([document, { kind: Kind.DOCUMENT, definitions: [type] }]);
}

/** `portable`: for routers that aren't this gateway, without what only it can do. */
export function compose(contract: Contract, { portable = false } = {}): Composed {
  const result = composeServices(
    [...contract.subgraphs.values()].map((sheet) => ({
      name: sheet.name,
      typeDefs: portable ? sheet.document : withSubscription(sheet),
      url: `http://${sheet.name}.subgraph.invalid/`,
    })),
  );
  const faults = [...contract.faults];
  for (const error of result.errors ?? []) faults.push(error.message);
  for (const hint of result.hints ?? []) {
    if (FATAL_HINTS.has(hint.definition.code)) faults.push(`${hint.definition.code}: ${hint.message}`);
  }
  return result.supergraphSdl === undefined || faults.length > 0
    ? { faults }
    : { supergraphSdl: result.supergraphSdl, faults };
}
