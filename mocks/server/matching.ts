// Whether a row fits TMF630 conditions, in which order rows stand, and what `fields` leaves of one.
import { type Condition, instantOf, type SortKey } from './query.ts';
import { isRecord, type Row } from './row.ts';

type Test = (value: unknown) => boolean;

/** Does any value at the path pass? Arrays on the way are looked into, element by element. */
function anyAt(value: unknown, steps: readonly string[], depth: number, test: Test): boolean {
  if (Array.isArray(value)) {
    for (const element of value) if (anyAt(element, steps, depth, test)) return true;
    return false;
  }
  const step = steps[depth];
  if (step === undefined) return value !== undefined && test(value);
  if (!isRecord(value)) return false;
  if (step in value) return anyAt(value[step], steps, depth + 1, test);
  // characteristic names contain dots: `tag.barring.outgoing` has one key of two steps
  const rest = steps.slice(depth).join('.');
  return rest in value && anyAt(value[rest], steps, steps.length, test);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

function equals(value: unknown, { set, instants, values }: Condition): boolean {
  const text = textOf(value);
  if (set.has(text)) return true;
  if (typeof value === 'number') return values.some((wanted) => wanted !== '' && Number(wanted) === value);
  if (instants.length === 0 || typeof value !== 'string') return false;
  const instantMs = instantOf(value);
  return instantMs !== undefined && instants.includes(instantMs);
}

/** Negative, zero or positive: dates as instants, numbers as numbers, everything else as text. */
function compare(left: unknown, right: unknown): number {
  const [a, b] = [textOf(left), textOf(right)];
  const [aMs, bMs] = [instantOf(a), instantOf(b)];
  if (aMs !== undefined && bMs !== undefined) return aMs - bMs;
  const [aNumber, bNumber] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(aNumber) && !Number.isNaN(bNumber)) return aNumber - bNumber;
  return a < b ? -1 : a > b ? 1 : 0;
}

function pattern(text: string): RegExp | undefined {
  try {
    return new RegExp(text);
  } catch {
    return undefined;
  }
}

function testOf(condition: Condition): Test {
  const some = (passes: (order: number) => boolean): Test => {
    return (value) => condition.values.some((wanted) => passes(compare(value, wanted)));
  };
  switch (condition.operator) {
    case 'eq':
    case 'ne':
      return (value) => equals(value, condition);
    case 'gt':
      return some((order) => order > 0);
    case 'gte':
      return some((order) => order >= 0);
    case 'lt':
      return some((order) => order < 0);
    case 'lte':
      return some((order) => order <= 0);
    case 'regex': {
      const patterns = condition.values.map(pattern);
      return (value) => patterns.some((expression) => expression?.test(textOf(value)) ?? false);
    }
  }
}

/** One predicate for all conditions: they are joined by "and". */
export function matcher(conditions: readonly Condition[]): (row: Row) => boolean {
  const tests = conditions.map((condition) => {
    const test = testOf(condition);
    const wanted = condition.operator !== 'ne';
    return (row: Row) => anyAt(row, condition.steps, 0, test) === wanted;
  });
  return (row) => tests.every((test) => test(row));
}

function firstAt(row: Row, steps: readonly string[]): unknown {
  let found: unknown;
  anyAt(row, steps, 0, (value) => {
    found = value;
    return true;
  });
  return found;
}

/** The sort is stable; rows without the attribute come last. */
export function sorted(rows: readonly Row[], keys: readonly SortKey[]): readonly Row[] {
  if (keys.length === 0) return rows;
  return [...rows].sort((left, right) => {
    for (const { steps, descending } of keys) {
      const [a, b] = [firstAt(left, steps), firstAt(right, steps)];
      if (a === undefined || b === undefined) {
        if (a !== b) return a === undefined ? 1 : -1;
        continue;
      }
      const order = compare(a, b);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

/** What `fields` never takes away. */
export const ALWAYS: readonly string[] = ['id', 'href', '@type'];

export function projected(
  row: Row,
  fields: readonly string[],
  always: readonly string[] = ALWAYS,
): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of [...always, ...fields]) if (name in row) kept[name] = row[name];
  return kept;
}

const whole = new WeakMap<Row, string>();

/** JSON of a row, kept with the row: most rows are sent many times unchanged. */
export function rowJson(row: Row, fields?: readonly string[], always?: readonly string[]): string {
  if (fields !== undefined) return JSON.stringify(projected(row, fields, always));
  const kept = whole.get(row);
  if (kept !== undefined) return kept;
  const text = JSON.stringify(row);
  whole.set(row, text);
  return text;
}
