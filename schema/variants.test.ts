// What is compiled for each combination of conditions: which conditions count, and how much is kept.
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { operationOf } from './operation-of.ts';
import { conditionsOf, roomFor, variants } from './variants.ts';

const conditions = (text: string, name?: string): readonly string[] => {
  const { operation, fragments } = operationOf(parse(text), name);
  return conditionsOf(operation, fragments);
};

const room = (text: string) => {
  const { operation, fragments } = operationOf(parse(text), undefined);
  return roomFor(operation, fragments);
};

describe('conditions', () => {
  it('are those of the operation and of its fragments, each once', () => {
    const text = `query ($a: Boolean!, $b: Boolean!, $c: Boolean!, $x: Int) {
      a @skip(if: $a) b(x: $x) ... @include(if: $b) { c ...F } ...F d @skip(if: true)
    } fragment F on Query { e @skip(if: $a) ...G } fragment G on Query { f @include(if: $c) ...F }`;
    expect(conditions(text)).toEqual(['a', 'b', 'c']);
  });

  it('are none of another operation’s, whose variables may be of the same name', () => {
    const text = `query A($x: String) { a(s: $x) } query B($x: Boolean!) { ...F }
      fragment F on Query { n @include(if: $x) }`;
    expect(conditions(text, 'A')).toEqual([]);
    expect(conditions(text, 'B')).toEqual(['x']);
  });
});

describe('room', () => {
  it('is for all combinations of a few conditions, and for sixteen of more', () => {
    expect(room('query ($a: Boolean!, $b: Boolean!) { a @skip(if: $a) b @skip(if: $b) }')).toMatchObject({
      variants: 4,
      holdsAll: true,
    });
    const names = ['a', 'b', 'c', 'd', 'e'];
    const many = `query (${names.map((name) => `$${name}: Boolean!`)}) { ${names.map((name) => `${name} @skip(if: $${name})`).join(' ')} }`;
    expect(room(many)).toMatchObject({ variants: 16, holdsAll: false });
  });

  it('counts fields where fragments are spread, whatever the text’s length, and keeps less of what is large', () => {
    const fields = Array.from({ length: 100 }, (_, at) => `f${at}`).join(' ');
    const spread = Array.from({ length: 30 }, (_, at) => `r${at} { ...F }`).join(' ');
    const condition = 'r @include(if: $a)';
    const large = room(`query ($a: Boolean!) { ${condition} ${spread} } fragment F on T { ${fields} }`);
    const small = room(`query ($a: Boolean!) { ${condition} r0 { ...F } } fragment F on T { ${fields} }`);
    expect(large).toMatchObject({ variants: 1, holdsAll: false });
    expect(small).toMatchObject({ variants: 2, holdsAll: true });
    expect(large.bytes).toBeGreaterThan(3000 * 500);
    expect(small.bytes).toBeLessThan(large.bytes / 3);
  });
});

it('keeps as many combinations as there is room for, the newest', () => {
  const made: string[] = [];
  const of = variants({ conditions: ['a', 'b'], variants: 2 }, (condition) => {
    const text = `${condition('a')} ${condition('b')}`;
    made.push(text);
    return text;
  });
  expect(of({ a: true, b: false })).toBe('true false');
  expect(of({ a: true, b: true })).toBe('true true');
  expect(of({ a: true, b: false })).toBe('true false');
  expect(made).toHaveLength(2);
  expect(of({ a: false })).toBe('false false');
  expect(of({ a: true, b: true })).toBe('true true');
  expect(made).toHaveLength(3);
  expect(of({ a: true, b: false })).toBe('true false');
  expect(made).toHaveLength(4);
});
