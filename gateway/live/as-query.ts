// A subscription as the query that is run for it: the same selection, asked of Query.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  visit,
} from 'graphql';

export interface AsQuery {
  readonly text: string;
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
}

const FROM = 'Subscription';
const TO = 'Query';

function spreadsIn(node: OperationDefinitionNode | FragmentDefinitionNode): string[] {
  const names: string[] = [];
  visit(node, { FragmentSpread: ({ name }) => void names.push(name.value) });
  return names;
}

/** The fragments that the operation needs: what other operations of the document spread may not fit a query. */
function needed(document: DocumentNode, node: OperationDefinitionNode): FragmentDefinitionNode[] {
  const all = new Map(
    document.definitions
      .filter((each) => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each]),
  );
  const found = new Set<FragmentDefinitionNode>();
  const waiting = spreadsIn(node);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const fragment = all.get(name);
    if (fragment === undefined || found.has(fragment)) continue;
    found.add(fragment);
    waiting.push(...spreadsIn(fragment));
  }
  return [...found];
}

const asked = <T extends OperationDefinitionNode | FragmentDefinitionNode>(definition: T): T =>
  visit(definition, {
    NamedType: (type, key) =>
      key === 'typeCondition' && type.name.value === FROM
        ? { ...type, name: { ...type.name, value: TO } }
        : undefined,
  });

/**
 * The document must be valid: exactly one root field, which Query has too, and no `__typename` beside it, so that
 * nothing in the answer tells a query from the subscription.
 */
export function asQuery(document: DocumentNode, subscription: OperationDefinitionNode): AsQuery {
  const node = { ...asked(subscription), operation: OperationTypeNode.QUERY };
  const made: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [node, ...needed(document, subscription).map(asked)],
  };
  return { text: print(made), document: made, node };
}
