// SSM-A-07: what is sealed opens for its owner, with a key that is here, unchanged; and for nobody else.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealing } from './sealed.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];

test('SSM-A-07 opens what it sealed, each time otherwise', () => {
  const sealing = createSealing([first]);
  const sealed = sealing.seal('secret 🚚', 'actor');
  expect(sealing.open(sealed, 'actor')).toBe('secret 🚚');
  expect(sealing.seal('secret 🚚', 'actor')).not.toBe(sealed);
  expect(sealed).not.toContain(Buffer.from('secret').toString('base64url'));
});

test('SSM-A-07 keys rotate: the new one seals, the old one opens while it is here', () => {
  const sealed = createSealing([first]).seal('secret', 'actor');
  expect(createSealing([second, first]).open(sealed, 'actor')).toBe('secret');
  expect(() => createSealing([second]).open(sealed, 'actor')).toThrow('a key that is not here');
});

test('SSM-A-07 for another owner, or changed in one place, it does not open', () => {
  const sealing = createSealing([first]);
  const sealed = sealing.seal('secret', 'actor');
  expect(() => sealing.open(sealed, 'another')).toThrow();
  const [version = '', id = '', iv = '', body = ''] = sealed.split('.');
  const bytes = Buffer.from(body, 'base64url');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  expect(() => sealing.open([version, id, iv, bytes.toString('base64url')].join('.'), 'actor')).toThrow();
  for (const nonsense of ['', 'v1', sealed.slice(0, -4), `v2${sealed.slice(2)}`])
    expect(() => sealing.open(nonsense, 'actor'), nonsense).toThrow();
});

test('SSM-A-07 a key of another length is refused', () => {
  expect(() => createSealing([randomBytes(16)])).toThrow('32 bytes');
  expect(() => createSealing([])).toThrow('32 bytes');
});
