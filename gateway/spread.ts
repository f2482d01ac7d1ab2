// What a spread or an inline fragment brings into its selection set.
import {
  type DocumentNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** Undefined for a fragment that the document doesn't define: only an invalid one has such a spread. */
export function spreadIn(
  document: DocumentNode,
  selection: FragmentSpreadNode | InlineFragmentNode,
): SelectionSetNode | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet;
  return document.definitions
    .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
    .find((node) => node.name.value === selection.name.value)?.selectionSet;
}
