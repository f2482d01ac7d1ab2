// The TMF630 filter applied again on what came back: seven of seventeen back ends ignore every filter.
import type { Filter } from './query.ts';
import { all, instantMs } from './read.ts';

const OPERATORS = ['gte', 'gt', 'lte', 'lt', 'ne', 'eq'] as const;
type Operator = (typeof OPERATORS)[number];

const isOperator = (name: string): name is Operator => OPERATORS.some((operator) => operator === name);

/** True where every condition holds. A condition on a list holds when any of its elements fits. */
export function matches(object: unknown, filter: Filter): boolean {
  return Object.entries(filter).every(([key, wanted]) => {
    const dot = key.lastIndexOf('.');
    const last = key.slice(dot + 1);
    const operator = dot > 0 && isOperator(last) ? last : 'eq';
    const path = dot > 0 && isOperator(last) ? key.slice(0, dot) : key;
    // in one text the comma means "or", as in the URL; several values are taken as they are
    const alternatives = typeof wanted === 'string' ? [wanted, ...wanted.split(',')] : wanted;
    const found = all(object, path);
    return operator === 'ne'
      ? !found.some((value) => alternatives.some((each) => compare(value, each) === 0))
      : found.some((value) => alternatives.some((each) => holds(operator, compare(value, each))));
  });
}

function holds(operator: Exclude<Operator, 'ne'>, order: number | undefined): boolean {
  if (order === undefined) return false;
  switch (operator) {
    case 'eq':
      return order === 0;
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
function compare(value: unknown, wanted: string): number | undefined {
  if (typeof value === 'boolean') return String(value) === wanted ? 0 : undefined;
  if (typeof value === 'number') {
    const number = wanted.trim() === '' ? Number.NaN : Number(wanted);
    return Number.isNaN(number) ? undefined : value - number;
  }
  if (typeof value !== 'string') return undefined;
  if (value === wanted) return 0;
  const [left, right] = [instantMs(value), instantMs(wanted)];
  if (left !== undefined && right !== undefined) return left - right;
  return value < wanted ? -1 : 1;
}
