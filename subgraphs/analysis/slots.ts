// What one call adds to which quarters of an hour: to all calls, once more to its flow between groups and to its line.
import type { Call, CallDirection } from './call-record.ts';
import { bucketOf } from './durations.ts';

export const SLOT_MS = 15 * 60_000;

export type Dimension = 'ALL' | 'FLOW' | 'LINE';

export interface SlotKey {
  readonly subject: number;
  readonly dimension: Dimension;
  readonly slotMs: number;
  readonly direction: CallDirection;
  readonly fromKey: string;
  readonly toKey: string;
}

export interface Counts {
  calls: number;
  answered: number;
  talkSeconds: number;
  busySeconds: number;
  readonly durations: Map<number, number>;
}

export const slotOf = (ms: number): number => Math.floor(ms / SLOT_MS) * SLOT_MS;

const textOf = ({ subject, dimension, slotMs, direction, fromKey, toKey }: SlotKey): string =>
  [subject, dimension, slotMs, direction, fromKey, toKey].join('\n');

export const noCounts = (): Counts => ({
  calls: 0,
  answered: 0,
  talkSeconds: 0,
  busySeconds: 0,
  durations: new Map(),
});

export function addDurations(counts: Map<number, number>, bucket: number, count: number): void {
  const sum = (counts.get(bucket) ?? 0) + count;
  if (sum === 0) counts.delete(bucket);
  else counts.set(bucket, sum);
}

export const isNothing = ({ calls, answered, talkSeconds, busySeconds, durations }: Counts): boolean =>
  calls === 0 && answered === 0 && talkSeconds === 0 && busySeconds === 0 && durations.size === 0;

/** Sums by slot; what comes to nothing is still named, so that a row can go. */
export interface Sums {
  /** `sign` −1 takes away what the call added. */
  add(subject: number, call: Call, sign: 1 | -1): void;
  entries(): Iterable<{ readonly key: SlotKey; readonly counts: Counts }>;
}

/** Seconds of the call in each slot that it touches, in whole seconds from its start. */
export function* busyIn(startedMs: number, seconds: number): Generator<readonly [number, number]> {
  // counted from the whole second, so that the parts of a call are whole too and add up to it
  let atS = Math.floor(startedMs / 1000);
  const endS = atS + seconds;
  while (atS < endS) {
    const nextS = (slotOf(atS * 1000) + SLOT_MS) / 1000;
    const untilS = Math.min(nextS, endS);
    yield [slotOf(atS * 1000), untilS - atS];
    atS = untilS;
  }
}

/** `isIn` leaves out slots that aren't wanted. */
export function createSums(isIn: (slotMs: number) => boolean = () => true): Sums {
  const sums = new Map<string, { readonly key: SlotKey; readonly counts: Counts }>();

  function countsAt(key: SlotKey): Counts {
    const text = textOf(key);
    const known = sums.get(text);
    if (known !== undefined) return known.counts;
    const counts = noCounts();
    sums.set(text, { key, counts });
    return counts;
  }

  return {
    add(subject, call, sign) {
      if (call.state !== 'COUNTED' || call.startedMs === null) return;
      const { startedMs, direction, fromGroup, toGroup, line, answered, seconds } = call;
      const rows: Omit<SlotKey, 'slotMs'>[] = [
        { subject, direction, dimension: 'ALL', fromKey: '', toKey: '' },
        ...(fromGroup === '' && toGroup === ''
          ? []
          : [{ subject, direction, dimension: 'FLOW', fromKey: fromGroup, toKey: toGroup } as const]),
        ...(line === ''
          ? []
          : [{ subject, direction, dimension: 'LINE', fromKey: line, toKey: '' } as const]),
      ];
      for (const row of rows) {
        if (isIn(slotOf(startedMs))) {
          const begun = countsAt({ ...row, slotMs: slotOf(startedMs) });
          begun.calls += sign;
          if (answered) {
            begun.answered += sign;
            begun.talkSeconds += sign * seconds;
            addDurations(begun.durations, bucketOf(seconds), sign);
          }
        }
        for (const [slotMs, part] of busyIn(startedMs, seconds))
          if (isIn(slotMs)) countsAt({ ...row, slotMs }).busySeconds += sign * part;
      }
    },
    entries: () => sums.values(),
  };
}
