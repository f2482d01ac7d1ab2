// Where rows of a list stand, one after another: each by its own provider and customer, whatever came before it.
import { expect, test } from 'vitest';
import { encodeId } from '../schema/id.ts';
import { itemOf } from './item.ts';
import { compileStanding } from './ownership.ts';

const standing = compileStanding({ party: 'relatedParty', role: 'customer' });
const row = (provider: string, ...ids: readonly (string | number)[]) =>
  itemOf('Service', provider, {
    id: 's',
    relatedParty: [...ids.map((id) => ({ id, role: 'customer' })), { id: 'other', role: 'agent' }],
  });

test('SSM-A-08 equal ids of two providers are two customers', () => {
  const customers = ['home', 'south', 'home', 'south', 'south'].map(
    (provider) => standing.read(row(provider, 'c-1')).customers,
  );
  const [home, south] = ['home', 'south'].map((provider) => [encodeId(provider, 'Customer', 'c-1')]);
  expect(customers).toEqual([home, south, home, south, south]);
});

test('SSM-A-08 a row of nobody, of one, of two and of another: none has what the one before it had', () => {
  const rows = [
    row('home', 'c-1'),
    row('home'),
    row('home', 'c-1', 'c-2'),
    row('home', 'c-2'),
    row('home', 7),
  ];
  expect(rows.map((each) => standing.read(each).customers)).toEqual(
    [['c-1'], [], ['c-1', 'c-2'], ['c-2'], ['7']].map((ids) =>
      ids.map((id) => encodeId('home', 'Customer', id)),
    ),
  );
});
