// The measure of a document: what expanding every fragment would count, without expanding any.
import fc from 'fast-check';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Extent, measure } from '../schema/extent.ts';
import { readConfig } from './config.ts';
import { passedByText } from './limits.ts';

/** The measure as its meaning has it, at exponential cost: fragments put in place of their spreads. */
function expanded(text: string): Extent {
  const document = parse(text);
  const walk = (set: SelectionSetNode, depth: number, seen: Extent): Extent => {
    let total = seen;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        const aliases = total.aliases + (node.alias === undefined ? 0 : 1);
        const rootFields = total.rootFields + (depth === 1 ? 1 : 0);
        total = { depth: Math.max(total.depth, depth), fields: total.fields + 1, rootFields, aliases };
        if (node.selectionSet !== undefined) total = walk(node.selectionSet, depth + 1, total);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        total = walk(node.selectionSet, depth, total);
      } else {
        const name = node.name.value;
        for (const each of document.definitions) {
          if (each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name) {
            total = walk(each.selectionSet, depth, total);
          }
        }
      }
    }
    return total;
  };
  const [first] = document.definitions;
  if (first?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return walk(first.selectionSet, 1, { depth: 0, fields: 0, rootFields: 0, aliases: 0 });
}

/** Selections that spread only fragments with a higher number, so that there is no cycle. */
const selections = (from: number, depth: number): fc.Arbitrary<string> => {
  const field = fc.constantFrom('a', 'x: b');
  const spread = from < 4 ? [fc.integer({ min: from + 1, max: 4 }).map((at) => `...F${at}`)] : [];
  const nested =
    depth === 0
      ? []
      : [
          fc.tuple(field, selections(from, depth - 1)).map(([name, inner]) => `${name} ${inner}`),
          selections(from, depth - 1).map((inner) => `... on T ${inner}`),
        ];
  const one = fc.oneof(field, ...spread, ...nested);
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((parts) => `{ ${parts.join(' ')} }`);
};

const documents = fc
  .tuple(selections(0, 2), selections(1, 2), selections(2, 2), selections(3, 2), selections(4, 2))
  .map(([root, ...fragments]) =>
    [root, ...fragments.map((each, at) => `fragment F${at + 1} on T ${each}`)].join(' '),
  );

test('is that of the expanded document', () => {
  fc.assert(
    fc.property(documents, (text) => {
      expect(measure(parse(text))).toEqual(expanded(text));
    }),
  );
});

describe('documents made to hurt', () => {
  const doubling = (levels: number): string =>
    `{ ...F0 } ${Array.from({ length: levels }, (_, at) => `fragment F${at} on T { ...F${at + 1} ...F${at + 1} }`).join(' ')} fragment F${levels} on T { a }`;

  test('a thousand doublings are measured at once', () => {
    const startedMs = performance.now();
    expect(measure(parse(doubling(1000))).fields).toBeGreaterThan(1e300);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  test('a fragment that spreads itself ends', () => {
    expect(measure(parse('{ ...A } fragment A on T { a ...B } fragment B on T { b ...A }')).fields).toBe(2);
  });

  test('the largest of several operations counts', () => {
    expect(measure(parse('query A { a } query B { a { b { c } } }'))).toMatchObject({ depth: 3, fields: 3 });
  });

  test('introspection nests without being deep', () => {
    expect(measure(parse('{ __schema { types { fields { type { name } } } } }'))).toMatchObject({
      depth: 0,
      fields: 5,
    });
  });

  test.each(['{', '[', '('])('brackets %s nested past what a parser can', (bracket) => {
    expect(passedByText(`{ a ${bracket.repeat(2000)}`, readConfig({}).limits)).toBe('OPERATION_TOO_DEEP');
    expect(passedByText(`{ a(b: "${bracket.repeat(2000)}") }`, readConfig({}).limits)).toBeUndefined();
  });
});
