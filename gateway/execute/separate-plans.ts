// Repair of planning: fields that require one field with different arguments are planned apart.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { clientError } from '../../schema/errors.ts';
import { TYPENAME, withSomething } from './emptied.ts';
import { withPlannedName } from './planned-names.ts';
import { CONTRADICTION, type Requirements } from './requirements.ts';

/** Which of the plans fetches a field; those without an entry are in the first. */
type Assignment = ReadonlyMap<FieldNode, number>;

function demandsOf(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  name: string,
  demands: Requirements['demands'],
): Map<string, string> {
  const types = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
  const all = new Map<string, string>();
  for (const type of types)
    for (const [path, args] of demands.get(`${type.name}.${name}`) ?? [])
      all.set(`${type.name}${path}`, args);
  return all;
}

function assign(schema: GraphQLSchema, document: DocumentNode, demands: Requirements['demands']): Assignment {
  const typeInfo = new TypeInfo(schema);
  const plans: Map<string, string>[] = [];
  const assignment = new Map<FieldNode, number>();
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter: (node) => {
          const parent = typeInfo.getParentType();
          if (!parent) return;
          const needed = demandsOf(schema, parent, node.name.value, demands);
          if (needed.size === 0) return;
          if ([...needed.values()].includes(CONTRADICTION))
            throw clientError('NOT_CONFIGURED', `No plan can fetch all that ${node.name.value} depends on.`);
          const fits = (plan: ReadonlyMap<string, string>): boolean =>
            [...needed].every(([path, args]) => (plan.get(path) ?? args) === args);
          let index = plans.findIndex(fits);
          if (index < 0) index = plans.push(new Map()) - 1;
          for (const [path, args] of needed) plans[index]?.set(path, args);
          if (index > 0) assignment.set(node, index);
        },
      },
    }),
  );
  return assignment;
}

interface Part {
  readonly index: number;
  readonly assignment: Assignment;
  readonly names: ReadonlyMap<FieldNode, string>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** What one plan fetches of a selection. Within a field that belongs to the plan all is kept. */
function partOf(set: SelectionSetNode, part: Part, whole: boolean): SelectionSetNode | undefined {
  const selections: SelectionNode[] = [];
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const index = part.assignment.get(selection) ?? 0;
      const mine = whole || index === part.index;
      if (!mine && index !== 0) continue;
      const node = withPlannedName(selection, part.names);
      if (node.selectionSet === undefined) {
        if (mine) selections.push(node);
        continue;
      }
      const inner = partOf(node.selectionSet, part, whole || (mine && index > 0));
      if (inner !== undefined)
        selections.push(withSomething({ ...node, selectionSet: inner }, part.fragments));
      else if (mine)
        selections.push({ ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: [TYPENAME] } });
      continue;
    }
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? part.fragments.get(selection.name.value) : selection;
    const inner = fragment === undefined ? undefined : partOf(fragment.selectionSet, part, whole);
    if (fragment === undefined || inner === undefined) continue;
    selections.push({
      kind: Kind.INLINE_FRAGMENT,
      ...(fragment.typeCondition === undefined ? {} : { typeCondition: fragment.typeCondition }),
      directives: selection.directives ?? [],
      selectionSet: inner,
    });
  }
  return selections.length === 0 ? undefined : { kind: Kind.SELECTION_SET, selections };
}

/** The documents to plan, each with one operation, in place of the client's: one unless requirements clash. */
export function documentsToPlan(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  names: ReadonlyMap<FieldNode, string>,
  { demands }: Requirements,
): [DocumentNode, ...DocumentNode[]] {
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] };
  const assignment = demands.size === 0 ? new Map<FieldNode, number>() : assign(schema, document, demands);
  const last = Math.max(0, ...assignment.values());
  if (last === 0) {
    const enter = (node: FieldNode): FieldNode => withSomething(withPlannedName(node, names), fragments);
    return [visit(document, { Field: { enter } })];
  }
  const planned = (index: number): DocumentNode => ({
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        selectionSet: partOf(operation.selectionSet, { index, assignment, names, fragments }, false) ?? {
          kind: Kind.SELECTION_SET,
          selections: [TYPENAME],
        },
      },
    ],
  });
  return [planned(0), ...Array.from({ length: last }, (_, index) => planned(index + 1))];
}
