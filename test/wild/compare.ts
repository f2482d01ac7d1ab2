// Whether an answer of back ends that misbehave is right: the undisturbed one, or less of it where that is said.
import type { AskedError } from '../support/gateway.ts';

/** What is wrong with an answer: none where it is right, or lacks what an error or the page itself says it lacks. */
export interface Comparison {
  readonly faults: readonly string[];
  /** Places of what is missing, and said to be. */
  readonly missing: readonly string[];
}

/** States that the graph passes on as the back end spells them. */
const WORDS: readonly string[] = ['state', 'status'];
const folded = (word: unknown): string =>
  String(word)
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '');

type Path = readonly (string | number)[];
type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers of rows that nobody is sure of may be left out. */
const MAY_BE_UNKNOWN: readonly string[] = ['totalCount'];
/** Positions in a back end's list: another walk of it has others. */
const POSITIONS: readonly string[] = ['endCursor', 'startCursor', 'cursor'];
/** Said of a sum over what did not all come. */
const COMPLETE = 'isComplete';
/** How fresh a value is may be said otherwise as long as it is said. */
const FRESHNESS: readonly string[] = ['freshness', 'asOf'];

export function compare(right: unknown, given: unknown, errors: readonly AskedError[]): Comparison {
  const faults: string[] = [];
  const missing: string[] = [];
  const isSaid = (path: Path): boolean =>
    errors.some(({ path: at = [] }) =>
      at.every((step, index) => path[index] === step || index >= path.length),
    );
  const lacks = (path: Path, what: string): void => {
    (isSaid(path) ? missing : faults).push(`${path.join('.')}: ${what}`);
  };

  function look(wanted: unknown, got: unknown, path: Path): void {
    const name = String(path.at(-1) ?? '');
    if (Object.is(wanted, got) || POSITIONS.includes(name)) return;
    if (got === null || got === undefined) {
      if (!MAY_BE_UNKNOWN.includes(name)) lacks(path, 'nothing');
      return;
    }
    if (Array.isArray(wanted) && Array.isArray(got)) {
      rows(wanted, got, path, undefined);
      return;
    }
    if (isObject(wanted) && isObject(got)) {
      // a sum, or an order, that says that it isn't over all is right as far as it goes
      if (wanted[COMPLETE] === true && got[COMPLETE] === false) {
        missing.push(`${path.join('.')}: not whole`);
        return;
      }
      if (isConnection(wanted)) list(wanted, got, path);
      else object(wanted, got, path);
      return;
    }
    if (FRESHNESS.includes(name) && typeof wanted === typeof got) return;
    if (WORDS.includes(name) && folded(wanted) === folded(got)) return;
    faults.push(
      `${path.join('.')}: ${JSON.stringify(got)?.slice(0, 80)} for ${JSON.stringify(wanted)?.slice(0, 80)}`,
    );
  }

  function object(wanted: Json, got: Json, path: Path): void {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)]))
      look(wanted[key], got[key], [...path, key]);
  }

  /** A page may be shorter where it says that there is more. */
  function list(wanted: Json, got: Json, path: Path): void {
    const page = isObject(got.pageInfo) ? got.pageInfo : {};
    for (const [key, value] of Object.entries(wanted)) {
      if (key === 'pageInfo') continue;
      const here = [...path, key];
      if (Array.isArray(value) && Array.isArray(got[key])) rows(value, got[key], here, page.hasNextPage);
      else look(value, got[key], here);
    }
  }

  function rows(wanted: readonly unknown[], got: readonly unknown[], path: Path, more: unknown): void {
    if (got.length > wanted.length) faults.push(`${path.join('.')}: ${got.length} rows for ${wanted.length}`);
    for (const [index, each] of got.entries()) look(wanted[index], each, [...path, index]);
    const texts = got.map((each) => JSON.stringify(isObject(each) && 'id' in each ? each.id : each));
    const isRepeated = (text: string, at: number) =>
      isObject(got[at]) && 'id' in (got[at] ?? {}) && texts.indexOf(text) !== at;
    for (const [at, text] of texts.entries())
      if (isRepeated(text, at)) faults.push(`${path.join('.')}.${at}: twice`);
    if (got.length >= wanted.length) return;
    const what = `${got.length} rows of ${wanted.length}`;
    if (more === true) missing.push(`${path.join('.')}: ${what}, more to come`);
    else lacks(path, what);
  }

  look(right, given, []);
  return { faults, missing };
}

const isConnection = (value: Json): boolean => 'nodes' in value || 'edges' in value;
