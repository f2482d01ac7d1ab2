// What a field is, where it comes from, who may see it and how long it lives: read from the data sheets alone.
import type { Contract, FieldSheet, OwnerSheet, SubgraphSheet, TypeSheet } from './data-sheet.ts';

function ownership(owner: OwnerSheet | undefined): string {
  if (owner === undefined) return 'by what leads to it';
  if (owner.unowned === true) return 'none: the function alone decides';
  const ways = [
    owner.party === undefined ? [] : [`customer at ${owner.party}[role=${owner.role}].id`],
    owner.customer === undefined ? [] : [`customer at ${owner.customer}`],
    owner.account === undefined ? [] : [`account at ${owner.account}`],
    owner.service === undefined ? [] : [`service at ${owner.service}`],
    owner.site === undefined ? [] : [`site at ${owner.site}`],
    owner.via === undefined ? [] : [`as the ${owner.via} at ${owner.at}`],
  ];
  return ways.flat().join(', ');
}

function source(field: FieldSheet, parent: TypeSheet | undefined, returned: TypeSheet | undefined): string {
  const from = (type: TypeSheet | undefined) =>
    type?.api === undefined ? '' : `${type.api} ${type.resource} `;
  if (field.by !== undefined) return `${from(returned)}whose ${field.by} names this object, in batches`;
  if (field.path !== undefined) return `${from(parent)}${field.path}`;
  if (field.connection && returned?.api !== undefined) return `${from(returned)}page by page`;
  return `resolvers.ts${field.needs.length === 0 ? '' : `, from ${field.needs.join(', ')}`}`;
}

function life(type: TypeSheet | undefined, field: FieldSheet): string {
  const cache = field.cache ?? type?.cache;
  if (cache === undefined) return 'as what it is part of';
  if (cache.maxAgeS === 0) return 'not kept';
  const shared =
    cache.scope === 'PUBLIC'
      ? 'whole answers may be shared by everybody'
      : 'by object, each reader authorized first';
  return `${cache.maxAgeS} s, ${cache.scope} (${shared})`;
}

function rules(field: FieldSheet, parent: TypeSheet | undefined, returned: TypeSheet | undefined): string {
  const found = [
    parent?.access === undefined ? [] : [`${parent.access} (to reach ${parent.name})`],
    field.access === undefined ? [] : [`${field.access} (the field's own)`],
    field.label === undefined ? [] : [`${field.label} (of who crosses customers; null without it)`],
    returned?.access === undefined || returned === parent ? [] : [`${returned.access} (of ${returned.name})`],
  ].flat();
  return found.length === 0 ? 'those of what leads to it' : found.join(', then ');
}

function explainIn(subgraph: SubgraphSheet, field: FieldSheet, contract: Contract): string {
  const parent = contract.types.get(field.parent);
  const returned = contract.types.get(field.returns);
  const rows = [
    ['subgraph', subgraph.name],
    ['returns', `${field.returns}${field.connection ? ' (connection)' : field.list ? ' (list)' : ''}`],
    ['comes from', source(field, parent, returned)],
    ['who may see', rules(field, parent, returned)],
    ['whose it is', ownership(returned?.owner ?? parent?.owner)],
    ['lives', life(returned?.cache === undefined ? parent : returned, field)],
  ];
  return rows.map(([name, text]) => `  ${`${name}:`.padEnd(13)} ${text}`).join('\n');
}

/** The explanation of `Type.field`, or what there is instead. */
export function explain(coordinate: string, contract: Contract): string {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const defining = [...contract.subgraphs.values()].filter((subgraph) => subgraph.fields.has(typeName));
  if (defining.length === 0) return `There is no type ${typeName}.`;
  const found = defining.flatMap((subgraph) => {
    const field = subgraph.fields.get(typeName)?.get(fieldName);
    return field === undefined ? [] : [explainIn(subgraph, field, contract)];
  });
  if (found.length > 0) return [coordinate, ...found].join('\n');
  const names = new Set(defining.flatMap((subgraph) => [...(subgraph.fields.get(typeName)?.keys() ?? [])]));
  return `${typeName} has no field ${fieldName || '(none named)'}, but ${[...names].join(', ')}.`;
}
