// The faults that stop the start: what the data sheets leave out or contradict, each with its coordinate.
import { type FieldDefinitionNode, isTypeExtensionNode, Kind } from 'graphql';
import { type FieldSheet, ROOTS, type SubgraphSheet, type TypeSheet } from './data-sheet.ts';
import { liveFaults } from './live.ts';

type Types = ReadonlyMap<string, TypeSheet>;

const guarded = (access: string | undefined): boolean => access !== undefined && access !== 'PUBLIC';

function ofType(type: TypeSheet, types: Types): string[] {
  const faults: string[] = [];
  if (type.api !== undefined && guarded(type.access) && type.owner === undefined) {
    faults.push(`${type.name}: a guarded type of a back end without @owner belongs to nobody`);
  }
  if (!type.key) return faults;
  if (type.access === undefined) faults.push(`${type.name}: an entity without @access`);
  if (type.cache === undefined)
    faults.push(`${type.name}: an entity without @cacheControl makes every answer with it uncacheable`);
  if (guarded(type.access) && type.owner === undefined)
    faults.push(`${type.name}: a guarded entity without @owner belongs to nobody`);
  if (type.owner?.via !== undefined && types.get(type.owner.via)?.owner === undefined) {
    faults.push(`${type.name}: @owner(via: "${type.owner.via}") names a type without @owner`);
  }
  if (type.owner?.via !== undefined && type.owner.at === undefined)
    faults.push(`${type.name}: @owner(via:) needs at:`);
  if ((type.api === undefined) !== (type.resource === undefined))
    faults.push(`${type.name}: @tmf needs api and resource`);
  return faults;
}

function ofField(field: FieldSheet, types: Types): string[] {
  const at = `${field.parent}.${field.name}`;
  const returned = types.get(field.returns);
  const faults: string[] = [];
  if (ROOTS.has(field.parent) && field.access === undefined && returned?.access === undefined) {
    faults.push(`${at}: a root field without a rule`);
  }
  const rules = [field.access, returned?.access, types.get(field.parent)?.access];
  if (field.cache?.scope === 'PUBLIC' && rules.some(guarded)) {
    faults.push(
      `${at}: a guarded field with a PUBLIC cache hint would serve one customer's answer to another`,
    );
  }
  if (field.label !== undefined && (field.path === undefined || field.returns !== 'String' || field.list))
    faults.push(`${at}: acrossCustomers is for texts that the data sheet reads`);
  if (field.by !== undefined && returned?.api === undefined)
    faults.push(`${at}: @tmf(by:) needs a type with an api`);
  return faults;
}

/** Types without a key that no field of this subgraph returns, so that they inherit no rule. */
function unreached(subgraph: SubgraphSheet, types: Types): string[] {
  const returned = new Set(
    [...subgraph.fields.values()].flatMap((fields) => [...fields.values()].map((field) => field.returns)),
  );
  return [...subgraph.fields.keys()]
    .filter((name) => !ROOTS.has(name) && !name.endsWith('Connection') && !name.endsWith('Edge'))
    .filter(
      (name) =>
        types.get(name)?.key === false && types.get(name)?.access === undefined && !returned.has(name),
    )
    .filter((name) => !SHARED.has(name))
    .map((name) => `${name}: no field of ${subgraph.name} returns it, so it has no rule`);
}

const SHARED = new Set(['Money', 'Quantity', 'Period', 'Characteristic', 'PageInfo', 'UserError']);

/** What is written with `extend` has no sheet, so no rule and no source: a data sheet writes each type once. */
function extended({ name: subgraph, document }: SubgraphSheet): string[] {
  return document.definitions.flatMap((node) =>
    isTypeExtensionNode(node)
      ? [`${node.name.value}: extended in ${subgraph}, where a type is written once`]
      : [],
  );
}

function definitionOf(subgraph: SubgraphSheet, field: FieldSheet): FieldDefinitionNode | undefined {
  return subgraph.document.definitions
    .filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION)
    .filter((node) => node.name.value === field.parent)
    .flatMap((node) => node.fields ?? [])
    .find((node) => node.name.value === field.name);
}

export function faultsOf(types: Types, subgraphs: ReadonlyMap<string, SubgraphSheet>): string[] {
  const faults = [...types.values()].flatMap((type) => [
    ...ofType(type, types),
    ...(type.cache?.scope === 'PUBLIC' && guarded(type.access)
      ? [`${type.name}: a guarded type with a PUBLIC cache hint would serve one customer's answer to another`]
      : []),
  ]);
  for (const subgraph of subgraphs.values()) {
    for (const fields of subgraph.fields.values()) {
      for (const field of fields.values()) {
        faults.push(...ofField(field, types));
        faults.push(...liveFaults(field, definitionOf(subgraph, field), types));
      }
    }
    if (subgraph.fields.has('Subscription'))
      faults.push(`Subscription: written by hand in ${subgraph.name}; it is made of @live`);
    faults.push(...extended(subgraph), ...unreached(subgraph, types));
    for (const [input, filters] of subgraph.filters) {
      for (const { name, idOf } of filters) {
        if (idOf === '') faults.push(`${input}.${name}: a filter by id without of:`);
      }
    }
  }
  return [...new Set(faults)];
}
