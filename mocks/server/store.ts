// Finds, creates, changes and removes the rows of one table; what clients wrote lies over what the world draws.
import { LRUCache } from 'lru-cache';
import type { Directory } from './directory.ts';
import { matcher, sorted } from './matching.ts';
import type { Condition, Query } from './query.ts';
import { RefusedRequest, type Row } from './row.ts';
import { ASK_ALL, type Ask, askOf, type Table } from './table.ts';

export interface Found {
  readonly rows: readonly Row[];
  /** Undefined where counting would take too long. */
  readonly total: number | undefined;
}

export interface Store {
  readonly table: Table;
  get(id: string): Row | undefined;
  list(query: Query): Found;
  put(row: Row, isNew: boolean): void;
  remove(id: string): void;
}

const KEPT_OWNERS = 20_000;
const KEPT_SCANS = 16;
/** A scan that passed this many generated, moving rows stops counting; one that needs them all is refused. */
const MAX_MOVING_SCAN = 2_000;

export function createStore(table: Table, directory: Directory): Store {
  const written = new Map<string, Row>();
  const created = new Set<string>();
  const removed = new Set<string>();
  const commonById = new Map(table.common.map((row) => [String(row.id), row]));
  // by size: by `max` it would make room for all of them at once, for each of dozens of tables
  const kept = new LRUCache<string, readonly Row[]>({ maxSize: KEPT_OWNERS, sizeCalculation: () => 1 });
  const scans = new LRUCache<string, readonly string[]>({ max: KEPT_SCANS });
  let version = 0;

  function owned(owner: string, ask: Ask, keep: boolean): readonly Row[] {
    if (table.moving) return table.owned(owner, ask);
    const key = `${owner}@${directory.epoch()}`;
    const before = kept.get(key);
    if (before !== undefined) return before;
    if (!keep) return table.owned(owner, ask);
    const rows = table.owned(owner, ASK_ALL);
    kept.set(key, rows);
    return rows;
  }

  /** Rows as the world draws them, without those that a client has changed or removed. */
  function untouched(rows: readonly Row[]): readonly Row[] {
    if (written.size === 0 && removed.size === 0) return rows;
    return rows.filter(({ id }) => !written.has(String(id)) && !removed.has(String(id)));
  }

  function createdRows(): Row[] {
    return [...created].map((id) => written.get(id)).filter((row) => row !== undefined);
  }

  function get(id: string): Row | undefined {
    const own = written.get(id);
    if (own !== undefined) return own;
    if (removed.has(id)) return undefined;
    const common = commonById.get(id);
    if (common !== undefined) return common;
    const owner = table.ownerOfId === undefined ? directory.ownerOf(id) : table.ownerOfId(id);
    if (owner === undefined) return undefined;
    const ask = askOf([
      { path: 'id', steps: ['id'], operator: 'eq', values: [id], set: new Set([id]), instants: [] },
    ]);
    return owned(owner, ask, true).find((row) => String(row.id) === id);
  }

  function* owners(): Generator<string> {
    yield* directory.pinned;
    if (table.perSubscriber === 0) return;
    for (let index = 1; index <= directory.subscribers; index += 1) yield directory.subscriberOwner(index);
  }

  /** The owners that a filter on a linked path names, or undefined where none does. */
  function namedOwners(conditions: readonly Condition[]): ReadonlySet<string> | undefined {
    for (const { operator, path, values } of conditions) {
      const linked = table.linked.includes(path);
      if (operator !== 'eq' || (!linked && table.hinted?.includes(path) !== true)) continue;
      const named = values.map((value) => directory.ownerOf(value));
      if (!linked && named.includes(undefined)) continue;
      return new Set(named.filter((owner) => owner !== undefined));
    }
    return undefined;
  }

  function narrow(candidates: readonly (readonly Row[])[], query: Query): Found {
    const matches = matcher(query.conditions);
    const rows = sorted(
      candidates.flatMap((part) => part.filter(matches)),
      query.sort,
    );
    return { rows: rows.slice(query.offset, query.offset + query.limit), total: rows.length };
  }

  /** The unfiltered list: positions are reckoned, so that a page deep in a large world costs a page. */
  function pageOfAll(query: Query, perSubscriber: number): Found {
    const head = [...table.common, ...directory.pinned.flatMap((owner) => owned(owner, ASK_ALL, true))];
    const drawn = head.length + directory.subscribers * perSubscriber;
    const extra = createdRows();
    const rows: Row[] = [];
    const end = Math.min(drawn + extra.length, query.offset + query.limit);
    for (let at = query.offset; at < end; at += 1) {
      const behind = at - head.length;
      const row =
        behind < 0
          ? head[at]
          : at >= drawn
            ? extra[at - drawn]
            : owned(directory.subscriberOwner(1 + Math.floor(behind / perSubscriber)), ASK_ALL, true)[
                behind % perSubscriber
              ];
      if (row !== undefined) rows.push(row);
    }
    const now = rows.map((row) => written.get(String(row.id)) ?? row);
    return { rows: now, total: drawn + extra.length };
  }

  /** Counts what is pinned to the end; behind that it stops when the page is full and the bound is passed. */
  function scanMoving(query: Query): Found {
    const matches = matcher(query.conditions);
    const ask = askOf(query.conditions);
    const rows = [...table.common, ...directory.pinned.flatMap((owner) => owned(owner, ask, false))];
    const found = [...untouched(rows), ...written.values()].filter(matches);
    const end = query.sort.length === 0 ? query.offset + query.limit : Number.POSITIVE_INFINITY;
    let [passed, index] = [0, 1];
    const subscribers = table.perSubscriber === 0 ? 0 : directory.subscribers;
    for (; index <= subscribers && (passed < MAX_MOVING_SCAN || found.length < end); index += 1) {
      if (passed >= MAX_MOVING_SCAN && query.sort.length > 0) break;
      const drawn = owned(directory.subscriberOwner(index), ask, false);
      // an owner without rows costs as much as one with a row
      passed += 1 + drawn.length;
      found.push(...untouched(drawn).filter(matches));
    }
    const isWhole = index > subscribers;
    if (!isWhole && query.sort.length > 0)
      throw new RefusedRequest(400, 'too many rows to sort: add a filter');
    const page = sorted(found, query.sort).slice(query.offset, query.offset + query.limit);
    return { rows: page, total: isWhole ? found.length : undefined };
  }

  /** Rows that don't move are scanned once for each filter; what fitted is kept by id. */
  function scanStill(query: Query): Found {
    const filter = query.conditions.map(({ path, operator, values }) => [path, operator, values]);
    const key = JSON.stringify([directory.epoch(), version, filter, query.sort]);
    let ids = scans.get(key);
    if (ids === undefined) {
      const matches = matcher(query.conditions);
      const ask = askOf(query.conditions);
      const rows: Row[] = untouched(table.common).filter(matches);
      for (const owner of owners()) rows.push(...untouched(owned(owner, ask, false)).filter(matches));
      rows.push(...[...written.values()].filter(matches));
      ids = sorted(rows, query.sort).map((row) => String(row.id));
      scans.set(key, ids);
    }
    const page = ids.slice(query.offset, query.offset + query.limit).map(get);
    return { rows: page.filter((row) => row !== undefined), total: ids.length };
  }

  return {
    table,
    get,
    list(query) {
      const { conditions } = query;
      const byId = conditions.find(({ path, operator }) => path === 'id' && operator === 'eq');
      if (byId !== undefined)
        return narrow([[...byId.set].map(get).filter((row) => row !== undefined)], query);
      const named = namedOwners(conditions);
      if (named !== undefined) {
        const ask = askOf(conditions);
        const drawn = [...named].map((owner) => untouched(owned(owner, ask, true)));
        return narrow([untouched(table.common), ...drawn, [...written.values()]], query);
      }
      if (conditions.length + query.sort.length + removed.size === 0 && table.perSubscriber !== undefined) {
        return pageOfAll(query, table.perSubscriber);
      }
      return table.moving ? scanMoving(query) : scanStill(query);
    },
    put(row, isNew) {
      const id = String(row.id);
      version += 1;
      written.set(id, row);
      removed.delete(id);
      if (!isNew) return;
      created.add(id);
      const oldest = created.values().next();
      if (table.keptCreated !== undefined && created.size > table.keptCreated && !oldest.done) {
        created.delete(oldest.value);
        written.delete(oldest.value);
      }
    },
    remove(id) {
      version += 1;
      written.delete(id);
      if (!created.delete(id)) removed.add(id);
    },
  };
}
