// Which fields of a selection apply to an object of a given type: fragments and conditions resolved, duplicates joined.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isTypeOf } from './type-condition.ts';

/** A selection set and the type that it was written for. */
export interface TypedSelection {
  readonly set: SelectionSetNode;
  readonly parent: GraphQLCompositeType;
}

export interface SelectedField {
  readonly responseName: string;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  /** Node by node, the type that it was written for: an implementation may narrow the field's type. */
  readonly parents: readonly [GraphQLCompositeType, ...GraphQLCompositeType[]];
  /** The type that errors name: the object's own, or the fragment's. */
  readonly errorParent: GraphQLCompositeType;
}

/** While it is being put together. */
interface Joined extends SelectedField {
  readonly nodes: [FieldNode, ...FieldNode[]];
  readonly parents: [GraphQLCompositeType, ...GraphQLCompositeType[]];
}

export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The value of a Boolean variable: fixed for one variant of the compiled answer. */
  readonly condition: (variable: string) => boolean;
}

function isIncluded(node: SelectionNode, condition: (variable: string) => boolean): boolean {
  for (const directive of node.directives ?? []) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const value = directive.arguments?.[0]?.value;
    const on =
      value?.kind === Kind.VARIABLE
        ? condition(value.name.value)
        : value?.kind === Kind.BOOLEAN && value.value;
    if (on === (name === 'skip')) return false;
  }
  return true;
}

/** `typename` is what the object says of itself; without one, the type that it was selected as counts. */
export function selectFields(
  selections: readonly TypedSelection[],
  object: GraphQLCompositeType,
  typename: string | undefined,
  { schema, fragments, condition }: SelectionContext,
): SelectedField[] {
  const fields = new Map<string, Joined>();
  const seen = new Set<string>();

  function visit(
    set: SelectionSetNode,
    parent: GraphQLCompositeType,
    errorParent: GraphQLCompositeType,
  ): void {
    for (const selection of set.selections) {
      if (!isIncluded(selection, condition)) continue;
      if (selection.kind === Kind.FIELD) {
        const responseName = (selection.alias ?? selection.name).value;
        const known = fields.get(responseName);
        if (known === undefined)
          fields.set(responseName, { responseName, nodes: [selection], parents: [parent], errorParent });
        else if (!known.nodes.includes(selection)) {
          known.nodes.push(selection);
          known.parents.push(parent);
        }
        continue;
      }
      const spread =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : undefined;
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? spread : selection;
      if (fragment === undefined) continue;
      const on = fragment.typeCondition?.name.value;
      const type = on === undefined ? undefined : schema.getType(on);
      if (on !== undefined && !isTypeOf(schema, typename ?? errorParent.name, on)) continue;
      if (spread !== undefined) {
        // fragments that spread each other twice would double with each level
        const once = `${spread.name.value}:${typename === undefined ? errorParent.name : ''}`;
        if (seen.has(once)) continue;
        seen.add(once);
      }
      const inner = isCompositeType(type) ? type : undefined;
      visit(fragment.selectionSet, inner ?? parent, inner ?? errorParent);
    }
  }

  for (const { set, parent } of selections) visit(set, parent, object);
  return [...fields.values()];
}
