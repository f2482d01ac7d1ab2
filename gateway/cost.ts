// How many objects an operation may bring at the most: lists within lists multiply, and so do the calls behind them.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;
/** The most objects for given variables. */
export type Cost = (variables: Variables) => number;

/** A page asked for without saying how long: no list of ours gives more. */
const LONGEST_PAGE = 200;

type PageSize = (variables: Variables) => number;

const whole = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : LONGEST_PAGE);

/** How many a field gives: a page's `first`; for anything else one, since only pages are of the client's choosing. */
function pageSize(field: GraphQLField<unknown, unknown>, node: FieldNode): PageSize {
  const argument = field.args.find(({ name }) => name === 'first');
  if (argument === undefined) return () => 1;
  const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  if (given?.kind === Kind.VARIABLE) {
    const { value } = given.name;
    return (variables) => whole(Object.hasOwn(variables, value) ? variables[value] : argument.defaultValue);
  }
  const fixed =
    given === undefined
      ? whole(argument.defaultValue)
      : given.kind === Kind.INT
        ? Number(given.value)
        : LONGEST_PAGE;
  return () => fixed;
}

interface Branch {
  readonly size: PageSize;
  readonly below: readonly Branch[];
}

function branches(
  set: SelectionSetNode | undefined,
  typeName: string,
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly Branch[] {
  const type = schema.getType(typeName);
  return (set?.selections ?? []).flatMap((selection): readonly Branch[] => {
    if (selection.kind !== Kind.FIELD) {
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const on = inner?.typeCondition?.name.value ?? typeName;
      return branches(inner?.selectionSet, on, schema, fragments);
    }
    const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
    if (field === undefined || selection.selectionSet === undefined) return [];
    const below = branches(selection.selectionSet, getNamedType(field.type).name, schema, fragments);
    return [{ size: pageSize(field, selection), below }];
  });
}

const count = (tree: readonly Branch[], variables: Variables): number =>
  tree.reduce((sum, { size, below }) => sum + size(variables) * (1 + count(below, variables)), 0);

/** Compiled once for an operation that is valid in the schema. */
export function costOf(document: DocumentNode, node: OperationDefinitionNode, schema: GraphQLSchema): Cost {
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const root = schema.getRootType(node.operation);
  const tree = branches(node.selectionSet, root?.name ?? '', schema, fragments);
  return (variables) => count(tree, variables);
}
