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
  readonly operator: Operator;
  readonly texts: ReadonlySet<string>;
  /** Of a state, in any spelling; never of an id. */
  readonly words: ReadonlySet<string> | undefined;
  readonly alternatives: readonly Alternative[];
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
  const words = isWord(path) ? new Set(texts.map(folded)) : undefined;
  return {
    segments: path.split('.'),
    operator,
    texts: new Set(texts),
    words,
    alternatives: texts.map(alternative),
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

function fits(object: unknown, { segments, operator, texts, words, alternatives }: Condition): boolean {
  const equal = (value: unknown) =>
    (typeof value === 'string' && (texts.has(value) || words?.has(folded(value)) === true)) ||
    alternatives.some((each) => compare(value, each) === 0);
  if (operator === 'ne') return !anyAt(object, segments, 0, equal);
  if (operator === 'eq') return anyAt(object, segments, 0, equal);
  return anyAt(object, segments, 0, (value) =>
    alternatives.some((each) => holds(operator, compare(value, each))),
  );
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

/** Negative, zero or positive as dates, else numbers, else text; undefined where the two can't be compared. */
function compare(value: unknown, wanted: Alternative): number | undefined {
  if (typeof value === 'boolean') return String(value) === wanted.text ? 0 : undefined;
  if (typeof value === 'number') return wanted.number === undefined ? undefined : value - wanted.number;
  if (typeof value !== 'string') return undefined;
  if (value === wanted.text) return 0;
  const left = wanted.instantMs === undefined ? undefined : instantMs(value);
  if (left !== undefined && wanted.instantMs !== undefined) return left - wanted.instantMs;
  return value < wanted.text ? -1 : 1;
}
