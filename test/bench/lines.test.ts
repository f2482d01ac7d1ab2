// Lines are drawn as often as their law says, and what a cache can answer of them follows from that.
import { expect, test } from 'vitest';
import { decodeId } from '../../schema/id.ts';
import { bestHits, drawLines } from './lines.ts';

const SUBSCRIBERS = { count: 100_000, exponent: 1 };

test('the first line is asked for twice as often as the second, and all of them exist', () => {
  const draw = drawLines({ count: 3, exponent: 1 });
  const drawn = new Map<string, number>();
  for (let at = 0; at < 11_000; at += 1) {
    const id = draw();
    drawn.set(id, (drawn.get(id) ?? 0) + 1);
  }
  const counts = [1, 2, 3].map((index) => {
    const found = [...drawn].find(([id]) => decodeId(id)?.id === `svc-sub-00000${index}-m-1`);
    return found?.[1] ?? 0;
  });
  // 6 : 3 : 2, by more than ten times what chance makes of it
  for (const [index, share] of [6, 3, 2].entries())
    expect(Math.abs((counts[index] ?? 0) - share * 1000)).toBeLessThan(600);
  expect(drawn.size).toBe(3);
});

test('a line read once a life is found every other time; many lines read seldom are hardly found', () => {
  expect(bestHits({ count: 1, exponent: 0 }, 1)).toBeCloseTo(0.5);
  expect(bestHits({ count: 40, exponent: 0 }, 4000)).toBeCloseTo(100 / 101);
  expect(bestHits(SUBSCRIBERS, 1)).toBeLessThan(0.02);
  expect(bestHits(SUBSCRIBERS, 1000)).toBeLessThan(bestHits(SUBSCRIBERS, 10_000));
});
