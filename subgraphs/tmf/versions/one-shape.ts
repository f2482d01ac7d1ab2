// Objects, paths and queries between our one shape and that of a version, by its difference.
import { asList, asText, at } from '../read.ts';
import { isRecord } from '../tmf-object.ts';
import type { Difference, Names } from './difference.ts';
import { madeOf } from './differences.ts';

type Json = Readonly<Record<string, unknown>>;

/** Stays with the role when the rest is one level deeper. */
const OUTSIDE = ['role', '@type', '@baseType', '@schemaLocation'];
/** How an identifier of ours is told from others' in their list. */
const OWNER = 'ssm-gateway';

const swapped = (names: Names): Names =>
  Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, ours]));

/** A path of ours, with or without an operator behind it, as the version has it. */
export function theirPath(
  { attributes = {}, wrapped = {}, identifiers = {} }: Difference,
  path: string,
): string {
  const longest = Object.keys({ ...attributes, ...identifiers })
    .filter((name) => path === name || path.startsWith(`${name}.`))
    .sort((a, b) => b.length - a.length)[0];
  const renamed =
    longest === undefined
      ? path
      : (attributes[longest] ?? `${identifiers[longest]}.id`) + path.slice(longest.length);
  const segments = renamed.split('.');
  return segments
    .flatMap((segment, index) => {
      const inner = wrapped[segment];
      const next = segments[index + 1];
      return inner === undefined || next === undefined || OUTSIDE.includes(next)
        ? [segment]
        : [segment, inner];
    })
    .join('.');
}

/** A query string as `query.ts` writes it, with every name as the version has it. */
export function theirQuery(difference: Difference, query: string): string {
  const path = (text: string) => encodeURIComponent(theirPath(difference, decodeURIComponent(text)));
  return query
    .split('&')
    .map((part) => {
      const [name = '', ...rest] = part.split('=');
      const value = rest.join('=');
      if (name === 'fields') {
        const first = value
          .split(',')
          .flatMap((each) => madeOf(difference, decodeURIComponent(each)) ?? path(each))
          .map((each) => each.split('.')[0]);
        return `fields=${[...new Set(first)].join(',')}`;
      }
      if (name === 'sort') {
        const sorted = value
          .split(',')
          .map((each) => (each.startsWith('-') ? `-${path(each.slice(1))}` : path(each)));
        return `sort=${sorted.join(',')}`;
      }
      return ['offset', 'limit', 'cursor'].includes(name) ? part : `${path(name)}=${value}`;
    })
    .join('&');
}

/** Their object as ours. */
export function ours(difference: Difference, raw: unknown, resource: string): unknown {
  if (!isRecord(raw)) return raw;
  const { attributes = {}, wrapped = {}, identifiers = {}, addressed = [], read } = difference;
  const flat = deep(raw, (name, value) => flattened(wrapped[name], value));
  const object = renamed(isRecord(flat) ? flat : raw, swapped(attributes));
  const named: Record<string, unknown> = { ...object };
  for (const [own, list] of Object.entries(identifiers)) {
    const all = asList(object[list]).filter(isRecord);
    const one = all.find(({ owner }) => owner === OWNER) ?? all[0];
    if (one !== undefined) named[own] = asText(one.id);
  }
  const referring = addressed.reduce<Json>((given, path) => identified(given, path.split('.')), named);
  return read === undefined ? referring : read(referring, resource);
}

/** The last part of the path; nothing is asked for there. */
function idIn(href: string): string | undefined {
  const last = /([^/?#]+)\/*(?:[?#].*)?$/.exec(href)?.[1];
  try {
    return last === undefined ? undefined : decodeURIComponent(last);
  } catch {
    return undefined;
  }
}

function identified(object: Json, [first, ...rest]: readonly string[]): Json {
  if (first === undefined) {
    const id = object.id === undefined ? idIn(asText(object.href) ?? '') : undefined;
    return id === undefined ? object : { ...object, id };
  }
  const inside = (each: unknown) => (isRecord(each) ? identified(each, rest) : each);
  const value = object[first];
  if (value === undefined) return object;
  return { ...object, [first]: Array.isArray(value) ? value.map(inside) : inside(value) };
}

/** What we send, as the version wants it. */
export function theirs(difference: Difference, body: unknown, resource: string): unknown {
  if (!isRecord(body)) return body;
  const { attributes = {}, wrapped = {}, identifiers = {}, write } = difference;
  const written: Record<string, unknown> = { ...(write === undefined ? body : write(body, resource)) };
  for (const [own, list] of Object.entries(identifiers)) {
    const id = asText(written[own]);
    if (id === undefined) continue;
    delete written[own];
    const [type, name] =
      list === 'externalReference'
        ? ['ExternalReference', 'externalReferenceType']
        : ['ExternalIdentifier', 'externalIdentifierType'];
    written[list] = [{ '@type': type, owner: OWNER, [name]: own, id }];
  }
  return deep(renamed(written, attributes), (name, value) => nested(wrapped[name], value));
}

function deep(value: unknown, change: (name: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => deep(each, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, change(name, deep(each, change))]),
  );
}

function flattened(inner: string | undefined, value: unknown): unknown {
  if (inner === undefined) return value;
  if (Array.isArray(value)) return value.map((each) => flattened(inner, each));
  if (!isRecord(value)) return value;
  const { [inner]: below, ...outside } = value;
  return isRecord(below) ? { ...below, ...outside } : value;
}

function nested(inner: string | undefined, value: unknown): unknown {
  if (inner === undefined) return value;
  if (Array.isArray(value)) return value.map((each) => nested(inner, each));
  if (!isRecord(value) || isRecord(value[inner])) return value;
  const entries = Object.entries(value);
  const outside = entries.filter(([name]) => OUTSIDE.includes(name));
  const inside = entries.filter(([name]) => !OUTSIDE.includes(name));
  return { ...Object.fromEntries(outside), [inner]: Object.fromEntries(inside) };
}

/** Each first name becomes the second; at one depth a key of its own, at different depths a value that moves. */
function renamed(object: Json, names: Names): Json {
  let result: Json = object;
  for (const [from, to] of Object.entries(names)) {
    const [fromParent, toParent] = [from, to].map((path) => path.split('.').slice(0, -1).join('.'));
    if (fromParent === toParent) result = keyRenamed(result, from.split('.'), to.split('.').at(-1) ?? to);
    else {
      const value = at(result, from);
      if (value !== undefined) result = { ...without(result, from), ...placed(to.split('.'), value) };
    }
  }
  return result;
}

function keyRenamed(object: Json, path: readonly string[], to: string): Json {
  const [first = '', ...rest] = path;
  if (!Object.hasOwn(object, first)) return object;
  const { [first]: value, ...others } = object;
  if (rest.length === 0) return { ...others, [to]: value };
  const inside = (each: unknown) => (isRecord(each) ? keyRenamed(each, rest, to) : each);
  return { ...object, [first]: Array.isArray(value) ? value.map(inside) : inside(value) };
}

const without = (object: Json, path: string): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== path.split('.')[0]));

const placed = ([first = '', ...rest]: readonly string[], value: unknown): Json =>
  rest.length === 0 ? { [first]: value } : { [first]: placed(rest, value) };
