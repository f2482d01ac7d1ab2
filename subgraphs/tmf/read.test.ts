// Reading back ends' values: every shape that was seen, and that nothing makes it throw.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as read from './read.ts';

describe('paths', () => {
  const object = { a: { b: [{ c: 1 }, { c: [2, 3] }, null, { d: 4 }] }, '@type': 'X', n: null };
  it('lead through lists, by index or to the first that has it', () => {
    expect(read.at(object, 'a.b.c')).toBe(1);
    expect(read.at(object, 'a.b.d')).toBe(4);
    expect(read.at(object, 'a.b.1.c')).toEqual([2, 3]);
    expect(read.at(object, 'a.b.1.c.0')).toBe(2);
    expect(read.at(object, '@type')).toBe('X');
    expect(read.at(object, '')).toBe(object);
    for (const path of ['a.x', 'n', 'n.x', 'a.b.9.c', 'a.b.c.d', 'constructor', '__proto__', 'a.b.length']) {
      expect(read.at(object, path)).toBeUndefined();
    }
  });

  it('gather everything', () => {
    expect(read.all(object, 'a.b.c')).toEqual([1, 2, 3]);
    expect(read.all(object, 'a.b.1.c')).toEqual([2, 3]);
    expect(read.all([object, object], '@type')).toEqual(['X', 'X']);
    expect(read.all(object, 'n')).toEqual([]);
    expect(read.all(object, 'toString')).toEqual([]);
  });
});

describe('conversions', () => {
  type Conversion = (value: unknown) => unknown;
  const table: readonly [string, Conversion, unknown, unknown][] = [
    ['money', read.asMoney, { unit: 'EUR', value: 10.1 }, { amount: '10.1', currency: 'EUR' }],
    ['money', read.asMoney, { currency: 'eur', amount: '0010.10' }, { amount: '10.1', currency: 'EUR' }],
    ['money', read.asMoney, { units: 'EUR', amount: -1e-7 }, { amount: '-0.0000001', currency: 'EUR' }],
    [
      'money',
      read.asMoney,
      { units: 'EUR', amount: 1e21 },
      { amount: '1000000000000000000000', currency: 'EUR' },
    ],
    ['money', read.asMoney, { unit: 'EUR', value: 0 }, { amount: '0', currency: 'EUR' }],
    ['money', read.asMoney, { unit: '€', value: 1 }, undefined],
    ['money', read.asMoney, { unit: 'EUR', value: 'ten' }, undefined],
    ['money', read.asMoney, { unit: 'EUR' }, undefined],
    ['money', read.asMoney, 10, undefined],
    ['quantity', read.asQuantity, { amount: 5, units: 'GB' }, { amount: '5', unit: 'GB' }],
    ['quantity', read.asQuantity, { value: '2.50', unit: ' min ' }, { amount: '2.5', unit: 'min' }],
    ['quantity', read.asQuantity, { number: 3 }, { amount: '3', unit: undefined }],
    ['quantity', read.asQuantity, { units: 'GB' }, undefined],
    ['instant', read.asInstant, '2026-11-15T10:00:00Z', '2026-11-15T10:00:00.000Z'],
    ['instant', read.asInstant, '2026-11-15T10:00:00+02:00', '2026-11-15T08:00:00.000Z'],
    ['instant', read.asInstant, '2026-11-15T10:00:00.123456-0330', '2026-11-15T13:30:00.123Z'],
    ['instant', read.asInstant, ' 2026-11-15 10:00 ', '2026-11-15T10:00:00.000Z'],
    ['instant', read.asInstant, '2026-11-15', '2026-11-15T00:00:00.000Z'],
    ['instant', read.asInstant, '0001-01-01T00:00:00', '0001-01-01T00:00:00.000Z'],
    ['instant', read.asInstant, '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['instant', read.asInstant, '2026-11-15T10:00:00.12aZ', undefined],
    ['instant', read.asInstant, '2026-11-31T10:00:00Z', undefined],
    ['instant', read.asInstant, '2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['instant', read.asInstant, '2026-02-30T00:00:00Z', undefined],
    ['instant', read.asInstant, '2026-13-01', undefined],
    ['instant', read.asInstant, '2026-11-15T25:00:00Z', undefined],
    ['instant', read.asInstant, 'yesterday', undefined],
    ['instant', read.asInstant, 1763200800000, undefined],
    // the day as it was written, not the evening before in UTC
    ['date', read.asDate, '2026-11-30T00:00:00+01:00', '2026-11-30'],
    ['date', read.asDate, '2026-11-30', '2026-11-30'],
    ['date', read.asDate, '30.11.2026', undefined],
    ['text', read.asText, 'aborted ', 'aborted'],
    ['text', read.asText, ' ', undefined],
    ['text', read.asText, 7, '7'],
    ['text', read.asText, { a: 1 }, undefined],
    ['boolean', read.asBoolean, 'TRUE', true],
    ['boolean', read.asBoolean, false, false],
    ['boolean', read.asBoolean, 'yes', undefined],
    ['int', read.asInt, '42', 42],
    ['int', read.asInt, 4.2, undefined],
    ['int', read.asInt, 2 ** 31, undefined],
    ['number', read.asNumber, '1e3', 1000],
    ['number', read.asNumber, Number.NaN, undefined],
    ['number', read.asNumber, '0x10', undefined],
    ['list', read.asList, undefined, []],
    ['list', read.asList, 'x', ['x']],
    ['list', read.asList, [1], [1]],
  ];
  for (const [name, convert, value, expected] of table) {
    it(`${name} of ${JSON.stringify(value)}`, () => expect(convert(value)).toEqual(expected));
  }

  it('never throw, and give only what they promise', () => {
    const nasty = fc.anything({
      withBigInt: true,
      withDate: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(nasty, fc.string(), (value, path) => {
        for (const [, convert] of table) convert(value);
        for (const wrapped of [
          { unit: 'EUR', value },
          { amount: value, units: value },
        ]) {
          expect(read.asMoney(wrapped)?.amount ?? '0').toMatch(/^-?\d+(\.\d+)?$/);
          read.asQuantity(wrapped);
        }
        read.at(value, path);
        read.all(value, path);
      }),
      { numRuns: 500 },
    );
  });

  it('keep an instant through any zone', () => {
    const zones = fc.record({
      hours: fc.integer({ min: 0, max: 14 }),
      minutes: fc.constantFrom(0, 30, 45),
      west: fc.boolean(),
    });
    const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(day, zones, (date, { hours, minutes, west }) => {
        const offsetMs = (west ? -1 : 1) * (hours * 60 + minutes) * 60_000;
        const pad = (n: number) => String(n).padStart(2, '0');
        const local = new Date(date.getTime() + offsetMs).toISOString().replace('Z', '');
        expect(read.asInstant(`${local}${west ? '-' : '+'}${pad(hours)}:${pad(minutes)}`)).toBe(
          date.toISOString(),
        );
      }),
    );
  });
});
