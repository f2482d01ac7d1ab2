// The TMF630 query string of a list: filters, fields, sort and page.
import { RefusedRequest } from './row.ts';

const OPERATORS = ['ne', 'gt', 'gte', 'lt', 'lte', 'regex'] as const;
export type Operator = 'eq' | (typeof OPERATORS)[number];

export interface Condition {
  readonly path: string;
  readonly steps: readonly string[];
  readonly operator: Operator;
  /** Any of these: commas and repeated parameters both mean "or". */
  readonly values: readonly string[];
  readonly set: ReadonlySet<string>;
  /** The values that are dates, in epoch milliseconds. */
  readonly instants: readonly number[];
}

export interface SortKey {
  readonly steps: readonly string[];
  readonly descending: boolean;
}

export interface Query {
  readonly conditions: readonly Condition[];
  /** Undefined: every attribute. */
  readonly fields?: readonly string[];
  readonly sort: readonly SortKey[];
  readonly offset: number;
  readonly limit: number;
  /** The client asked for a page, not for the list. */
  readonly isPaged: boolean;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Each page of a long list compares all of its dates again. */
const instants = new Map<string, number>();
const KEPT_INSTANTS = 100_000;

/** Epoch milliseconds of an ISO 8601 date or date-time, or undefined for anything else. */
export function instantOf(value: string): number | undefined {
  if (value.length < 10 || value.length > 40) return undefined;
  const known = instants.get(value);
  if (known !== undefined) return known;
  if (!DATE.test(value)) return undefined;
  const instantMs = Date.parse(value);
  if (Number.isNaN(instantMs)) return undefined;
  if (instants.size >= KEPT_INSTANTS) instants.clear();
  instants.set(value, instantMs);
  return instantMs;
}

function isOperator(word: string | undefined): word is (typeof OPERATORS)[number] {
  return OPERATORS.some((operator) => operator === word);
}

export function condition(path: string, values: readonly string[]): Condition {
  const steps = path.split('.');
  const last = steps.at(-1);
  const operator = steps.length > 1 && isOperator(last) ? last : 'eq';
  const bare = operator === 'eq' ? steps : steps.slice(0, -1);
  const instants = values.map(instantOf).filter((instantMs) => instantMs !== undefined);
  return { path: bare.join('.'), steps: bare, operator, values, set: new Set(values), instants };
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new RefusedRequest(400, `${name} must be a whole number, 0 or more`);
  return Number(text);
}

// An unencoded "+" of a zone offset arrives as a blank.
function mendZone(value: string): string {
  return value.replace(/^(\d{4}-\d\d-\d\dT[\d:.]+) (\d\d:?\d\d)$/, '$1+$2');
}

function parseSort(text: string): SortKey[] {
  return text
    .split(',')
    .filter((key) => key !== '')
    .map((key) => ({ steps: key.replace(/^[+\- ]/, '').split('.'), descending: key.startsWith('-') }));
}

/** Throws RefusedRequest for a page that makes no sense; an unknown attribute is a filter that nothing fits. */
export function parseQuery(search: string): Query {
  if (search === '') return { conditions: [], sort: [], offset: 0, limit: DEFAULT_LIMIT, isPaged: false };
  const filters = new Map<string, string[]>();
  const reserved = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (name === 'fields' || name === 'sort' || name === 'offset' || name === 'limit') {
      const before = reserved.get(name);
      reserved.set(
        name,
        before === undefined || name === 'offset' || name === 'limit' ? value : `${before},${value}`,
      );
      continue;
    }
    const values = filters.get(name) ?? [];
    for (const part of value.split(',')) values.push(mendZone(part));
    filters.set(name, values);
  }
  const fields = reserved
    .get('fields')
    ?.split(',')
    .filter((field) => field !== '');
  return {
    conditions: [...filters].map(([path, values]) => condition(path, values)),
    ...(fields === undefined ? {} : { fields }),
    sort: parseSort(reserved.get('sort') ?? ''),
    offset: wholeNumber('offset', reserved.get('offset'), 0),
    limit: Math.min(MAX_LIMIT, wholeNumber('limit', reserved.get('limit'), DEFAULT_LIMIT)),
    isPaged: reserved.has('offset') || reserved.has('limit'),
  };
}
