// TMF630 filters applied here: what a back end that honours them would have let through.
import { describe, expect, it } from 'vitest';
import { compileFilter } from './filter.ts';
import type { Filter } from './query.ts';

const bill = {
  id: 'b-1',
  state: 'sent',
  billDate: '2026-10-01T00:00:00+02:00',
  estimated: false,
  amountDue: { unit: 'EUR', value: 99.5 },
  version: '10',
  name: 'Acme, Inc',
  relatedParty: [
    { id: 'cust-acme', role: 'customer' },
    { id: 7, role: 'user', contact: [{ type: 'email' }, { type: 'phone' }] },
  ],
  nothing: null,
};

const table: readonly [Filter, boolean][] = [
  [{}, true],
  [{ state: 'sent' }, true],
  // a state in whatever spelling; an id as it is
  [{ state: 'Sent' }, true],
  [{ state: 'se nt ' }, true],
  [{ state: 'unsent' }, false],
  [{ id: 'B-1' }, false],
  [{ state: 'settled,sent' }, true],
  [{ state: ['settled', 'sent'] }, true],
  [{ state: ['settled,sent'] }, false],
  [{ state: [] }, false],
  [{ state: 'sent', id: 'b-2' }, false],
  [{ name: 'Acme, Inc' }, true],
  [{ name: ['Acme, Inc'] }, true],
  [{ 'relatedParty.id': 'cust-acme' }, true],
  [{ 'relatedParty.id': '7' }, true],
  [{ 'relatedParty.contact.type': 'phone' }, true],
  [{ 'relatedParty.1.role': 'user' }, true],
  [{ 'relatedParty.0.role': 'user' }, false],
  [{ 'relatedParty.id.ne': 'cust-other' }, true],
  [{ 'relatedParty.id.ne': 'cust-acme' }, false],
  [{ 'absent.ne': 'x' }, true],
  [{ absent: 'x' }, false],
  [{ nothing: 'null' }, false],
  [{ estimated: 'false' }, true],
  [{ estimated: 'true' }, false],
  [{ 'amountDue.value': '99.50' }, true],
  [{ 'amountDue.value.gt': '99.4' }, true],
  [{ 'amountDue.value.gt': '99.5' }, false],
  [{ 'amountDue.value.gte': '99.5' }, true],
  [{ 'amountDue.value.lt': '100' }, true],
  [{ 'amountDue.value.lt': 'lots' }, false],
  [{ 'amountDue.value': '' }, false],
  // as instants: the same moment in another zone
  [{ billDate: '2026-09-30T22:00:00Z' }, true],
  [{ 'billDate.gte': '2026-09-30T22:00:00.000Z' }, true],
  [{ 'billDate.gt': '2026-09-30T22:00:00Z' }, false],
  [{ 'billDate.lt': '2026-10-01' }, true],
  [{ 'billDate.gte': '2026-10-01' }, false],
  [{ 'billDate.gte': '2026-09-01', 'billDate.lt': '2026-10-01' }, true],
  [{ 'constructor.name': 'Object' }, false],
  [{ '__proto__.id': 'x' }, false],
];

describe('a filter', () => {
  for (const [filter, fits] of table) {
    it(`${JSON.stringify(filter)} ${fits ? 'lets it through' : 'keeps it out'}`, () => {
      expect(compileFilter(filter)(bill)).toBe(fits);
    });
  }

  it('keeps out what is no object', () => {
    for (const value of [undefined, null, 7, 'x', []]) expect(compileFilter({ id: 'x' })(value)).toBe(false);
  });
});
