// Reading what back ends send: paths through objects and lists, and conversions that never throw.
import Big from 'big.js';
import { isRecord } from './tmf-object.ts';

const INDEX = /^\d{1,6}$/;

interface Step {
  readonly name: string;
  /** The element of a list that a number picks. */
  readonly index: number | undefined;
}

const MAX_PATHS = 5_000;
const compiled = new Map<string, readonly Step[]>();

/** Paths are written in the code, the schema and providers' files: few, and each is read of thousands of rows. */
function stepsOf(path: string): readonly Step[] {
  const known = compiled.get(path);
  if (known !== undefined) return known;
  const names = path === '' ? [] : path.split('.');
  const steps = names.map((name) => ({ name, index: INDEX.test(name) ? Number(name) : undefined }));
  if (compiled.size < MAX_PATHS) compiled.set(path, steps);
  return steps;
}

/** Every value at the path, through any lists on the way; a number picks one element. Nulls are left out. */
export function all(value: unknown, path: string): readonly unknown[] {
  const found: unknown[] = [];
  gather(value, stepsOf(path), 0, found);
  return found;
}

function gather(value: unknown, steps: readonly Step[], place: number, found: unknown[]): void {
  if (value === undefined || value === null) return;
  const step = steps[place];
  if (Array.isArray(value)) {
    if (step?.index !== undefined) gather(value[step.index], steps, place + 1, found);
    else for (const each of value) gather(each, steps, place, found);
  } else if (step === undefined) found.push(value);
  else if (isRecord(value)) gather(own(value, step.name), steps, place + 1, found);
}

/** The first value at the path, or undefined. A list at its end is given as it is. */
export function at(value: unknown, path: string): unknown {
  return firstAt(value, stepsOf(path), 0);
}

function firstAt(value: unknown, steps: readonly Step[], place: number): unknown {
  const step = steps[place];
  if (step === undefined) return value ?? undefined;
  if (!Array.isArray(value))
    return isRecord(value) ? firstAt(own(value, step.name), steps, place + 1) : undefined;
  if (step.index !== undefined) return firstAt(value[step.index], steps, place + 1);
  for (const each of value) {
    const found = firstAt(each, steps, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Text without space around it (`"aborted "` has been seen); numbers and booleans as they are written. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Back ends write `"in design "`, `inDesign` and `In Design` for one state: compared without case, blanks and hyphens. */
export const folded = (word: string): string => word.toLowerCase().replaceAll(/[\s_-]/g, '');

export function asBoolean(value: unknown): boolean | undefined {
  const text = asText(value)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** An integer that fits GraphQL's Int (32 bit). */
export function asInt(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number === (number | 0) ? number : undefined;
}

export function asNumber(value: unknown): number | undefined {
  // nearly every number: nothing to be put right
  if (Number.isSafeInteger(value)) return Number(value);
  const text = asDecimal(value);
  return text === undefined ? undefined : Number(text);
}

/** As it would be written anyway. */
const PLAIN_DECIMAL = /^-?(?:[1-9]\d{0,29}|0(?=\.))(?:\.\d{0,29}[1-9])?$/;

/** A decimal as text, exact and without exponent. */
export function asDecimal(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  const text = asText(value);
  if (text === undefined) return undefined;
  if (PLAIN_DECIMAL.test(text)) return text;
  if (!/^[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?$/.test(text)) return undefined;
  return new Big(text.replace(/^\+/, '')).toFixed();
}

export interface Money {
  /** Decimal text, never a float. */
  readonly amount: string;
  /** ISO 4217 code. */
  readonly currency: string;
}

/** `{unit, value}`, `{currency, amount}` or `{units, amount}`: one shape each in different APIs. */
export function asMoney(value: unknown): Money | undefined {
  if (!isRecord(value)) return undefined;
  const amount = asDecimal(value.value ?? value.amount);
  const currency = asText(value.unit ?? value.currency ?? value.units)?.toUpperCase();
  return amount === undefined || currency === undefined || !/^[A-Z]{3}$/.test(currency)
    ? undefined
    : { amount, currency };
}

export interface Quantity {
  readonly amount: string;
  /** As the back end writes it: `GB`, `min`, `Mbit/s`. */
  readonly unit: string | undefined;
}

export function asQuantity(value: unknown): Quantity | undefined {
  if (!isRecord(value)) return undefined;
  const amount = asDecimal(value.amount ?? value.value ?? value.number);
  return amount === undefined ? undefined : { amount, unit: asText(value.units ?? value.unit) };
}

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function parts(value: unknown): RegExpExecArray | undefined {
  const text = typeof value === 'string' ? asText(value) : undefined;
  const match = text === undefined ? null : DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // Date would make the 2nd of March of the 30th of February
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? match : undefined;
}

function offsetMinutes(zone: string | undefined): number {
  // without a zone it is read as UTC: the machine's own zone must never matter
  if (zone === undefined || /^[zZ]$/.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** The calendar comes again after 400 years. */
const CYCLE_MS = 146_097 * 86_400_000;

/** Date.UTC takes the years 0 to 99 for 1900 to 1999, and some write the year 1 for never. */
const midnightMs = (year: number, month: number, day: number): number =>
  Date.UTC(year + 400, month - 1, day) - CYCLE_MS;

/** NaN where two digits don't stand there. */
function twoDigits(text: string, place: number): number {
  const [tens, ones] = [text.charCodeAt(place) - 48, text.charCodeAt(place + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const SEPARATORS = [
  [4, '-'],
  [7, '-'],
  [10, 'T'],
  [13, ':'],
  [16, ':'],
] as const;

/** The form that most back ends write: 2026-11-15T10:00:00Z, with milliseconds or without. What is odd is left to others. */
function plainUtcMs(text: string): number | undefined {
  const withMs = text.length === 24 && text[19] === '.';
  if (!(withMs || text.length === 20) || text[text.length - 1] !== 'Z') return undefined;
  for (const [place, separator] of SEPARATORS) if (text[place] !== separator) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  const ms = withMs ? twoDigits(text, 20) * 10 + (twoDigits(text, 21) % 10) : 0;
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59))
    return undefined;
  if (Number.isNaN(ms)) return undefined;
  const found = midnightMs(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1_000 + ms;
  // it makes March of the 30th of February
  return day <= 28 || new Date(found).getUTCDate() === day ? found : undefined;
}

/** Epoch milliseconds of a date or date-time; a date alone is its midnight in UTC. */
export function instantMs(value: unknown): number | undefined {
  const plain = typeof value === 'string' ? plainUtcMs(value) : undefined;
  if (plain !== undefined) return plain;
  const match = parts(value);
  if (match === undefined) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const midnight = midnightMs(Number(year), Number(month), Number(day));
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const ofDay = (Number(hour) * 60 + Number(minute) - offsetMinutes(zone)) * 60_000 + Number(second) * 1_000;
  return midnight + ofDay + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** An RFC 3339 instant in UTC with milliseconds. */
export function asInstant(value: unknown): string | undefined {
  const ms = instantMs(value);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** The calendar day as it was written: a due date in +01:00 is that day, not the evening before. */
export function asDate(value: unknown): string | undefined {
  return parts(value)?.[0].slice(0, 10);
}
