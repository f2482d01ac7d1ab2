// Repair of planning: a field of which the text itself leaves nothing is still asked for, and its answer is an object.
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export const TYPENAME: SelectionNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
};

/** By a condition that is written out; variables are the plan's to decide on. */
function isLeftOut({ name, arguments: args }: DirectiveNode): boolean {
  const value = args?.[0]?.value;
  if (value?.kind !== Kind.BOOLEAN) return false;
  return (name.value === 'skip' && value.value) || (name.value === 'include' && !value.value);
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function leavesNothing({ selections }: SelectionSetNode, fragments: Fragments): boolean {
  return selections.every((selection) => {
    if (selection.directives?.some(isLeftOut)) return true;
    if (selection.kind === Kind.FIELD) return false;
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    return fragment !== undefined && leavesNothing(fragment.selectionSet, fragments);
  });
}

/** The planner takes such a field away with its selection; stock then answers null for what may not be null. */
export function withSomething(node: FieldNode, fragments: Fragments): FieldNode {
  const { selectionSet } = node;
  if (selectionSet === undefined || !leavesNothing(selectionSet, fragments)) return node;
  const selections = [...selectionSet.selections, TYPENAME];
  return { ...node, selectionSet: { ...selectionSet, selections } };
}
