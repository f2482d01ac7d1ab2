// Lists: filters, batches of ids, paging and totals.
import type { Reply } from '../server/reply.ts';
import { isRecord } from '../server/row.ts';
import { type Asked, type Deviations, isList, type Surroundings } from './deviation.ts';
import { type JsonObject, parsed, withBody, without } from './json-body.ts';

const PLAIN = ['fields', 'offset', 'limit', 'sort', 'cursor'];
/** Rows of one page of the simulator, at most. */
const PAGE = 1_000;

function searching(asked: Asked, change: (parameters: URLSearchParams) => void): Asked {
  const parameters = new URLSearchParams(asked.search);
  change(parameters);
  return { ...asked, search: parameters.toString() };
}

const filterNames = (parameters: URLSearchParams): string[] =>
  [...new Set(parameters.keys())].filter((name) => !PLAIN.includes(name));

function withoutFilters(asked: Asked, drops: (name: string) => boolean): Asked {
  if (!isList(asked)) return asked;
  return searching(asked, (parameters) => {
    for (const name of filterNames(parameters)) if (drops(name)) parameters.delete(name);
  });
}

const NO_ROWS: Reply = {
  status: 200,
  headers: { 'content-type': 'application/json', 'x-total-count': '0', 'x-result-count': '0' },
  body: '[]',
};

const hasIds = (asked: Asked, fits: (values: readonly string[]) => boolean): boolean =>
  isList(asked) && fits(new URLSearchParams(asked.search).getAll('id'));
const hasComma = (values: readonly string[]): boolean => values.some((value) => value.includes(','));

/** Every row that fits the filters, from an offset on. */
function allRows(asked: Asked, around: Surroundings, from: number): unknown[] {
  const rows: unknown[] = [];
  for (let offset = from; ; offset += PAGE) {
    const page = around.honest(
      searching(asked, (parameters) => {
        parameters.set('offset', String(offset));
        parameters.set('limit', String(PAGE));
      }),
    );
    const part = parsed(page.body);
    if (!Array.isArray(part)) return rows;
    rows.push(...part);
    if (part.length < PAGE) return rows;
  }
}

export const numberOf = (asked: Asked, name: string): number =>
  Number(new URLSearchParams(asked.search).get(name) ?? 0);

function whole(reply: Reply, asked: Asked, around: Surroundings, from: number): Reply {
  if (!isList(asked) || reply.status >= 300) return reply;
  return { ...withBody(reply, allRows(asked, around, from)), status: 200 };
}

const totalled = (reply: Reply, asked: Asked, total: string | undefined): Reply => {
  if (!isList(asked) || reply.status >= 300) return reply;
  const headers = without(reply.headers, 'x-total-count', 'x-result-count');
  return { ...reply, headers: total === undefined ? headers : { ...headers, 'x-total-count': total } };
};

function onPage(change: (rows: readonly JsonObject[], asked: Asked, around: Surroundings) => unknown[]) {
  return (reply: Reply, asked: Asked, around: Surroundings): Reply => {
    const rows = isList(asked) && reply.status < 300 ? parsed(reply.body) : undefined;
    return Array.isArray(rows) ? withBody(reply, change(rows.filter(isRecord), asked, around)) : reply;
  };
}

export const LISTS: Deviations = {
  'filters-ignored': {
    does: 'ignores every filter and gives all rows',
    ask: (asked) => withoutFilters(asked, () => true),
  },
  'nested-filters-ignored': {
    does: 'knows filters on first-level attributes alone; any other filter gives all rows',
    ask: (asked) => withoutFilters(asked, (name) => name.includes('.')),
  },
  'nested-filters-empty': {
    does: 'knows filters on first-level attributes alone; any other filter gives no rows',
    ask: (asked) =>
      isList(asked) && filterNames(new URLSearchParams(asked.search)).some((name) => name.includes('.'))
        ? NO_ROWS
        : asked,
  },
  'comma-empty': {
    does: 'takes repeated parameters; a comma in a filter is part of the value, so that nothing fits',
    ask: (asked) =>
      isList(asked) &&
      filterNames(new URLSearchParams(asked.search)).some((name) =>
        hasComma(new URLSearchParams(asked.search).getAll(name)),
      )
        ? NO_ROWS
        : asked,
  },
  'ids-comma-only': {
    does: 'takes ids with commas; of repeated ids it looks at the first',
    ask: (asked) =>
      hasIds(asked, (values) => values.length > 1)
        ? searching(asked, (parameters) => parameters.set('id', parameters.get('id') ?? ''))
        : asked,
  },
  'ids-ignored': {
    does: 'has no filter by id: any gives all rows',
    ask: (asked) => withoutFilters(asked, (name) => name === 'id'),
  },
  'fields-ignored': {
    does: 'sends every attribute, whatever fields says',
    ask: (asked) => searching(asked, (parameters) => parameters.delete('fields')),
  },
  'sort-ignored': {
    does: 'sends rows in its own order',
    ask: (asked) => searching(asked, (parameters) => parameters.delete('sort')),
  },
  'limit-ignored': {
    does: 'sends all rows from the offset on, whatever limit says',
    answer: (reply, asked, around) => whole(reply, asked, around, numberOf(asked, 'offset')),
  },
  'paging-ignored': {
    does: 'sends all rows, whatever offset and limit say',
    answer: (reply, asked, around) => whole(reply, asked, around, 0),
  },
  'limit-capped': {
    does: 'never sends more than twenty rows in a page',
    ask: (asked) =>
      isList(asked)
        ? searching(asked, (parameters) =>
            parameters.set('limit', String(Math.min(20, Number(parameters.get('limit') ?? 20)))),
          )
        : asked,
  },
  'pages-repeat': {
    does: 'honours limit and ignores offset: every page is the first one',
    ask: (asked) => (isList(asked) ? searching(asked, (parameters) => parameters.delete('offset')) : asked),
  },
  'pages-by-link': {
    does: 'says 200 and gives no total: where the list goes on is a cursor in Link, and offset is ignored',
    ask: (asked) =>
      isList(asked)
        ? searching(asked, (parameters) => parameters.set('offset', cursorOf(parameters)))
        : asked,
    answer: linked,
  },
  'total-absent': {
    does: 'sends no X-Total-Count',
    answer: (reply, asked) => totalled(reply, asked, undefined),
  },
  'total-unfiltered': {
    does: 'counts the whole collection in X-Total-Count',
    answer: (reply, asked, around) =>
      totalled(
        reply,
        asked,
        isList(asked)
          ? around.honest({ ...asked, search: 'limit=1&offset=0' }).headers['x-total-count']
          : undefined,
      ),
  },
  'total-of-page': {
    does: 'counts the page in X-Total-Count',
    answer: (reply, asked) => totalled(reply, asked, reply.headers['x-result-count']),
  },
  'rows-twice': {
    does: 'sends every row twice',
    answer: onPage((rows) => rows.flatMap((row) => [row, row])),
  },
  'rows-foreign': {
    does: "mixes other tenants' rows into every list",
    answer: onPage((rows, _asked, around) => [...rows, ...strangers(rows, _asked, around)]),
  },
  'rows-endless': {
    does: 'never ends: behind the last row come ten million of nobody',
    answer: (reply, asked) => endless(reply, asked),
  },
};

function cursorOf(parameters: URLSearchParams): string {
  const offset = Buffer.from(parameters.get('cursor') ?? '', 'base64url')
    .toString('utf8')
    .replace('from:', '');
  parameters.delete('cursor');
  return /^\d{1,9}$/.test(offset) ? offset : '0';
}

function linked(reply: Reply, asked: Asked, around: Surroundings): Reply {
  const rows = isList(asked) && reply.status < 300 ? parsed(reply.body) : undefined;
  if (!Array.isArray(rows)) return reply;
  const parameters = new URLSearchParams(asked.search);
  const next = numberOf(asked, 'offset') + rows.length;
  const more = next < Number(reply.headers['x-total-count'] ?? next + 1) && rows.length > 0;
  parameters.delete('offset');
  parameters.set('cursor', Buffer.from(`from:${next}`).toString('base64url'));
  const headers = without(reply.headers, 'x-total-count', 'x-result-count', 'link');
  const link = `<${around.base}/${asked.segments[0]}?${parameters}>; rel="next"`;
  return { ...reply, status: 200, headers: more ? { ...headers, link } : headers };
}

const STRANGERS = 3;

/** Rows that the filters don't let through, as a careless join would. */
function strangers(rows: readonly JsonObject[], asked: Asked, around: Surroundings): unknown[] {
  const own = new Set(rows.map(({ id }) => id));
  const others = around.honest({
    ...searching(asked, (parameters) => {
      for (const name of filterNames(parameters)) parameters.delete(name);
      parameters.set('offset', '0');
      parameters.set('limit', String(PAGE));
    }),
  });
  const all = parsed(others.body);
  const list = Array.isArray(all) ? all.filter((row) => isRecord(row) && !own.has(row.id)) : [];
  return list.slice(-STRANGERS);
}

function endless(reply: Reply, asked: Asked): Reply {
  const rows = isList(asked) && reply.status < 300 ? parsed(reply.body) : undefined;
  if (!Array.isArray(rows)) return reply;
  const limit = numberOf(asked, 'limit') || 100;
  const offset = numberOf(asked, 'offset');
  const filled = Array.from(
    { length: limit },
    (_, at) => rows[at] ?? { id: `nobody-${offset + at}`, name: 'x' },
  );
  return {
    ...withBody(reply, filled),
    status: 206,
    headers: { ...reply.headers, 'x-total-count': '10000000', 'x-result-count': String(limit) },
  };
}
