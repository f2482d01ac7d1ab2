// What a filter argument asks: conditions for the back end, and tests of our own on every row.
import type { SsmFunction } from '../schema/access.ts';
import { attributeOf } from '../schema/contract.ts';
import type { Contract, FilterSheet, SubgraphSheet } from '../schema/data-sheet.ts';
import { clientError } from '../schema/errors.ts';
import { idOfType } from '../schema/id.ts';
import { compileIds, compilePath, filterPath } from './path.ts';
import type { Filter, TmfObject } from './tmf/client.ts';

const DAY_MS = 86_400_000;

export interface ReadFilter {
  readonly filter: Filter;
  readonly tests: readonly ((object: TmfObject) => boolean)[];
  /** What the tests and the client's own re-filtering read. */
  readonly attributes: readonly string[];
  /** The paths that rows are chosen by. */
  readonly paths: readonly string[];
  /** Whose rows alone can fit, where ids were given. */
  readonly provider?: string;
}

/** What a filter argument asks: what the back end may be asked too, and what only we test. */
export function readFilter(
  sheet: SubgraphSheet,
  input: string,
  value: Readonly<Record<string, unknown>> | null | undefined,
  nowMs: number,
): ReadFilter {
  const filter: Record<string, string | readonly string[]> = {};
  const tests: ((object: TmfObject) => boolean)[] = [];
  const attributes: string[] = [];
  const paths: string[] = [];
  const providers = new Set<string>();
  const sheets = sheet.filters.get(input) ?? [];
  for (const each of sheets) {
    const wanted = value?.[each.name] ?? startOf(each, sheets, value, nowMs);
    if (wanted === undefined || wanted === null) continue;
    const words = wordsOf(sheet, each, wanted, providers);
    // text may be looked for in several attributes
    const places = each.path.split('|');
    attributes.push(...places.map(attributeOf));
    paths.push(...places);
    const path = filterPath(each.path);
    if (each.match === 'CONTAINS') tests.push(contains(places, words));
    else if (each.match === 'FROM') filter[`${path}.gte`] = words;
    else if (each.match === 'BEFORE') filter[`${path}.lt`] = words;
    else {
      filter[path] = words;
      if (path !== each.path) tests.push(equals(each.path, words));
    }
  }
  checkPeriods(sheets, value);
  const [provider, other] = providers;
  if (other !== undefined) throw clientError('BAD_USER_INPUT', 'One list takes ids of one provider.');
  return { filter, tests, attributes, paths, ...(provider === undefined ? {} : { provider }) };
}

/**
 * The functions that guard what a list is chosen or ordered by: whoever may not read a field would else learn it by
 * asking for the rows that have it.
 */
export function guardsOn(
  type: string,
  sheet: SubgraphSheet,
  contract: Contract,
  paths: readonly string[],
): readonly SsmFunction[] {
  const fields = [...(sheet.fields.get(type)?.values() ?? [])];
  const own = contract.types.get(type)?.access;
  const guards = fields.flatMap(({ access, path, returns }) => {
    if (path === undefined || !paths.some((each) => reads(path, each))) return [];
    return [access, contract.types.get(returns)?.access].filter((each) => each !== undefined);
  });
  return [...new Set(guards)].filter((each) => each !== own && each !== 'PUBLIC');
}

/** Whether knowing what is at one path tells of the other. */
export function reads(path: string, other: string): boolean {
  const above = (a: string, b: string) => b.startsWith(`${a}.`) || b.startsWith(`${a}[`);
  return path === other || above(path, other) || above(other, path);
}

/** A period that ends before it begins is a mistake, and not an empty list. */
function checkPeriods(
  sheets: readonly FilterSheet[],
  value: Readonly<Record<string, unknown>> | null | undefined,
): void {
  for (const from of sheets.filter(({ match }) => match === 'FROM')) {
    const before = sheets.find(({ match, path }) => match === 'BEFORE' && path === from.path);
    const [start, end] = [value?.[from.name], before === undefined ? undefined : value?.[before.name]];
    if (typeof start !== 'string' || typeof end !== 'string' || isBefore(start, end)) continue;
    throw clientError('BAD_USER_INPUT', `"${before?.name}" must lie after "${from.name}".`);
  }
}

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Of two instants, or two amounts. */
const isBefore = (start: string, end: string): boolean =>
  DECIMAL.test(start) && DECIMAL.test(end)
    ? Number(start) < Number(end)
    : Date.parse(start) < Date.parse(end);

/** Where a list that must not be endless begins, when nobody says so. */
function startOf(
  from: FilterSheet,
  sheets: readonly FilterSheet[],
  value: Readonly<Record<string, unknown>> | null | undefined,
  nowMs: number,
): string | undefined {
  if (from.withinDays === undefined) return undefined;
  const before = sheets.find(({ match, path }) => match === 'BEFORE' && path === from.path);
  const end = before === undefined ? undefined : value?.[before.name];
  const endMs = typeof end === 'string' ? Date.parse(end) : nowMs;
  return new Date(endMs - from.withinDays * DAY_MS).toISOString();
}

function wordsOf(
  sheet: SubgraphSheet,
  filter: FilterSheet,
  wanted: unknown,
  providers: Set<string>,
): readonly string[] {
  const words = filter.enumName === undefined ? undefined : sheet.enums.get(filter.enumName);
  return (Array.isArray(wanted) ? wanted : [wanted]).map((each) => {
    const word = String(each);
    if (filter.idOf === undefined) return words?.get(word) ?? word;
    // ids of the graph become the back end's own
    const parts = idOfType(word, filter.idOf);
    if (parts === undefined)
      throw clientError('INVALID_ID', `"${filter.name}" takes an id that this graph gave.`);
    providers.add(parts.provider);
    return parts.id;
  });
}

function contains(paths: readonly string[], words: readonly string[]): (object: TmfObject) => boolean {
  const reads = paths.map(compilePath);
  const wanted = words.map((word) => word.toLowerCase());
  return (object) =>
    reads
      .flatMap((read) => read(object))
      .some((value) => wanted.some((word) => String(value).toLowerCase().includes(word)));
}

/** Whether one of the words stands at the path. */
export function equals(path: string, words: readonly string[]): (object: TmfObject) => boolean {
  const read = compileIds(path);
  return (object) => read(object).some((value) => words.includes(value));
}
