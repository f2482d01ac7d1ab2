// Periods that end before they start: two fields that somebody has swapped, put right before anything is reckoned with them.
import { instantMs } from './read.ts';
import { isRecord } from './tmf-object.ts';

function isReversed(part: Readonly<Record<string, unknown>>): boolean {
  const { startDateTime, endDateTime } = part;
  if (typeof startDateTime !== 'string' || typeof endDateTime !== 'string') return false;
  const [start, end] = [instantMs(startDateTime), instantMs(endDateTime)];
  return start !== undefined && end !== undefined && end < start;
}

function inOrder(part: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isReversed(part)
    ? { ...part, startDateTime: part.endDateTime, endDateTime: part.startDateTime }
    : part;
}

/** Where rows have their periods. Looked at by name: a walk through every row would cost more than all else. */
const PERIODS = ['validFor', 'billingPeriod', 'conformancePeriod', 'agreementPeriod', 'period'] as const;

/** The row with the periods of its own in order; the same row where they are. */
export function withPeriodsInOrder<Row extends Readonly<Record<string, unknown>>>(row: Row): Row {
  let mended: Record<string, unknown> | undefined;
  for (const name of PERIODS) {
    const period = row[name];
    if (isRecord(period) && isReversed(period)) mended = { ...(mended ?? row), [name]: inOrder(period) };
  }
  // nothing but the inside of these attributes is another
  return mended === undefined ? row : (mended as Row);
}

/** As above for every period at any depth: for the answer of a task, which is one object. */
export function withAllPeriodsInOrder<Part>(part: Part): Part {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isRecord(value)) return value;
    return inOrder(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each)])));
  };
  // the same shape comes out that went in
  return walk(part) as Part;
}
