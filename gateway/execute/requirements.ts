// What the supergraph fetches on its own account, by name: key fields and the fields that @requires names.
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

/** One field alone requires another twice, with different arguments: no plan can give it both. */
export const CONTRADICTION = '!';

export interface Requirements {
  /** Names that a fetch may select unaliased beside the client's own selection. */
  readonly fetchedNames: ReadonlySet<string>;
  /** Those of them that some field requires with arguments. */
  readonly withArguments: ReadonlySet<string>;
  /**
   * `Type.field` -> the fields with arguments that it requires, itself or through others: path below the type ->
   * arguments as text, or CONTRADICTION.
   */
  readonly demands: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

function fieldSet({ arguments: args }: ConstDirectiveNode, name: string): SelectionSetNode | undefined {
  const value = args?.find((each) => each.name.value === name)?.value;
  if (value?.kind !== Kind.STRING) return undefined;
  const [definition] = parse(`{${value.value}}`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : undefined;
}

/** By type, then by field: the named type of the field. */
type FieldTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

type Definition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

const isDefinition = (node: DefinitionNode): node is Definition =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** A field of a field set, and where it stands: the path of its parent below the type that the set is of. */
interface Needed {
  readonly node: FieldNode;
  readonly type: string;
  readonly parentPath: string;
}

function neededBy(set: SelectionSetNode, type: string, types: FieldTypes, parentPath = ''): Needed[] {
  return set.selections.flatMap((selection): Needed[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition?.name.value ?? type;
      return neededBy(selection.selectionSet, on, types, parentPath);
    }
    const here: Needed = { node: selection, type, parentPath };
    if (selection.selectionSet === undefined) return [here];
    const inner = types.get(type)?.get(selection.name.value) ?? '';
    const path = `${parentPath}.${selection.name.value}`;
    return [here, ...neededBy(selection.selectionSet, inner, types, path)];
  });
}

/** A required field's own requirements are the requiring one's too: all are fetched for the same object. */
function demandsOf(
  coordinate: string,
  required: ReadonlyMap<string, readonly Needed[]>,
  under: readonly string[] = [],
): Map<string, string> {
  const demands = new Map<string, string>();
  if (under.includes(coordinate)) return demands;
  const add = (path: string, args: string): void => {
    const known = demands.get(path);
    demands.set(path, known === undefined || known === args ? args : CONTRADICTION);
  };
  for (const { node, type, parentPath } of required.get(coordinate) ?? []) {
    const { name, arguments: args = [] } = node;
    if (args.length > 0) add(`${parentPath}.${name.value}`, args.map(print).sort().join(','));
    const further = demandsOf(`${type}.${name.value}`, required, [...under, coordinate]);
    for (const [path, text] of further) add(`${parentPath}${path}`, text);
  }
  return demands;
}

export function requirementsOf(supergraph: DocumentNode): Requirements {
  const fetchedNames = new Set(['__typename']);
  const withArguments = new Set<string>();
  const definitions = supergraph.definitions.filter(isDefinition);
  const types: FieldTypes = new Map(
    definitions.map(({ name, fields = [] }) => [
      name.value,
      new Map(fields.map((field) => [field.name.value, namedType(field.type)])),
    ]),
  );
  const required = new Map<string, Needed[]>();
  for (const { name, directives = [], fields = [] } of definitions) {
    for (const directive of directives) {
      const key = directive.name.value === 'join__type' ? fieldSet(directive, 'key') : undefined;
      if (key === undefined) continue;
      for (const { node } of neededBy(key, name.value, types)) fetchedNames.add(node.name.value);
    }
    for (const field of fields) {
      for (const directive of field.directives ?? []) {
        const set = directive.name.value === 'join__field' ? fieldSet(directive, 'requires') : undefined;
        if (set === undefined) continue;
        const coordinate = `${name.value}.${field.name.value}`;
        const needed = neededBy(set, name.value, types);
        required.set(coordinate, [...(required.get(coordinate) ?? []), ...needed]);
        for (const { node } of needed) {
          fetchedNames.add(node.name.value);
          if (node.arguments !== undefined && node.arguments.length > 0) withArguments.add(node.name.value);
        }
      }
    }
  }
  const demands = new Map([...required.keys()].map((each) => [each, demandsOf(each, required)] as const));
  return { fetchedNames, withArguments, demands: new Map([...demands].filter(([, { size }]) => size > 0)) };
}
