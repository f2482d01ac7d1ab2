// For tests: a back end with a small collection and the habits that were measured in the wild.
import { type Received, type Route, sendJson } from './misbehaving-server.ts';

export interface Bill {
  readonly id: string;
  readonly state: string;
  readonly account: { readonly id: string };
}

export const COLLECTION: readonly Bill[] = Array.from({ length: 25 }, (_, n) => ({
  id: `b-${n}`,
  state: n % 5 === 0 ? 'sent' : 'settled',
  account: { id: `acc-${n % 3}` },
}));

export interface Habits {
  readonly batch?: 'comma' | 'repeated' | 'ignored' | 'comma gives nothing';
  readonly filters?: 'honoured' | 'ignored';
  readonly total?: 'filtered' | 'unfiltered' | 'absent' | 'page';
  readonly limit?: 'honoured' | 'ignored' | number;
  readonly offset?: 'honoured' | 'ignored';
  readonly wrap?: (rows: readonly unknown[]) => unknown;
}

/** A back end with habits; GET by id always works. */
export function backEndWith({
  batch = 'comma',
  filters = 'honoured',
  total = 'absent',
  limit = 'honoured',
  offset = 'honoured',
  wrap = (rows) => rows,
}: Habits): Route {
  const valuesOf = (query: URLSearchParams, name: string): readonly string[] | undefined => {
    const given = query.getAll(name);
    if (given.length === 0 || batch === 'ignored') return undefined;
    if (batch === 'repeated') return given;
    return batch === 'comma' ? given.flatMap((each) => each.split(',')) : given;
  };
  return ({ url, query }: Received, response) => {
    const id = /\/customerBill\/([^/?]+)/.exec(url)?.[1];
    if (id !== undefined) {
      const found = COLLECTION.find((bill) => bill.id === decodeURIComponent(id));
      return found === undefined ? sendJson(response, {}, { status: 404 }) : sendJson(response, found);
    }
    const ids = valuesOf(query, 'id');
    const accounts = filters === 'honoured' ? valuesOf(query, 'account.id') : undefined;
    const state = filters === 'honoured' ? query.get('state') : null;
    const fitting = COLLECTION.filter(
      (bill) =>
        (ids?.includes(bill.id) ?? true) &&
        (accounts?.includes(bill.account.id) ?? true) &&
        (state === null || bill.state === state),
    );
    const from = offset === 'honoured' ? Number(query.get('offset') ?? 0) : 0;
    const asked = Number(query.get('limit') ?? 10);
    const count =
      limit === 'ignored' ? fitting.length : limit === 'honoured' ? asked : Math.min(asked, limit);
    const rows = fitting.slice(from, from + count);
    const totals = {
      filtered: fitting.length,
      unfiltered: COLLECTION.length,
      page: rows.length,
      absent: undefined,
    };
    const value = totals[total];
    sendJson(response, wrap(rows), {
      headers: value === undefined ? {} : { 'x-total-count': String(value) },
    });
  };
}
