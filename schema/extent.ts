// How large a document is, in one pass, whatever its fragments do: by its text nothing is known of that.
import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

export interface Extent {
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly aliases: number;
}

const NOTHING: Extent = { depth: 0, fields: 0, rootFields: 0, aliases: 0 };

/** The largest extent of any operation. Each fragment is measured once, so doubling spreads cost nothing. */
export function measure(document: DocumentNode): Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const measured = new Map<string, Extent>();

  const ofFragment = (name: string): Extent => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, NOTHING); // a cycle adds nothing here; validation refuses it
    const fragment = fragments.get(name);
    const extent = fragment === undefined ? NOTHING : ofSelections(fragment.selectionSet);
    measured.set(name, extent);
    return extent;
  };

  const ofSelections = (set: SelectionSetNode): Extent => {
    let { depth, fields, rootFields, aliases } = NOTHING;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet === undefined ? NOTHING : ofSelections(selection.selectionSet);
        // introspection nests deep by nature; graphql's own validation bounds that
        const introspection = selection.name.value.startsWith('__');
        depth = Math.max(depth, introspection ? 0 : below.depth + 1);
        fields += below.fields + 1;
        rootFields += 1;
        aliases += below.aliases + (selection.alias === undefined ? 0 : 1);
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(selection.selectionSet)
            : ofFragment(selection.name.value);
        depth = Math.max(depth, inner.depth);
        fields += inner.fields;
        rootFields += inner.rootFields;
        aliases += inner.aliases;
      }
    }
    return { depth, fields, rootFields, aliases };
  };

  return document.definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .map((node) => ofSelections(node.selectionSet))
    .reduce(
      (most, each) => ({
        depth: Math.max(most.depth, each.depth),
        fields: Math.max(most.fields, each.fields),
        rootFields: Math.max(most.rootFields, each.rootFields),
        aliases: Math.max(most.aliases, each.aliases),
      }),
      NOTHING,
    );
}
