// A period that a client names: instants with their zones, in their order, and no longer than can be answered.
import { clientError } from '../../schema/errors.ts';
import { instantMs } from '../tmf/read.ts';

const DAY_MS = 86_400_000;

/** Exact: a day on which clocks change has 23 or 25 hours, which the caller's own offsets say. */
export function checkPeriod(
  from: string | null | undefined,
  until: string | null | undefined,
  maxDays: number,
): { readonly fromMs: number; readonly untilMs: number } {
  const [fromMs, untilMs] = [instantMs(from), instantMs(until)];
  if (fromMs === undefined || untilMs === undefined)
    throw clientError('BAD_USER_INPUT', '"from" and "until" are instants.');
  if (untilMs <= fromMs) throw clientError('BAD_USER_INPUT', '"until" must lie after "from".');
  // an hour more: so many days in a zone whose clocks are put back
  if (untilMs - fromMs > maxDays * DAY_MS + 3_600_000)
    throw clientError('BAD_USER_INPUT', `The period is at most ${maxDays} days.`);
  return { fromMs, untilMs };
}
