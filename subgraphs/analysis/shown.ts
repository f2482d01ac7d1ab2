// Sums as the graph shows them: shares, means, erlangs; percentiles asked for only when they are wanted.
import { clientError } from '../../schema/errors.ts';
import { type Durations, percentile } from './durations.ts';
import type { Part, Sums } from './figures.ts';

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

export const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : round((part / whole) * 100, 2);

export const shownPeriod = ({ fromMs, untilMs }: Part) => ({
  start: new Date(fromMs).toISOString(),
  end: new Date(untilMs).toISOString(),
});

/** Seconds of the part that are over. */
export const elapsedSeconds = ({ fromMs, untilMs }: Part, nowMs: number): number =>
  Math.max(0, Math.min(untilMs, nowMs) - fromMs) / 1000;

export const erlangsIn = (busySeconds: number, seconds: number): number =>
  seconds === 0 ? 0 : round(busySeconds / seconds, 4);

export function shownFigures(
  { IN, OUT }: Sums,
  part: Part,
  nowMs: number,
  durations: () => Promise<Durations>,
) {
  const busySeconds = IN.busySeconds + OUT.busySeconds;
  return {
    received: IN.calls,
    answered: IN.answered,
    lost: IN.calls - IN.answered,
    lostPercent: share(IN.calls - IN.answered, IN.calls),
    made: OUT.calls,
    madeAnswered: OUT.answered,
    meanDurationSeconds: IN.answered === 0 ? null : round(IN.talkSeconds / IN.answered, 1),
    async durationPercentile({ percent }: { readonly percent: number }) {
      if (!(percent > 0 && percent <= 100))
        throw clientError('BAD_USER_INPUT', '"percent" is more than 0 and at most 100.');
      const found = percentile(await durations(), percent);
      return found === undefined ? null : round(found, 1);
    },
    trafficSeconds: busySeconds,
    erlangs: erlangsIn(busySeconds, elapsedSeconds(part, nowMs)),
  };
}
