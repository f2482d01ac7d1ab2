// The operation of a document that a request names, and the fragments beside it.
import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql';
import { clientError } from './errors.ts';

/** @throws OPERATION_RESOLUTION_FAILURE where there is none of that name, or several and no name. */
export function operationOf(
  document: DocumentNode,
  operationName: string | undefined,
): { operation: OperationDefinitionNode; fragments: Map<string, FragmentDefinitionNode> } {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const [operation, ...others] =
    operationName === undefined ? operations : operations.filter(({ name }) => name?.value === operationName);
  if (operation === undefined || others.length > 0) throw clientError('OPERATION_RESOLUTION_FAILURE');
  return { operation, fragments };
}
