// What the supergraph fetches on its own account, by name: key fields and the fields that @requires names.
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql';

export interface Requirements {
  /** Names that a fetch may select unaliased beside the client's own selection. */
  readonly fetchedNames: ReadonlySet<string>;
  /** Those of them that some field requires with arguments. */
  readonly withArguments: ReadonlySet<string>;
  /** `Type.field` -> the fields with arguments that it requires: path below the type -> arguments as text. */
  readonly demands: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

function fieldSet({ arguments: args }: ConstDirectiveNode, name: string): SelectionSetNode | undefined {
  const value = args?.find((each) => each.name.value === name)?.value;
  if (value?.kind !== Kind.STRING) return undefined;
  const [definition] = parse(`{${value.value}}`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : undefined;
}

function eachField(
  set: SelectionSetNode,
  path: string,
  take: (field: FieldNode, path: string) => void,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      eachField(selection.selectionSet, path, take);
      continue;
    }
    const here = `${path}.${selection.name.value}`;
    take(selection, here);
    if (selection.selectionSet !== undefined) eachField(selection.selectionSet, here, take);
  }
}

export function requirementsOf(supergraph: DocumentNode): Requirements {
  const fetchedNames = new Set(['__typename']);
  const withArguments = new Set<string>();
  const demands = new Map<string, Map<string, string>>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const directive of type.directives ?? []) {
      const key = directive.name.value === 'join__type' ? fieldSet(directive, 'key') : undefined;
      if (key !== undefined) eachField(key, '', ({ name }) => fetchedNames.add(name.value));
    }
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const required = directive.name.value === 'join__field' ? fieldSet(directive, 'requires') : undefined;
        if (required === undefined) continue;
        const coordinate = `${type.name.value}.${field.name.value}`;
        eachField(required, '', (needed, path) => {
          fetchedNames.add(needed.name.value);
          if (needed.arguments === undefined || needed.arguments.length === 0) return;
          withArguments.add(needed.name.value);
          const own = demands.get(coordinate) ?? new Map<string, string>();
          demands.set(coordinate, own.set(path, needed.arguments.map(print).sort().join(',')));
        });
      }
    }
  }
  return { fetchedNames, withArguments, demands };
}
