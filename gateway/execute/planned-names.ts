// Repair of planning: a client's field whose name in the answer the supergraph needs for itself is fetched under another.
import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';
import type { Requirements } from './requirements.ts';

function responseName(node: FieldNode): string {
  return (node.alias ?? node.name).value;
}

/**
 * The planner adds key and required fields to a selection under their own names, and takes a client's field of that
 * name for the one it needs even when it's another field, or the same with other arguments.
 */
export function plannedNames(
  document: DocumentNode,
  { fetchedNames, withArguments }: Requirements,
): ReadonlyMap<FieldNode, string> {
  const used = new Set<string>(fetchedNames);
  const clashing: FieldNode[] = [];
  visit(document, {
    Field: {
      enter: (node) => {
        const name = responseName(node);
        used.add(name);
        const isOther = name !== node.name.value && fetchedNames.has(name);
        const hasArguments = node.arguments !== undefined && node.arguments.length > 0;
        if (isOther || (hasArguments && withArguments.has(name))) clashing.push(node);
      },
    },
  });
  // every field of one name must keep being one field: those that don't clash are renamed along
  const clashes = new Set(clashing.map(responseName));
  const names = new Map<FieldNode, string>();
  if (clashes.size === 0) return names;
  const fresh = new Map<string, string>();
  for (const name of clashes) {
    let planned = `client_${name.replace(/^_+/, '')}`;
    while (used.has(planned)) planned += '_';
    used.add(planned);
    fresh.set(name, planned);
  }
  visit(document, {
    Field: {
      enter: (node) => {
        const planned = fresh.get(responseName(node));
        if (planned !== undefined) names.set(node, planned);
      },
    },
  });
  return names;
}

export function withPlannedName(node: FieldNode, names: ReadonlyMap<FieldNode, string>): FieldNode {
  const name = names.get(node);
  return name === undefined ? node : { ...node, alias: { kind: Kind.NAME, value: name } };
}
