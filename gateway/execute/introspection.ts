// Answers `__schema` and `__type` from the client's graph, by GraphQL's own executor.
import {
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
} from 'graphql';
import type { JsonObject } from '../../schema/json.ts';
import type { SelectedField } from '../../schema/selection.ts';

export type Introspect = (field: SelectedField, variables: Readonly<JsonObject>) => unknown;

export function compileIntrospection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Introspect {
  const constant = new Map<string, unknown>();
  // fragments of other operations count too: the answer is then computed anew, which is only slower
  const usesVariables = (nodes: readonly FieldNode[]): boolean =>
    [...nodes, ...fragments.values()].some((node) => print(node).includes('$'));
  return (field, variables) => {
    if (constant.has(field.responseName)) return constant.get(field.responseName);
    const { data, errors } = executeSync({
      schema,
      document: {
        kind: Kind.DOCUMENT,
        definitions: [
          {
            kind: Kind.OPERATION_DEFINITION,
            operation: OperationTypeNode.QUERY,
            variableDefinitions: operation.variableDefinitions ?? [],
            // conditions were decided when the field was selected
            selectionSet: {
              kind: Kind.SELECTION_SET,
              selections: field.nodes.map((each) => ({ ...each, directives: [] })),
            },
          },
          ...fragments.values(),
        ],
      },
      rootValue: {},
      variableValues: variables,
    });
    if (errors !== undefined) throw errors[0];
    const value = data?.[field.responseName] ?? null;
    if (!usesVariables(field.nodes)) constant.set(field.responseName, value);
    return value;
  };
}
