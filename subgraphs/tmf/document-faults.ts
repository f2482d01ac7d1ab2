// Faults of a YAML document as its author needs them: the line, the place, what is wrong, what may have been meant.
import type { Document, LineCounter } from 'yaml';
import { isMap, isNode, isPair } from 'yaml';
import type { z } from 'zod';

export type Place = readonly (string | number)[];

/** What is wrong, at which line (from 1). */
export interface Fault {
  readonly line: number;
  readonly place: Place;
  readonly message: string;
}

export const faultLine = ({ line, place, message }: Fault): string =>
  `line ${line}: ${place.length === 0 ? '' : `${place.join('.')}: `}${message}`;

/** The line of a key, of what stands there, or of the nearest thing around it that is written down. */
export function lineAt(document: Document, lines: LineCounter, place: Place): number {
  for (let length = place.length; length > 0; length -= 1) {
    const parent = document.getIn(place.slice(0, length - 1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(isNode(key) ? key.toJSON() : key) === String(place[length - 1]))
      : undefined;
    const node = isPair(pair) ? pair.key : document.getIn(place.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** One fault for each thing that is wrong: zod gathers all unknown keys of a place in one. */
export function issues(
  error: z.ZodError,
  below: Place,
  keysAt: (place: Place) => readonly string[],
): { place: Place; message: string }[] {
  return error.issues.flatMap(({ path, message, ...issue }) => {
    const place = [...below, ...path.map((each) => (typeof each === 'symbol' ? String(each) : each))];
    if (issue.code === 'invalid_key') return [{ place, message: issue.issues[0]?.message ?? message }];
    // the reason as zod words it speaks of JavaScript's values
    if (issue.code === 'invalid_type' && message.endsWith('received undefined'))
      return [{ place, message: 'is missing' }];
    if (issue.code !== 'unrecognized_keys') return [{ place, message }];
    return issue.keys.map((key) => ({
      place: [...place, key],
      message: `no such key${meant(key, keysAt(place))}`,
    }));
  });
}

/** `; is X meant?` where one of the names is near, or up to three are equally so. */
export function meant(word: string, names: readonly string[], within?: number): string {
  const near = names
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= (within ?? Math.max(1, Math.floor(name.length / 3))));
  const least = Math.min(...near.map(({ distance }) => distance));
  const nearest = near.filter(({ distance }) => distance === least).slice(0, 3);
  return nearest.length === 0 ? '' : `; is ${nearest.map(({ name }) => name).join(' or ')} meant?`;
}

/** Insertions, deletions and replacements between two words. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
