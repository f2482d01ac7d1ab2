// The TMF630 filter applied again on what came back: seven of seventeen back ends ignore every filter.
import type { Filter } from './query.ts';
import { folded, instantMs } from './read.ts';
import { isRecord } from './tmf-object.ts';

const OPERATORS = ['gte', 'gt', 'lte', 'lt', 'ne', 'eq'] as const;
type Operator = (typeof OPERATORS)[number];

const isOperator = (name: string): name is Operator => OPERATORS.some((operator) => operator === name);

/** A number in a path picks one element of a list. */
const INDEX = /^\d{1,6}$/;

/** A wanted value with all that it can be compared as, found out once. */
interface Alternative {
  readonly text: string;
  readonly number: number | undefined;
  readonly instantMs: number | undefined;
}

interface Condition {
  readonly segments: readonly string[];
  readonly isNot: boolean;
  readonly passes: (value: unknown) => boolean;
}

function alternative(text: string): Alternative {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return { text, number: Number.isNaN(number) ? undefined : number, instantMs: instantMs(text) };
}

/** Whether a state stands at the path: back ends spell those as they like, which would lose rows that fit. */
export const isWord = (path: string): boolean => /(?:state|status|type)$/i.test(path);

function condition([key, wanted]: readonly [string, string | readonly string[]]): Condition {
  const dot = key.lastIndexOf('.');
  const last = key.slice(dot + 1);
  const operator = dot > 0 && isOperator(last) ? last : 'eq';
  const path = dot > 0 && isOperator(last) ? key.slice(0, dot) : key;
  // in one text the comma means "or", as in the URL; several values are taken as they are
  const texts = typeof wanted === 'string' ? [wanted, ...wanted.split(',')] : wanted;
  const alternatives = texts.map(alternative);
  return {
    segments: path.split('.'),
    isNot: operator === 'ne',
    passes:
      operator === 'ne' || operator === 'eq'
        ? equalTo(new Set(texts), isWord(path) ? new Set(texts.map(folded)) : undefined, alternatives)
        : (value) => alternatives.some((each) => holds(operator, compare(value, each))),
  };
}

/** `words`: of a state, in any spelling; never of an id. */
function equalTo(
  texts: ReadonlySet<string>,
  words: ReadonlySet<string> | undefined,
  alternatives: readonly Alternative[],
): (value: unknown) => boolean {
  // where no date is wanted, a text that is none of those is equal to none of them
  const isText = alternatives.every(({ instantMs }) => instantMs === undefined);
  return (value) => {
    if (typeof value !== 'string') return alternatives.some((each) => compare(value, each) === 0);
    if (texts.has(value) || words?.has(folded(value)) === true) return true;
    return !isText && alternatives.some((each) => compare(value, each) === 0);
  };
}

/** Whether any value at the path passes, through lists and objects. */
function anyAt(
  value: unknown,
  segments: readonly string[],
  at: number,
  passes: (value: unknown) => boolean,
): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) {
    const index = segments[at] ?? '';
    if (INDEX.test(index)) return anyAt(value[Number(index)], segments, at + 1, passes);
    for (const each of value) if (anyAt(each, segments, at, passes)) return true;
    return false;
  }
  const segment = segments[at];
  if (segment === undefined) return passes(value);
  return isRecord(value) && Object.hasOwn(value, segment) && anyAt(value[segment], segments, at + 1, passes);
}

function fits(object: unknown, { segments, isNot, passes }: Condition): boolean {
  return anyAt(object, segments, 0, passes) !== isNot;
}

/** True where every condition holds. A condition on a list holds when any of its elements fits. */
export function compileFilter(filter: Filter): (object: unknown) => boolean {
  const conditions = Object.entries(filter).map(condition);
  return (object) => conditions.every((each) => fits(object, each));
}

function holds(operator: Exclude<Operator, 'ne' | 'eq'>, order: number | undefined): boolean {
  if (order === undefined) return false;
  switch (operator) {
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
  }
}

/** The text that was read as an instant last: both bounds of a period are held against the same one. */
let lastRead: { readonly text: string; readonly ms: number | undefined } = { text: '', ms: undefined };

function instantOf(text: string): number | undefined {
  if (text !== lastRead.text) lastRead = { text, ms: instantMs(text) };
  return lastRead.ms;
}

/** Negative, zero or positive as dates, else numbers, else text; undefined where the two can't be compared. */
function compare(value: unknown, wanted: Alternative): number | undefined {
  if (typeof value === 'boolean') return String(value) === wanted.text ? 0 : undefined;
  if (typeof value === 'number') return wanted.number === undefined ? undefined : value - wanted.number;
  if (typeof value !== 'string') return undefined;
  if (value === wanted.text) return 0;
  const left = wanted.instantMs === undefined ? undefined : instantOf(value);
  if (left !== undefined && wanted.instantMs !== undefined) return left - wanted.instantMs;
  return value < wanted.text ? -1 : 1;
}
