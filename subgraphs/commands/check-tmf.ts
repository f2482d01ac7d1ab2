// `TMF_SPECS=<folder> npm run check:tmf`: every path of the data sheets against the published descriptions.
import { Kind } from 'graphql';
import { findSubgraphs, readContract } from '../../schema/contract.ts';
import type { FieldSheet, SubgraphSheet, TypeSheet } from '../../schema/data-sheet.ts';
import { namedType } from '../../schema/header.ts';
import { type Api, BACKENDS } from '../tmf/backends.ts';
import type { Difference } from '../tmf/versions/difference.ts';
import { differenceOf, madeOf } from '../tmf/versions/differences.ts';
import { theirPath } from '../tmf/versions/one-shape.ts';
import { type Description, readDescriptions } from './described.ts';

interface Claim {
  readonly at: string;
  readonly type: TypeSheet;
  readonly path: string;
}

/** The input type of a field's `filter` argument, if it has one. */
function filterOf(sheet: SubgraphSheet, field: FieldSheet): string | undefined {
  for (const node of sheet.document.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || node.name.value !== field.parent) continue;
    const found = node.fields?.find((each) => each.name.value === field.name);
    const argument = found?.arguments?.find((each) => each.name.value === 'filter');
    if (argument !== undefined) return namedType(argument.type);
  }
  return undefined;
}

function claims(): Claim[] {
  const { types, subgraphs } = readContract(findSubgraphs(new URL('../', import.meta.url)));
  const made: Claim[] = [];
  const claim = (at: string, type: TypeSheet | undefined, path: string | undefined) => {
    if (type?.api !== undefined && path !== undefined) made.push({ at, type, path });
  };
  for (const type of types.values()) {
    const { party, customer, account, service, site, at } = type.owner ?? {};
    for (const path of [party, customer, account, service, site, at])
      claim(`${type.name} @owner`, type, path);
    claim(`${type.name} where`, type, type.where?.path);
  }
  for (const sheet of subgraphs.values()) {
    /** A part's attributes are described below the path that leads to it. */
    const walk = (type: TypeSheet, typeName: string, prefix: string, seen: ReadonlySet<string>) => {
      for (const field of sheet.fields.get(typeName)?.values() ?? []) {
        const coordinate = `${typeName}.${field.name}`;
        for (const need of field.needs) if (prefix === '') claim(coordinate, type, need);
        if (field.path === undefined) continue;
        claim(coordinate, type, `${prefix}${field.path}`);
        const part = types.get(field.returns);
        const isPart = sheet.fields.has(field.returns) && part?.key === false && !SHARED.has(field.returns);
        if (isPart && !seen.has(field.returns)) {
          walk(type, field.returns, `${prefix}${field.path}.`, new Set([...seen, field.returns]));
        }
      }
    };
    for (const fields of sheet.fields.values()) {
      for (const field of fields.values()) {
        const returned = types.get(field.returns);
        const coordinate = `${field.parent}.${field.name}`;
        claim(coordinate, returned, field.by);
        for (const each of sheet.filters.get(filterOf(sheet, field) ?? '') ?? []) {
          for (const path of each.path.split('|'))
            claim(`${coordinate}(filter: { ${each.name} })`, returned, path);
        }
      }
    }
    for (const type of types.values())
      if (type.api !== undefined && type.home === sheet.name) walk(type, type.name, '', new Set());
  }
  return made;
}

function isDescribed(
  description: Description,
  difference: Difference,
  resource: string,
  path: string,
): boolean {
  const { resources = {}, addressed = [] } = difference;
  const ours = path.replaceAll(/\[[^\]]*\]/g, '');
  const made = madeOf(difference, ours);
  if (made !== undefined)
    return made.every((each) =>
      description.has(resources[resource] ?? resource, theirPath(difference, each)),
    );
  const theirs = theirPath(difference, ours);
  // of a reference that the version has as an address alone, that is what our id is read of
  const read = addressed.some((each) => theirs === `${each}.id`) ? theirs.replace(/\.id$/, '.href') : theirs;
  return description.has(resources[resource] ?? resource, read);
}

/** Plain values have conversions of their own. */
const SHARED = new Set(['Money', 'Quantity', 'Period', 'Characteristic']);

/** What the tables of differences name, read by a data sheet or not, that neither description has. */
function tableFaults(descriptions: ReadonlyMap<string, Description>): string[] {
  return Object.entries(BACKENDS).flatMap(([name, { version: usual, paths, resources }]) =>
    Object.keys(paths).flatMap((version) => {
      const api = name as Api; // a key of the table
      const [mine, other] = [usual, version].map((each) => descriptions.get(`${api}-${each}`));
      const difference = differenceOf(api, version);
      if (difference === undefined || mine === undefined || other === undefined) return [];
      const {
        attributes = {},
        identifiers = {},
        wrapped = {},
        made = {},
        resources: renamed = {},
      } = difference;
      const theirs = (resource: string) => renamed[resource] ?? resource;
      const hasTheirs = (path: string) => resources.some((each) => other.has(theirs(each), path));
      const hasOurs = (path: string) => resources.some((each) => mine.has(each, path));
      const lists = Object.values(identifiers).map((list) => `${list}.id`);
      return [
        ...resources.filter(
          (each) => !other.resources.has(theirs(each).toLowerCase()) && !difference.absent?.includes(each),
        ),
        ...[...Object.values(attributes), ...lists, ...Object.values(made).flat()].filter(
          (path) => !hasTheirs(path),
        ),
        ...[attributes, identifiers, made].flatMap(Object.keys).filter((path) => !hasOurs(path)),
        ...Object.entries(wrapped)
          .map(([outer, inner]) => [outer, `${outer}.${inner}`] as const)
          .flatMap(([outer, path]) => (hasTheirs(outer) && !hasTheirs(path) ? [path] : [])),
      ].map((path) => `${api} ${version}: ${path} stands in its differences and in no description`);
    }),
  );
}

function main(folder: string | undefined): void {
  if (folder === undefined || folder === '') {
    console.log('Nothing checked: TMF_SPECS names no folder of descriptions.');
    return;
  }
  const descriptions = readDescriptions(folder);
  const faults = new Set(tableFaults(descriptions));
  const undescribed = new Set<string>();
  const checked = new Map<string, number>();
  for (const { at, type, path } of claims()) {
    const api = type.api as Api; // the contract has checked it
    const { version: usual, paths } = BACKENDS[api];
    for (const version of Object.keys(paths)) {
      const description = descriptions.get(`${api}-${version}`);
      const difference = differenceOf(api, version) ?? {};
      const resource = type.resource ?? '';
      if (description === undefined && version === usual)
        faults.add(`${type.name}: no description of ${api} ${version}`);
      else if (description === undefined) undescribed.add(`${api} ${version}`);
      else if (!isDescribed(description, difference, resource, path))
        faults.add(`${at}: ${api} ${version} ${resource} has no ${theirPath(difference, path)}`);
      else checked.set(version, (checked.get(version) ?? 0) + 1);
    }
  }
  for (const [version, count] of checked)
    console.log(`${version}: ${count} paths are as the descriptions have them.`);
  if (undescribed.size > 0)
    console.log(`Not described here, so not checked: ${[...undescribed].join(', ')}.`);
  if (faults.size === 0) return;
  console.error([...faults].join('\n'));
  process.exitCode = 1;
}

main(process.argv[2]);
