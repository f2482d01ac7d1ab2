// What an answer says of one field: DATA, NULL, EMPTY or the code of its error; and tables of such verdicts.
import type { Asked } from '../support/gateway.ts';

type Path = readonly (string | number)[];

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    // an object or an array, as just checked
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

const nodesOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'nodes' in value ? value.nodes : value;

/** `DATA 40` for lists; undefined where the parent isn't there to be asked. */
export function verdict({ data, errors }: Asked, path: Path): string | undefined {
  if (data === undefined || data === null) return errors[0]?.code;
  const value = nodesOf(valueAt(data, path));
  if (value === undefined) return undefined;
  const error = errors.find((each) => each.path?.join('.') === path.join('.'));
  if (value === null) return error?.code ?? 'NULL';
  if (Array.isArray(value)) return value.length === 0 ? 'EMPTY' : `DATA ${value.length}`;
  return 'DATA';
}

/** Aligned, so that it can be read as text too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
