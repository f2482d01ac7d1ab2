// The topics on which a subscription is run again, told from its root field, its arguments and who asks.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getArgumentValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { actorTopic, argumentTopic, customerHears, topicIn, wholeTopic } from '../../schema/live.ts';
import type { Principal } from '../../schema/principal.ts';
import { spreadIn } from '../spread.ts';

type Variables = Readonly<Record<string, unknown>>;

/** For given variables and principal. */
export type Topics = (variables: Variables, principal: Principal) => readonly string[];

/** The one root field; the document is valid, so that no spread leads back to itself. */
function rootField(document: DocumentNode, set: SelectionSetNode): FieldNode | undefined {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const inner = spreadIn(document, selection);
    const found = inner === undefined ? undefined : rootField(document, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined for what isn't live: an operation of a supergraph that says otherwise is never a subscription. */
export function topicsOf(
  document: DocumentNode,
  subscription: OperationDefinitionNode,
  schema: GraphQLSchema,
  topicOf: (field: string) => string | undefined,
): Topics | undefined {
  const node = rootField(document, subscription.selectionSet);
  const field = node === undefined ? undefined : schema.getSubscriptionType()?.getFields()[node.name.value];
  if (node === undefined || field === undefined) return undefined;
  const topic = topicIn(topicOf(field.name) ?? '');
  if (topic === undefined) return undefined;
  const { name, key } = topic;
  switch (key.kind) {
    case 'ARGUMENT':
      return (variables) => {
        const value: unknown = getArgumentValues(field, node, variables)[key.argument];
        return [argumentTopic(name, String(value))];
      };
    case 'CUSTOMER':
      return (_, { customerId }) => customerHears(name, customerId);
    case 'ACTOR':
      return (_, { actorId }) => [actorTopic(name, actorId)];
    case 'NONE':
      return () => [wholeTopic(name)];
  }
}
