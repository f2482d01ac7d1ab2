// SSM-A-10: which addresses count as one guesser.
import { expect, test } from 'vitest';
import { networkOf } from './delay.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1', 'fe80:0:0:0'],
  [undefined, ''],
  ['not an address', 'not an address'],
])('SSM-A-10 %s is of %s', (origin, network) => {
  expect(networkOf(origin)).toBe(network);
});
