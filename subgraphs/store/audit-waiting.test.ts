// SSM-A-09: what waits for the audit log is bounded, counted, and leaves in the order in which it came.
import { expect, test } from 'vitest';
import type { AuditEntry } from '../../schema/ports.ts';
import { type Waiting, waitingRoom } from './audit-waiting.ts';

const made =
  (actorId: string, atMs = 0) =>
  (): AuditEntry => ({ actorId, atMs, action: 'read', outcome: 'DONE', requestId: 'r' });
const named = (waited: readonly Waiting[]) =>
  waited.map(({ kind, about, times }) => `${kind} of ${about}: ${times}`);

test('SSM-A-09 one kind about several is an entry each, the alike are counted', () => {
  const room = waitingRoom({ max: 10, repeatsMs: 0 });
  room.add('reading', 'a', made('s'));
  room.add('reading', 'b', made('s'));
  room.add('looking', 'a', made('s'));
  room.add('reading', 'a', made('s'));
  expect(named(room.take('DUE'))).toEqual(['reading of a: 2', 'reading of b: 1', 'looking of a: 1']);
  expect(room.isEmpty()).toBe(true);
});

test('SSM-A-09 the earliest leaves first, whatever its kind', () => {
  const room = waitingRoom({ max: 10, repeatsMs: 0 });
  room.add('reading', 'a', made('s', 1));
  room.add('looking', 'a', made('s', 2));
  room.add('reading', 'b', made('s', 3));
  expect(named(room.take('DUE'))).toEqual(['reading of a: 1', 'looking of a: 1', 'reading of b: 1']);
});

test('SSM-A-09 there is room for so many of all kinds, and again for as many when they have left', () => {
  const room = waitingRoom({ max: 2, repeatsMs: 0 });
  const fill = () => ['a', 'b', 'c'].map((about) => room.add(`reading ${about}`, about, made('s')));
  expect(fill()).toEqual([true, true, false]);
  const left = room.take('DUE');
  expect(fill()).toEqual([true, true, false]);
  // of what waits already there is one more
  expect(left.map((each) => room.takeBack(each))).toEqual([true, true]);
  expect(named(room.take('DUE'))).toEqual(['reading a of a: 2', 'reading b of b: 2']);
});

test('SSM-A-09 what was taken lately waits, for its own customer only', () => {
  const room = waitingRoom({ max: 10, repeatsMs: 1_000_000 });
  room.add('reading', 'a', made('s'));
  room.take('DUE');
  room.add('reading', 'a', made('s'));
  room.add('reading', 'b', made('s'));
  expect(named(room.take('DUE'))).toEqual(['reading of b: 1']);
  expect(room.isEmpty()).toBe(false);
  expect(named(room.take('ALL'))).toEqual(['reading of a: 1']);
});
