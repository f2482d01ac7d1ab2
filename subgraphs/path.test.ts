// Paths: what they lead to, and what they lead past.
import { describe, expect, it } from 'vitest';
import { compileIds, compileNamed, compilePath, filterPath } from './path.ts';

const OBJECT = {
  id: 'a',
  empty: null,
  place: [{ id: 'p1', name: 'One' }, { id: 'p2' }],
  account: { id: 7 },
  relatedParty: [
    { id: 'c1', role: 'customer' },
    { id: 'u1', role: 'user', name: 'U' },
    { id: 'c2', role: 'customer' },
    { role: 'customer' },
  ],
  single: { name: 'number', value: '33' },
  deep: [{ item: [{ product: { id: 'x' } }, { product: null }] }, { item: { product: { id: 'y' } } }],
  'a.b': 'never',
};

describe('compilePath', () => {
  it.each<[string, readonly unknown[]]>([
    ['id', ['a']],
    ['nothing', []],
    ['empty', []],
    ['empty.more', []],
    ['id.more', []],
    ['place', OBJECT.place],
    ['place.id', ['p1', 'p2']],
    ['place.name', ['One']],
    ['account.id', [7]],
    ['relatedParty[role=customer].id', ['c1', 'c2']],
    ['relatedParty[role=user].name', ['U']],
    ['relatedParty[role=none].id', []],
    ['single[name=number].value', ['33']],
    ['single[name=other].value', []],
    ['deep.item.product.id', ['x', 'y']],
  ])('%s', (path, found) => {
    expect(compilePath(path)(OBJECT)).toEqual(found);
  });

  it.each([undefined, null, 'text', 7, []])('leads nowhere from %j', (object) => {
    expect(compilePath('id')(object)).toEqual([]);
    expect(compilePath('a.b')(object)).toEqual([]);
  });

  it.each(['', 'a..b', 'a[', 'a[b]', '[x=y]'])('does not compile %j', (path) => {
    expect(() => compilePath(path)).toThrow('not a path');
  });

  it('picks by text, so that numbers and booleans can be picked by', () => {
    expect(
      compilePath('x[n=1].v')({
        x: [
          { n: 1, v: 'a' },
          { n: '1', v: 'b' },
          { n: 2, v: 'c' },
        ],
      }),
    ).toEqual(['a', 'b']);
  });
});

describe('compileIds', () => {
  it('gives ids as text, and leaves out what is none', () => {
    expect(
      compileIds('x.id')({ x: [{ id: 'a' }, { id: 7 }, { id: '' }, { id: true }, { id: {} }, {}] }),
    ).toEqual(['a', '7']);
  });
});

describe('compileNamed', () => {
  const names = ['a', 'b', '1'];
  const read = compileNamed('c', names);

  it.each([
    {},
    { c: null },
    { c: 'a' },
    { c: { name: 'a', value: 'alone' } },
    { c: [{ name: 'b', value: 'x' }, { name: 'a', value: 7 }, { name: 'other', value: 'y' }, { name: 'a' }] },
    { c: [{ name: 'a', value: 'x' }, { name: 'a', value: '' }, { name: 'a', value: 'y' }, null, 'a', []] },
    { c: [[{ name: 'a', value: 'in a list of its own' }]] },
    {
      c: [
        { name: 1, value: ['x', [0, null, ['y', true]], { value: 'z' }] },
        { name: '1', value: 'w' },
      ],
    },
    {
      c: [
        { name: 'a', value: { value: 'below' } },
        { name: 'a', value: false },
      ],
    },
  ])('gives what a path for each name would: %j', (object) => {
    expect(read(object)).toEqual(names.map((name) => compileIds(`c[name=${name}].value`)(object)));
  });
});

it('a filter spells a path without its picks', () => {
  expect(filterPath('relatedParty[role=customer].id')).toBe('relatedParty.id');
  expect(filterPath('place.id')).toBe('place.id');
});
