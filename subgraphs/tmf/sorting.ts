// The order that was asked for, made here where a back end keeps its own.
import { all, instantMs } from './read.ts';
import type { TmfObject } from './tmf-object.ts';

/** Negative, zero or positive: dates as instants, numbers as numbers, everything else as text. */
function compare(left: unknown, right: unknown): number {
  const [a, b] = [instantMs(left), instantMs(right)];
  if (a !== undefined && b !== undefined) return a - b;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [x, y] = [String(left), String(right)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** By `-billDate,id`; rows without the attribute come last, equal ones stay as they came. */
export function sorted(rows: readonly TmfObject[], sort: string): readonly TmfObject[] {
  const keys = sort.split(',').map((key) => ({
    path: key.replace(/^[+-]/, ''),
    sign: key.startsWith('-') ? -1 : 1,
  }));
  return [...rows].sort((left, right) => {
    for (const { path, sign } of keys) {
      const [a, b] = [all(left, path)[0], all(right, path)[0]];
      if (a === undefined && b === undefined) continue;
      if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
      const order = compare(a, b);
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}
