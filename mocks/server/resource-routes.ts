// The TMF630 operations on one resource: list, read, create, change, remove.
import { rowJson } from './matching.ts';
import { parseQuery, type Query } from './query.ts';
import { failure, json, NO_CONTENT, type Reply } from './reply.ts';
import { isRecord, RefusedRequest, type Row } from './row.ts';
import type { Found, Store } from './store.ts';
import type { Look } from './table.ts';

export interface Incoming {
  readonly method: string;
  readonly id: string | undefined;
  /** Without the question mark. */
  readonly search: string;
  readonly contentType: string;
  readonly body: string;
}

export interface ResourceContext {
  readonly store: Store;
  readonly version: string;
  /** Address of the collection. */
  readonly collection: string;
  /** Keeps the row and sets in motion what follows from it. */
  readonly write: (after: Row, before?: Row) => void;
  readonly remove: (row: Row) => void;
  readonly look: Look;
  readonly newId: () => string;
}

function parseBody({ body, contentType }: Incoming): Record<string, unknown> {
  if (contentType.includes('json-patch')) throw new RefusedRequest(415, 'send a merge patch');
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new RefusedRequest(400, 'the body is not JSON');
  }
  if (!isRecord(parsed)) throw new RefusedRequest(400, 'the body must be an object');
  return parsed;
}

/** RFC 7396: null takes away, objects merge, everything else replaces. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

function links(
  { collection }: ResourceContext,
  search: string,
  { offset, limit }: Query,
  total: number | undefined,
): string {
  const link = (rel: string, at: number): string => {
    const parameters = new URLSearchParams(search);
    parameters.set('offset', String(at));
    parameters.set('limit', String(limit));
    return `<${collection}?${parameters}>; rel="${rel}"`;
  };
  const step = Math.max(1, limit);
  const all = [link('self', offset), link('first', 0)];
  if (offset > 0) all.push(link('prev', Math.max(0, offset - step)));
  if (total === undefined || offset + limit < total) all.push(link('next', offset + step));
  if (total !== undefined) all.push(link('last', Math.max(0, Math.ceil(total / step) - 1) * step));
  return all.join(', ');
}

function isWhole({ rows, total }: Found, { offset, limit }: Query): boolean {
  return total === undefined ? offset === 0 && rows.length < limit : rows.length === total;
}

// 206 is for clients that page: TM Forum's conformance kits take nothing but 200 for a list without offset and limit
function list(context: ResourceContext, search: string): Reply {
  const query = parseQuery(search);
  const found = context.store.list(query);
  const body = `[${found.rows.map((row) => rowJson(row, query.fields, context.store.table.always)).join(',')}]`;
  return json(query.isPaged && !isWhole(found, query) ? 206 : 200, body, {
    'x-result-count': String(found.rows.length),
    ...(found.total === undefined ? {} : { 'x-total-count': String(found.total) }),
    ...(context.version === 'v5' ? { link: links(context, search, query, found.total) } : {}),
  });
}

function rowOf({ store }: ResourceContext, id: string): Row {
  const row = store.get(id);
  if (row === undefined) throw new RefusedRequest(404, `no ${store.table.resource} has this id`);
  return row;
}

function create(context: ResourceContext, incoming: Incoming): Reply {
  const { store, collection } = context;
  const body = parseBody(incoming);
  const missing = store.table.mandatory.filter((name) => body[name] === undefined || body[name] === null);
  if (missing.length > 0) throw new RefusedRequest(400, `missing: ${missing.join(', ')}`);
  const id = typeof body.id === 'string' && body.id !== '' ? body.id : context.newId();
  if (store.get(id) !== undefined) throw new RefusedRequest(409, 'the id is taken');
  const href = `${collection}/${encodeURIComponent(id)}`;
  const row = { '@type': store.table.type, ...body, ...store.table.created?.(body, context.look), id, href };
  context.write(row);
  return json(201, rowJson(row), { location: href });
}

function change(context: ResourceContext, incoming: Incoming, id: string): Reply {
  const { table } = context.store;
  const before = rowOf(context, id);
  const patch = parseBody(incoming);
  if (patch.id !== undefined && String(patch.id) !== id)
    throw new RefusedRequest(400, 'id cannot be changed');
  const lost = table.mandatory.find((name) => patch[name] === null);
  if (lost !== undefined) throw new RefusedRequest(400, `${lost} is mandatory`);
  const decided = table.changed?.(before, patch);
  const after = merged(before, { ...patch, ...decided, id: before.id, href: before.href });
  // merging an object into a row that keeps its id gives a row
  const row = after as Row;
  context.write(row, before);
  return json(200, rowJson(row));
}

/** Answers, or throws RefusedRequest. */
export function answerResource(context: ResourceContext, incoming: Incoming): Reply {
  const { allows } = context.store.table;
  const { method, id } = incoming;
  if (id === undefined) {
    if (method === 'GET') return list(context, incoming.search);
    if (method === 'POST' && allows.post) return create(context, incoming);
  } else {
    if (method === 'GET') {
      const { fields } = parseQuery(incoming.search);
      return json(200, rowJson(rowOf(context, id), fields, context.store.table.always));
    }
    if (method === 'PATCH' && allows.patch) return change(context, incoming, id);
    if (method === 'DELETE' && allows.remove) {
      context.remove(rowOf(context, id));
      return NO_CONTENT;
    }
  }
  return failure(405, `${method} is not offered here`);
}
