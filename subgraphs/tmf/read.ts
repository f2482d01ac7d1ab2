// Reading what back ends send: paths through objects and lists, and conversions that never throw.
import Big from 'big.js';
import { isRecord } from './tmf-object.ts';

const INDEX = /^\d{1,6}$/;

/** Every value at the path, through any lists on the way; a number picks one element. Nulls are left out. */
export function all(value: unknown, path: string): readonly unknown[] {
  return gather(value, path.split('.'));
}

function gather(value: unknown, path: readonly string[]): readonly unknown[] {
  if (value === undefined || value === null) return [];
  const [first, ...rest] = path;
  if (Array.isArray(value)) {
    if (first !== undefined && INDEX.test(first)) return gather(value[Number(first)], rest);
    return value.flatMap((each) => gather(each, path));
  }
  if (first === undefined) return [value];
  return isRecord(value) ? gather(own(value, first), rest) : [];
}

/** The first value at the path, or undefined. A list at its end is given as it is. */
export function at(value: unknown, path: string): unknown {
  const [first, ...rest] = path === '' ? [] : path.split('.');
  if (first === undefined) return value ?? undefined;
  const below = rest.join('.');
  if (Array.isArray(value) && !INDEX.test(first)) {
    for (const element of value) {
      const found = at(element, path);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const next = Array.isArray(value) ? value[Number(first)] : isRecord(value) ? own(value, first) : undefined;
  return at(next, below);
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
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
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
  const text = asDecimal(value);
  return text === undefined ? undefined : Number(text);
}

/** A decimal as text, exact and without exponent. */
export function asDecimal(value: unknown): string | undefined {
  const text = asText(value);
  if (text === undefined || !/^[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?$/.test(text)) return undefined;
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

const PLAIN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** The form that most back ends write, by the engine's own parser. It makes March of the 30th of February: looked at again. */
function plainUtcMs(text: string): number | undefined {
  if (!PLAIN_UTC.test(text)) return undefined;
  const ms = Date.parse(text);
  return new Date(ms).getUTCDate() === Number(text.slice(8, 10)) ? ms : undefined;
}

/** Epoch milliseconds of a date or date-time; a date alone is its midnight in UTC. */
export function instantMs(value: unknown): number | undefined {
  const plain = typeof value === 'string' ? plainUtcMs(value) : undefined;
  if (plain !== undefined) return plain;
  const match = parts(value);
  if (match === undefined) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
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
