// Repair of planning: an entity's resolvable keys stand first, because the planner re-enters a subgraph by the first.
import { type ConstDirectiveNode, type DocumentNode, Kind, parse, print, visit } from 'graphql';

function argument({ arguments: args }: ConstDirectiveNode, name: string): string | boolean | undefined {
  const value = args?.find((each) => each.name.value === name)?.value;
  return value?.kind === Kind.ENUM || value?.kind === Kind.BOOLEAN ? value.value : undefined;
}

function isResolvable(directive: ConstDirectiveNode): boolean {
  return argument(directive, 'resolvable') !== false;
}

function ordered(directives: readonly ConstDirectiveNode[]): readonly ConstDirectiveNode[] {
  const joins = directives.filter(({ name }) => name.value === 'join__type');
  const late = joins.filter(
    (each, index) =>
      !isResolvable(each) &&
      joins
        .slice(index + 1)
        .some((later) => isResolvable(later) && argument(later, 'graph') === argument(each, 'graph')),
  );
  return late.length === 0 ? directives : [...directives.filter((each) => !late.includes(each)), ...late];
}

/** The same supergraph; the text is returned as it is when nothing has to move. */
export function withResolvableKeysFirst(supergraphSdl: string): string {
  let moved = false;
  const type = <Node extends { readonly directives?: readonly ConstDirectiveNode[] }>(
    node: Node,
  ): Node | undefined => {
    const directives = ordered(node.directives ?? []);
    if (directives === node.directives || directives.length === 0) return undefined;
    moved = true;
    return { ...node, directives };
  };
  const document: DocumentNode = visit(parse(supergraphSdl, { noLocation: true }), {
    ObjectTypeDefinition: { enter: type },
    InterfaceTypeDefinition: { enter: type },
  });
  return moved ? print(document) : supergraphSdl;
}
