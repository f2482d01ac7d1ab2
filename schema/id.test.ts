// Ids: every id comes back as it went in, no two objects share one, and nothing else is one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeId, encodeId, idOfType } from './id.ts';

const provider = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/);
const type = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/);
// half a surrogate pair has no UTF-8: no back end can send one in JSON over HTTP
const backEnd = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 });
const parts = fc.record({ provider, type, id: backEnd });

describe('encodeId and decodeId', () => {
  it('give back what went in: colons, slashes, blanks and emoji included', () => {
    fc.assert(
      fc.property(parts, (each) => {
        expect(decodeId(encodeId(each.provider, each.type, each.id))).toEqual(each);
      }),
    );
  });

  it('give equal ids to equal objects only', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = a.provider === b.provider && a.type === b.type && a.id === b.id;
        expect(encodeId(a.provider, a.type, a.id) === encodeId(b.provider, b.type, b.id)).toBe(same);
      }),
    );
  });

  it('make what fits into a URL, a key and a file name as it is', () => {
    fc.assert(
      fc.property(parts, (each) => {
        expect(encodeId(each.provider, each.type, each.id)).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('know no second spelling of an id', () => {
    fc.assert(
      fc.property(parts, fc.nat(), fc.constantFrom('=', 'A', '-', ' ', '\n'), (each, at, extra) => {
        const id = encodeId(each.provider, each.type, each.id);
        const place = at % (id.length + 1);
        const other = id.slice(0, place) + extra + id.slice(place);
        const read = decodeId(other);
        if (read !== undefined) expect(encodeId(read.provider, read.type, read.id)).toBe(other);
      }),
    );
  });

  it('take any text without failing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        const read = decodeId(text);
        if (read !== undefined) expect(encodeId(read.provider, read.type, read.id)).toBe(text);
      }),
    );
  });

  it.each([
    '',
    'svc-1',
    encodeId('Home', 'Service', '1'),
    encodeId('home', '1Service', '1'),
    encodeId('home', 'Service', ''),
    `${encodeId('home', 'Service', '1')}=`,
  ])('refuse %j', (text) => {
    expect(decodeId(text)).toBeUndefined();
  });

  it('of another type are none', () => {
    const id = encodeId('home', 'Product', 'x');
    expect(idOfType(id, 'Service')).toBeUndefined();
    expect(idOfType(id, 'Product')).toEqual({ provider: 'home', type: 'Product', id: 'x' });
  });
});
