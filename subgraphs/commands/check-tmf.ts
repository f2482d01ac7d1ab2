// `TMF_SPECS=<folder> npm run check:tmf`: every path of the data sheets against the published descriptions.
import { Kind } from 'graphql';
import { findSubgraphs, readContract } from '../../schema/contract.ts';
import type { FieldSheet, SubgraphSheet, TypeSheet } from '../../schema/data-sheet.ts';
import { namedType } from '../../schema/header.ts';
import { type Api, BACKENDS } from '../tmf/backends.ts';
import { differenceOf } from '../tmf/versions/versioned.ts';
import { readDescriptions } from './described.ts';

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

/** Of a reference that the version has as an address alone, what our id is read of. */
function described(api: string, version: string, path: string): string {
  const addressed = differenceOf(api as Api, version)?.addressed ?? []; // a name that is none has no difference
  return addressed.some((each) => path === `${each}.id`) ? path.replace(/\.id$/, '.href') : path;
}

/** Plain values have conversions of their own. */
const SHARED = new Set(['Money', 'Quantity', 'Period', 'Characteristic']);

function main(folder: string | undefined): void {
  if (folder === undefined || folder === '') {
    console.log('Nothing checked: TMF_SPECS names no folder of descriptions.');
    return;
  }
  const descriptions = readDescriptions(folder);
  const faults = new Set<string>();
  let checked = 0;
  for (const { at, type, path } of claims()) {
    const api = type.api ?? '';
    const version = Object.hasOwn(BACKENDS, api) ? BACKENDS[api as keyof typeof BACKENDS].version : ''; // its own key
    const description = descriptions.get(`${api}-${version}`);
    if (description === undefined) faults.add(`${type.name}: no description of ${api} ${version}`);
    else if (!description.has(type.resource ?? '', described(api, version, path)))
      faults.add(`${at}: ${api} ${type.resource} has no ${path}`);
    else checked += 1;
  }
  console.log(`${checked} paths are as the descriptions have them.`);
  if (faults.size === 0) return;
  console.error([...faults].join('\n'));
  process.exitCode = 1;
}

main(process.argv[2]);
