// What a back end makes of filters, `fields`, batches of ids, pages, totals and sorting.

import { backEndRow } from '../tmf/backends.ts';
import type { Habits } from '../tmf/profile.ts';
import { encode, isFilterable } from '../tmf/query.ts';
import { all } from '../tmf/read.ts';
import { isRecord } from '../tmf/tmf-object.ts';
import { deviates, type Finding, fine } from './finding.ts';
import { type Heard, isHeard, type Questions, type Row } from './questions.ts';

/** A list that has been asked for once, without anything that could be ignored. */
export interface Sample {
  readonly resource: string;
  readonly rows: readonly Row[];
  readonly first: Heard;
}

/** No back end has an object that says so. */
export const NONSENSE = 'ssm-doctor-asks-for-nothing';
/** A row without an id is told by all of it. */
const idsOf = (rows: readonly Row[]) => rows.map((row) => String(row.id ?? JSON.stringify(row)));

/** `fields=id` on two rows. */
export async function fields(questions: Questions, { resource, rows }: Sample): Promise<Finding> {
  const answer = await questions.ask({ resource, query: 'fields=id&limit=2' });
  const sizeOf = (list: readonly Row[]) => Math.round(JSON.stringify(list).length / Math.max(1, list.length));
  if (!isHeard(answer) || answer.rows === undefined)
    return deviates('fields', 'refused', { fields: false }, 'Asks for whole objects, and cuts them itself.');
  const ALWAYS = ['id', '_id', 'href', '@type', '@baseType', '@schemaLocation'];
  const extra = answer.rows.flatMap((row) => Object.keys(row)).filter((name) => !ALWAYS.includes(name));
  if (extra.length === 0) return fine('fields', 'honoured', { fields: true });
  const cost = `Cuts each answer itself; about ${sizeOf(rows)} bytes an object where a few would do.`;
  return deviates('fields', 'ignored', { fields: false }, cost);
}

const BELOW = 2;

/** Paths to ids in references, however deep, and to what is named as one: `tag.serviceId`. */
function references(row: Row, name: string, depth = 0): { path: string; value: string }[] {
  const [first] = all(row, name).filter((each) => isRecord(each));
  if (!isRecord(first) || depth > BELOW) return [];
  const named = Object.entries(first).flatMap(([key, value]) =>
    /^id$|[a-z]Id$/.test(key) && typeof value === 'string' ? [{ path: `${name}.${key}`, value }] : [],
  );
  const below = Object.keys(first).flatMap((key) => references(row, `${name}.${key}`, depth + 1));
  return [...named, ...below];
}

/** First-level texts first, then what lies in references: a path that the description has, and a value that some rows have. */
function candidates(config: Questions['config'], rows: readonly Row[]): { path: string; value: string }[] {
  const { filters: described } = backEndRow(config.api);
  const isDescribed = (path: string) => isFilterable(config, path) && (described?.includes(path) ?? true);
  const flat: { path: string; value: string }[] = [];
  const nested: { path: string; value: string }[] = [];
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (name === 'id' || name === 'href' || name.startsWith('@') || name.startsWith('_')) continue;
      if (typeof value === 'string' && /^[A-Za-z0-9_-]{1,40}$/.test(value)) flat.push({ path: name, value });
      nested.push(...references(row, name));
    }
  }
  // what lies nearest is what a lookup asks for most
  const near = nested.sort((a, b) => a.path.split('.').length - b.path.split('.').length);
  const first = (list: typeof flat) => list.find(({ path }) => isDescribed(path));
  return [first(flat), first(near)].filter((each) => each !== undefined);
}

type Honour = 'HONOURED' | 'IGNORED' | 'EMPTY' | 'REFUSED';

async function honours(questions: Questions, resource: string, path: string, value: string): Promise<Honour> {
  const none = await questions.ask({ resource, query: `${encode(path)}=${NONSENSE}&limit=5` });
  // some say 404 where a list is empty
  const isEmpty = isHeard(none) ? none.rows?.length === 0 : none.status === 404;
  if (!isEmpty) return isHeard(none) ? 'IGNORED' : 'REFUSED';
  const some = await questions.ask({ resource, query: `${encode(path)}=${encode(value)}&limit=5` });
  if (!isHeard(some) || some.rows === undefined) return 'REFUSED';
  return some.rows.some((row) => all(row, path).map(String).includes(value)) ? 'HONOURED' : 'EMPTY';
}

export async function filters(questions: Questions, { resource, rows, first }: Sample): Promise<Finding> {
  const tried = candidates(questions.config, rows);
  if (tried.length === 0)
    return { ...fine('filters', 'not found out: the rows have nothing to ask for'), profile: {} };
  const outcomes: { path: string; honour: Honour }[] = [];
  for (const { path, value } of tried) {
    outcomes.push({ path, honour: await honours(questions, resource, path, value) });
  }
  const bad = outcomes.filter(({ honour }) => honour !== 'HONOURED');
  if (bad.length === 0)
    return fine('filters', `honoured (${tried.map(({ path }) => path).join(', ')})`, { filters: true });
  const found = bad.map(({ path, honour }) => `${path}: ${honour.toLowerCase()}`).join(', ');
  const good = outcomes.filter(({ honour }) => honour === 'HONOURED').map(({ path }) => path);
  const pages = first.total === undefined ? 'every page of' : `all ${first.total} rows of`;
  return deviates(
    'filters',
    found,
    { filters: good.length === 0 ? false : good },
    `Filters again itself, and never authorizes by a filter: each lookup by such an attribute reads ${pages} ${resource}.`,
  );
}

export async function idBatch(questions: Questions, { resource, rows }: Sample): Promise<Finding> {
  const [one, two] = idsOf(rows).filter((id) => !id.includes(','));
  const { maxIds, profile } = questions.config;
  if (one === undefined || two === undefined || one === two)
    return fine('id batch', 'not found out: fewer than two rows');
  const both = async (query: string) => {
    const answer = await questions.ask({ resource, query: `${query}&limit=10` });
    const ids = isHeard(answer) ? new Set(idsOf(answer.rows ?? [])) : new Set<string>();
    return ids.size === 2 && ids.has(one) && ids.has(two);
  };
  const calls = (each: string) =>
    `${each}: 100 objects = ${Math.ceil(100 / maxIds)} request${maxIds < 100 ? 's' : ''}.`;
  if (await both(`id=${encode(one)},${encode(two)}`))
    return { ...fine('id batch', 'comma', { idBatch: 'comma' }), gateway: calls('Asks for id=a,b') };
  if (await both(`id=${encode(one)}&id=${encode(two)}`))
    return deviates(
      'id batch',
      'repeated parameters alone',
      { idBatch: 'repeated' },
      calls('Asks for id=a&id=b'),
    );
  return deviates(
    'id batch',
    'none',
    { idBatch: 'none' },
    `Asks for each object by itself: 100 ${resource}s = 100 requests, ${profile.lookupsAtOnce} at a time.`,
  );
}

export async function paging(questions: Questions, { resource, rows, first }: Sample): Promise<Finding[]> {
  const one = await questions.ask({ resource, query: 'offset=0&limit=2' });
  const two = await questions.ask({ resource, query: 'offset=2&limit=2' });
  if (!isHeard(one) || !isHeard(two) || one.rows === undefined || two.rows === undefined)
    return [deviates('paging', 'refused', { paging: 'none' }, 'Reads each list whole.')];
  if (one.rows.length > 2) {
    const cost = `Reads the whole list for each page${first.total === undefined ? '' : `: ${first.total} rows`}, and cuts it itself.`;
    return [deviates('paging', 'limit is ignored', { paging: 'none' }, cost)];
  }
  const cursor = /[?&](cursor|after|page[A-Za-z]*|marker|search[A-Za-z]*)=/i.test(one.header('link') ?? '');
  const repeats = two.rows.length > 0 && idsOf(two.rows)[0] === idsOf(one.rows)[0];
  if (repeats && cursor)
    return [
      deviates(
        'paging',
        'cursors in Link',
        { paging: 'cursor' },
        'Goes from page to page by the cursor; a position in the middle is walked to.',
      ),
    ];
  if (repeats)
    return [
      deviates(
        'paging',
        'offset is ignored',
        {},
        'Sees the repetition: a list longer than one page is an error, never short and never the same rows twice.',
      ),
    ];
  const large = await questions.ask({ resource, query: 'offset=0&limit=100' });
  const got = isHeard(large) ? (large.rows?.length ?? 0) : 0;
  const more = await questions.ask({ resource, query: `offset=${got}&limit=1` });
  const capped = got > 0 && got < 100 && isHeard(more) && (more.rows?.length ?? 0) > 0;
  const found = fine('paging', rows.length < 3 ? 'offset and limit; few rows to tell' : 'offset and limit', {
    paging: 'offset',
  });
  if (!capped) return [found];
  const cost = `Goes on after a short page: 1000 rows = ${Math.ceil(1000 / got)} requests.`;
  return [found, deviates('page size', `never more than ${got} rows`, { maxPage: got }, cost)];
}

export async function totals(questions: Questions, { resource, rows, first }: Sample): Promise<Finding> {
  const unknown = (found: string) =>
    deviates('totals', found, { totals: 'none' }, 'totalCount is null; a list ends at a page that is short.');
  if (first.total === undefined) return unknown('no X-Total-Count');
  const short = await questions.ask({ resource, query: 'offset=0&limit=1' });
  if (isHeard(short) && short.total === 1 && rows.length > 1) return unknown('counts the page');
  const [candidate] = candidates(questions.config, rows);
  const none = await questions.ask({
    resource,
    query: `${encode(candidate?.path ?? 'id')}=${NONSENSE}&limit=1`,
  });
  if (!isHeard(none) || none.total === undefined) return unknown('no X-Total-Count where nothing fits');
  if (none.total === 0) return fine('totals', 'of what the filter lets through', { totals: 'filtered' });
  return deviates(
    'totals',
    'of the whole collection',
    { totals: 'unfiltered' },
    'totalCount is null where there is a filter.',
  );
}

export async function sorting(questions: Questions, { resource, rows }: Sample): Promise<Finding> {
  const up = await questions.ask({ resource, query: 'sort=id&limit=2' });
  const down = await questions.ask({ resource, query: 'sort=-id&limit=2' });
  const says = (found: string) =>
    deviates(
      'sort',
      found,
      { sort: false } satisfies Habits,
      'Does not ask for an order: rows come as the back end has them.',
    );
  if (!isHeard(up) || !isHeard(down)) return says('refused');
  const same = idsOf(up.rows ?? [])[0] === idsOf(down.rows ?? [])[0];
  return same && rows.length > 1 ? says('ignored') : fine('sort', 'honoured', { sort: true });
}
