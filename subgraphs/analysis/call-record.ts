// From a usage record to what is counted of it: who owns it, when, how long, between which groups; never a number.
import { createHash } from 'node:crypto';
import { compileIds, compilePath } from '../path.ts';
import { asBoolean, asNumber, asText, instantMs } from '../tmf/read.ts';

/**
 * COUNTED and FUTURE differ by the clock alone. NO_SERVICE and UNREADABLE wait for a correction. LEFT_OUT: the back end has
 * taken it back. NO_CALL: a message, a data session.
 */
export type CallState = 'COUNTED' | 'NO_SERVICE' | 'FUTURE' | 'UNREADABLE' | 'LEFT_OUT' | 'NO_CALL';
export type CallDirection = 'IN' | 'OUT';

export interface Call {
  /** A hash of the provider and the back end's id: enough to know it again. */
  readonly record: string;
  readonly provider: string;
  /** The back end's id; '' where the record names none. */
  readonly customerId: string;
  readonly serviceId: string;
  readonly state: CallState;
  readonly startedMs: number | null;
  readonly direction: CallDirection;
  readonly answered: boolean;
  readonly seconds: number;
  /** '' is outside the customer's groups. */
  readonly fromGroup: string;
  readonly toGroup: string;
  readonly line: string;
  readonly revision: number;
  /** When the back end said so: of two of one revision, the later one holds. */
  readonly statedAtMs: number;
}

/** What of a record has to be asked for. */
export const CALL_ATTRIBUTES = [
  'id',
  'usageDate',
  'usageType',
  'status',
  'relatedParty',
  'usageCharacteristic',
] as const;

/** A call of a week is a line that nobody hung up, or a fault. */
export const MAX_SECONDS = 7 * 24 * 3600;
const KINDS = new Set(['voice', 'call']);
const NOT_COUNTED = new Set(['rejected', 'recycled']);
const MAX_NAME = 100;

const customersOf = compileIds('relatedParty[role=customer].id');
const named = (name: string) => {
  const read = compilePath(`usageCharacteristic[name=${name}].value`);
  return (object: unknown): unknown => read(object)[0];
};
const serviceOf = named('serviceId');
const directionOf = named('direction');
const answeredOf = named('answered');
const durationOf = named('duration');
const fromGroupOf = named('fromGroup');
const toGroupOf = named('toGroup');
const lineOf = named('line');
const revisionOf = named('revision');

const word = (value: unknown): string => asText(value)?.toLowerCase() ?? '';

/** The name of a group or a line. A number of somebody is none: it isn't kept. */
function nameIn(value: unknown): string {
  const text = asText(value)?.replaceAll(/\p{Cc}/gu, ' ') ?? '';
  return /^[+\d][\d\s()./-]{5,}$/.test(text) ? '' : text.slice(0, MAX_NAME);
}

export function recordKey(provider: string, id: string): string {
  const hash = createHash('sha256').update(`${provider}\n${id}`).digest('hex');
  return [8, 12, 16, 20, 32].map((end, at, ends) => hash.slice(at === 0 ? 0 : ends[at - 1], end)).join('-');
}

function stateOf(
  object: Readonly<Record<string, unknown>>,
  startedMs: number | undefined,
  seconds: number | undefined,
): CallState {
  if (!KINDS.has(word(object.usageType))) return 'NO_CALL';
  if (NOT_COUNTED.has(word(object.status))) return 'LEFT_OUT';
  if (startedMs === undefined || seconds === undefined) return 'UNREADABLE';
  return asText(serviceOf(object)) === undefined ? 'NO_SERVICE' : 'COUNTED';
}

/** Undefined for a duration that can't be one. */
function secondsOf(object: unknown): number | undefined {
  const given = durationOf(object);
  if (given === undefined || given === null) return 0;
  const seconds = asNumber(given);
  return seconds === undefined || seconds < 0 || seconds > MAX_SECONDS ? undefined : Math.round(seconds);
}

/** As the back end stated it at that instant; undefined for what can't be told from other records. */
export function readCall(
  provider: string,
  object: Readonly<Record<string, unknown>>,
  statedAtMs: number,
): Call | undefined {
  const id = asText(object.id);
  if (id === undefined) return undefined;
  const startedMs = instantMs(object.usageDate);
  const seconds = secondsOf(object);
  const revision = asNumber(revisionOf(object));
  return {
    record: recordKey(provider, id),
    provider,
    customerId: customersOf(object)[0] ?? '',
    serviceId: asText(serviceOf(object)) ?? '',
    state: stateOf(object, startedMs, seconds),
    startedMs: startedMs ?? null,
    direction: word(directionOf(object)) === 'incoming' ? 'IN' : 'OUT',
    answered: asBoolean(answeredOf(object)) ?? (seconds ?? 0) > 0,
    seconds: seconds ?? 0,
    fromGroup: nameIn(fromGroupOf(object)),
    toGroup: nameIn(toGroupOf(object)),
    line: nameIn(lineOf(object)),
    revision: revision !== undefined && Number.isSafeInteger(revision) && revision > 0 ? revision : 0,
    statedAtMs,
  };
}

/** Whether what was said there replaces what was said here. */
export function replaces(next: Call, last: Call): boolean {
  return next.revision === last.revision ? next.statedAtMs >= last.statedAtMs : next.revision > last.revision;
}
