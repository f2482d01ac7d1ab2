// Which attributes a selection needs: what `fields=` asks of a back end, and nothing more.
import { type FragmentDefinitionNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { attributeOf } from '../schema/contract.ts';
import type { Contract, FieldSheet, SubgraphSheet, TypeSheet } from '../schema/data-sheet.ts';
import type { SelectedFields } from '../schema/ports.ts';

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;
type Attributes = readonly string[];

/** By type: it is asked for with every reference. */
const standings = new WeakMap<TypeSheet, Attributes>();

/** What makes an object usable at all: whose it is, and whether it exists for anybody. */
export function standing(type: TypeSheet): Attributes {
  const known = standings.get(type);
  if (known !== undefined) return known;
  const owner = type.owner;
  const paths = [
    owner?.party,
    owner?.customer,
    owner?.account,
    owner?.service,
    owner?.site,
    owner?.at,
    type.where?.path,
  ];
  const made = ['id', ...paths.flatMap((path) => (path === undefined ? [] : [attributeOf(path)]))];
  standings.set(type, made);
  return made;
}

function ofField(field: FieldSheet): Attributes {
  if (field.path !== undefined) return [attributeOf(field.path), ...field.needs];
  return field.needs;
}

function collect(
  selections: SelectionSetNode | undefined,
  typeName: string,
  sheet: SubgraphSheet,
  fragments: Fragments,
  found: Set<string>,
): void {
  const fields = sheet.fields.get(typeName);
  for (const selection of selections?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const field = fields?.get(selection.name.value);
      if (field === undefined) continue;
      for (const attribute of ofField(field)) found.add(attribute);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition?.name.value ?? typeName;
      if (on === typeName) collect(selection.selectionSet, typeName, sheet, fragments, found);
    } else {
      const fragment = fragments[selection.name.value];
      if (fragment?.typeCondition.name.value === typeName) {
        collect(fragment.selectionSet, typeName, sheet, fragments, found);
      }
    }
  }
}

/** The selections on the objects themselves: below `nodes` and `edges { node }` for a connection. */
function descend(
  selections: SelectionSetNode | undefined,
  through: readonly string[],
  fragments: Fragments,
): SelectionSetNode[] {
  const [step, ...rest] = through;
  if (selections === undefined) return [];
  if (step === undefined) return [selections];
  return selections.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      return selection.name.value === step ? descend(selection.selectionSet, rest, fragments) : [];
    }
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.selectionSet
        : fragments[selection.name.value]?.selectionSet;
    return descend(inner, through, fragments);
  });
}

interface Reading {
  /** With what makes an object usable at all. */
  readonly attributes: Attributes;
  /** Whether any field of the selection reads more than the id. */
  readonly readsMore: boolean;
}

// documents are kept, so a field's nodes are the same objects at every run of the same operation
const kept = new WeakMap<object, Map<string, Reading>>();

function reading(
  info: GraphQLResolveInfo,
  type: TypeSheet,
  sheet: SubgraphSheet,
  connection: boolean,
): Reading {
  const first = info.fieldNodes[0];
  if (first === undefined) return { attributes: standing(type), readsMore: false };
  const known = kept.get(first)?.get(type.name);
  if (known !== undefined && info.fieldNodes.length === 1) return known;
  const found = new Set<string>();
  for (const node of info.fieldNodes) {
    const sets = connection
      ? [
          ...descend(node.selectionSet, ['nodes'], info.fragments),
          ...descend(node.selectionSet, ['edges', 'node'], info.fragments),
        ]
      : [node.selectionSet];
    for (const set of sets) collect(set, type.name, sheet, info.fragments, found);
  }
  const made = {
    attributes: [...new Set([...standing(type), ...found])],
    readsMore: [...found].some((attribute) => attribute !== 'id'),
  };
  const entry = kept.get(first) ?? new Map<string, Reading>();
  entry.set(type.name, made);
  kept.set(first, entry);
  return made;
}

/** Skipped and included selections both count: asking for more than is answered is safe, for less is not. */
export function attributesFor(
  info: GraphQLResolveInfo,
  type: TypeSheet,
  sheet: SubgraphSheet,
  connection = false,
): Attributes {
  // a kept value costs the back end nothing twice, so it is kept whole
  if (type.cache !== undefined && type.cache.maxAgeS > 0) return type.attributes;
  return reading(info, type, sheet, connection).attributes;
}

/** Whether the selection on an entity takes more of it than its id. */
export const readsMore = (info: GraphQLResolveInfo, type: TypeSheet, sheet: SubgraphSheet): boolean =>
  reading(info, type, sheet, false).readsMore;

const NONE: Attributes = Object.freeze([]);

/** By the field (`Allowance.sharers`) and the type that its resolver reads. */
const readBy = new Map<string, Map<string, Attributes>>();

/**
 * Says beside a resolver what it reads of another type's objects: whoever asks for those first, in an operation that
 * selects the field, asks for this too.
 */
export function reads(field: string, type: string, attributes: Attributes): Attributes {
  const ofField = readBy.get(field) ?? new Map<string, Attributes>();
  readBy.set(field, ofField.set(type, attributes));
  return attributes;
}

function* readIn(selected: SelectedFields, type: TypeSheet, contract: Contract): Generator<string> {
  for (const name of selected.get(type.name) ?? [])
    for (const { fields } of contract.subgraphs.values()) {
      const field = fields.get(type.name)?.get(name);
      if (field !== undefined) yield* ofField(field);
    }
  for (const [parent, fields] of selected)
    for (const name of fields) yield* readBy.get(`${parent}.${name}`)?.get(type.name) ?? [];
}

function* readAnywhere(type: TypeSheet): Generator<string> {
  yield* type.attributes;
  for (const ofField of readBy.values()) yield* ofField.get(type.name) ?? [];
}

const ofSelections = new WeakMap<object, Map<TypeSheet, Map<Attributes, Attributes>>>();
/** Where it isn't known what an operation selects. */
const ANYTHING = {};

/**
 * For a resolver that reads objects of the type itself: what it reads of them, and what any field of the whole operation
 * will, so that they needn't be asked for again. All that the graph reads, where a part of the operation alone is known.
 * `besides`: a constant, since by it the answer is kept.
 */
export function attributesOf(
  type: TypeSheet,
  contract: Contract,
  selected: SelectedFields | undefined,
  besides: Attributes = NONE,
): Attributes {
  // a kept value is kept whole
  if ((type.cache?.maxAgeS ?? 0) > 0) return type.attributes;
  const ofOperation =
    ofSelections.get(selected ?? ANYTHING) ?? new Map<TypeSheet, Map<Attributes, Attributes>>();
  ofSelections.set(selected ?? ANYTHING, ofOperation);
  const ofType = ofOperation.get(type) ?? new Map<Attributes, Attributes>();
  ofOperation.set(type, ofType);
  const known = ofType.get(besides);
  if (known !== undefined) return known;
  const read = selected === undefined ? readAnywhere(type) : readIn(selected, type, contract);
  const attributes = [...new Set([...standing(type), ...besides, ...read])];
  ofType.set(besides, attributes);
  return attributes;
}
