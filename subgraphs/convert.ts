// From a back end's value to the graph's: one conversion for each scalar and shared type, garbage to null.
import * as read from './tmf/read.ts';

export type Convert = (value: unknown) => unknown;

const period: Convert = (value) => {
  if (typeof value !== 'object' || value === null) return null;
  const { startDateTime, endDateTime } = value as { startDateTime?: unknown; endDateTime?: unknown }; // checked by asInstant
  return { start: read.asInstant(startDateTime) ?? null, end: read.asInstant(endDateTime) ?? null };
};

const places = new Map<string, number>();

/** ISO 4217's minor units: 2 for EUR, 0 for JPY. */
export function minorUnits(currency: string): number {
  const known = places.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const made = format.resolvedOptions().minimumFractionDigits ?? 2;
  places.set(currency, made);
  return made;
}

/** `58.8` is written `58.80`; what has more places than its currency keeps them. */
function money(value: unknown): read.Money | null {
  const found = read.asMoney(value);
  if (found === undefined) return null;
  const [whole = '0', fraction = ''] = found.amount.split('.');
  const digits = fraction.padEnd(minorUnits(found.currency), '0');
  return { amount: digits === '' ? whole : `${whole}.${digits}`, currency: found.currency };
}

const SCALARS: Readonly<Record<string, Convert>> = {
  String: (value) => read.asText(value) ?? null,
  ID: (value) => read.asText(value) ?? null,
  Int: (value) => read.asInt(value) ?? null,
  Float: (value) => read.asNumber(value) ?? null,
  Boolean: (value) => read.asBoolean(value) ?? null,
  DateTime: (value) => read.asInstant(value) ?? null,
  Date: (value) => read.asDate(value) ?? null,
  Decimal: (value) => read.asDecimal(value) ?? null,
  Money: (value) => money(value),
  Quantity: (value) => {
    const quantity = read.asQuantity(value);
    return quantity === undefined ? null : { amount: Number(quantity.amount), unit: quantity.unit ?? null };
  },
  Period: period,
  Characteristic: (value) => {
    if (typeof value !== 'object' || value === null) return null;
    const { name, value: held } = value as { name?: unknown; value?: unknown }; // both are converted next
    const text = read.asText(name);
    return text === undefined ? null : { name: text, value: read.asText(held) ?? null };
  },
};

const MEASURES: readonly string[] = ['Money', 'Decimal', 'Float', 'Int', 'Quantity'];

/** A number that is there and is none: nobody may take it for nothing. An empty text is a value that isn't there. */
export function isUnreadable(type: string, value: unknown): boolean {
  return MEASURES.includes(type) && value !== null && value !== '';
}

const MAX_SPELLINGS = 200;

/** An unknown word becomes OTHER where the enum has it, else null. */
function enumConvert(words: ReadonlyMap<string, string>): Convert {
  const byWord = new Map([...words].map(([name, word]) => [read.folded(word), name]));
  const other = words.has('OTHER') ? 'OTHER' : null;
  // a back end writes each word in its own way, and always in the same
  const asWritten = new Map<string, string | null>();
  return (value) => {
    if (typeof value !== 'string') return null;
    const known = asWritten.get(value);
    if (known !== undefined) return known;
    const found = byWord.get(read.folded(value)) ?? other;
    if (asWritten.size < MAX_SPELLINGS) asWritten.set(value, found);
    return found;
  };
}

const ofEnums = new WeakMap<ReadonlyMap<string, string>, Convert>();

/** The conversion to a named type; undefined for object types, whose parts are items themselves. */
export function converterFor(
  type: string,
  enums: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Convert | undefined {
  const words = enums.get(type);
  if (words === undefined) return SCALARS[type];
  const convert = ofEnums.get(words) ?? enumConvert(words);
  ofEnums.set(words, convert);
  return convert;
}
