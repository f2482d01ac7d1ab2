// Query strings as TMF630 spells them: filters, `fields`, `sort`, paging, and ids in as few calls as will fit.
import type { BackEndConfig } from './providers.ts';
import { differenceOf, madeOf } from './versions/differences.ts';

/** TMF630: a dotted path, optionally with `.gt .gte .lt .lte .ne` behind, to a value or several (= or). */
export type Filter = Readonly<Record<string, string | readonly string[]>>;

/** As one part of a URL. */
export function encode(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // half a surrogate pair, which a client can send; looked for only now, for every id goes this way
    return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  }
}

const fieldOf = (path: string) => path.split('.')[0] ?? path;

/** The first-level names to ask for: what is wanted, what is filtered by, and the id that some leave out. */
export function fieldNames(
  fields: readonly string[] | undefined,
  paths: readonly string[],
): readonly string[] | undefined {
  return fields === undefined ? undefined : [...new Set(['id', ...[...fields, ...paths].map(fieldOf)])];
}

/** One parameter, or undefined where the back end can't be asked for these values in one call. */
export function parameter(
  config: BackEndConfig,
  path: string,
  values: readonly string[],
): string | undefined {
  const single = values.length === 1;
  switch (config.profile.idBatch) {
    case 'repeated':
      return values.map((value) => `${encode(path)}=${encode(value)}`).join('&');
    case 'comma':
      // a comma inside a value can't be told from the one between values: back ends decode before they split
      return values.some((value) => value.includes(','))
        ? undefined
        : `${encode(path)}=${values.map(encode).join(',')}`;
    case 'none':
      return single && !values[0]?.includes(',') ? `${encode(path)}=${encode(values[0] ?? '')}` : undefined;
  }
}

export interface SentFilter {
  readonly parameters: readonly string[];
  /** False where a part stays unsent: the answer is then a superset, and its total says nothing. */
  readonly whole: boolean;
}

/** Whether there is such a path at all in what the back end's version describes. */
export function isFilterable(
  { api, version }: Pick<BackEndConfig, 'api' | 'version'>,
  path: string,
): boolean {
  const difference = differenceOf(api, version);
  return difference === undefined || madeOf(difference, path) === undefined;
}

/** Whether a filter by the path, with or without an operator behind it, is worth sending. */
export function honours(config: BackEndConfig, path: string): boolean {
  const { filters } = config.profile;
  if (filters === false) return false;
  const bare = path.replace(/\.(?:gte?|lte?|ne|eq)$/, '');
  if (!isFilterable(config, bare)) return false;
  return filters === true || filters.includes(path) || filters.includes(bare);
}

export function filterParameters(config: BackEndConfig, filter: Filter): SentFilter {
  const entries = Object.entries(filter);
  const parameters: string[] = [];
  // half of the room: the other half is for fields, and for the values that a lookup is by
  let room = config.maxUrlLength / 2;
  for (const [path, value] of entries) {
    if (!honours(config, path)) continue;
    const each =
      typeof value === 'string' && value.includes(',') && config.profile.idBatch === 'comma'
        ? `${encode(path)}=${value.split(',').map(encode).join(',')}`
        : parameter(config, path, typeof value === 'string' ? [value] : value);
    if (each === undefined || each.length > room) continue;
    room -= each.length + 1;
    parameters.push(each);
  }
  return { parameters, whole: parameters.length === entries.length };
}

export function fieldsParameter(
  config: BackEndConfig,
  names: readonly string[] | undefined,
): readonly string[] {
  return names === undefined || !config.profile.fields ? [] : [`fields=${names.map(encode).join(',')}`];
}

export function sortParameter(config: BackEndConfig, sort: string | undefined): readonly string[] {
  return sort === undefined || !config.profile.sort ? [] : [`sort=${sort.split(',').map(encode).join(',')}`];
}

/** The values cut into batches, each short enough for one call beside `otherLength` characters of query. */
export function batches(
  config: BackEndConfig,
  path: string,
  values: readonly string[],
  otherLength: number,
): readonly (readonly string[])[] {
  if (config.profile.idBatch === 'none') return values.map((value) => [value]);
  const perValue = config.profile.idBatch === 'repeated' ? encode(path).length + 2 : 1;
  const room = config.maxUrlLength - config.basePath.length - otherLength - path.length;
  const all: string[][] = [];
  let batch: string[] = [];
  let length = 0;
  for (const value of values) {
    const cost = encode(value).length + perValue;
    if (batch.length > 0 && (batch.length >= config.maxIds || length + cost > room)) {
      all.push(batch);
      batch = [];
      length = 0;
    }
    batch.push(value);
    length += cost;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}
