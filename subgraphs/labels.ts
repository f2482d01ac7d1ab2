// Labels: what customers call their own things, often after people. Who crosses customers reads them only with the function.
import type { FieldSheet, SubgraphSheet } from '../schema/data-sheet.ts';
import { lacking } from '../schema/errors.ts';
import { reads } from './list-filter.ts';
import type { Objects } from './objects.ts';

/** Of the customer itself, whoever sees the thing sees what it is called: it was handed the thing under that name. */
export function isWithheld({ label }: FieldSheet, { operation, crosses }: Objects): boolean {
  if (label === undefined || operation.principal.customerId !== undefined) return false;
  return !crosses(label);
}

/** A search in what one may not read would tell it, letter by letter. */
export function refuseByLabel(
  type: string,
  sheet: SubgraphSheet,
  paths: readonly string[],
  objects: Objects,
): void {
  const hidden = withheldAt(type, sheet, paths, objects);
  if (hidden?.label !== undefined) throw lacking(hidden.label);
}

/** A field of the type that one of the paths tells of, and that the reader may not read. */
export function withheldAt(
  type: string,
  sheet: SubgraphSheet,
  paths: readonly string[],
  objects: Objects,
): FieldSheet | undefined {
  const fields = [...(sheet.fields.get(type)?.values() ?? [])];
  return fields.find(
    (field) =>
      field.label !== undefined &&
      paths.some((path) => reads(field.path ?? field.name, path)) &&
      isWithheld(field, objects),
  );
}
