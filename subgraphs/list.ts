// A page of what a principal may see: walks the back end's pages, checks every row, in a bounded number of calls.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { holds, reachOf, type SsmFunction } from '../schema/access.ts';
import type { TypeSheet } from '../schema/data-sheet.ts';
import { clientError, lacking } from '../schema/errors.ts';
import { idOfType } from '../schema/id.ts';
import { type Item, itemOf } from './item.ts';
import { equals } from './list-filter.ts';
import { meets, sourceOf } from './loads.ts';
import type { Objects } from './objects.ts';
import { filterPath } from './path.ts';
import type { Filter, TmfObject } from './tmf/client.ts';

export const DEFAULT_FIRST = 20;
export const MAX_FIRST = 200;
/** REST calls for one page of the graph that gave rows not to be seen: a reader with little to see is told to go on. */
const MAX_CALLS = 8;
/** For lists that are computed over, where nobody can go on: most of what an operation may ask. */
const MAX_CALLS_WHOLE = 150;

export interface Edge {
  readonly cursor: string;
  readonly node: Item;
}

/** Made when it is asked for: most clients read `nodes`, and the cursor of the end alone. */
class LazyEdge implements Edge {
  readonly node: Item;
  readonly #position: Position;
  readonly #cursors: Cursors;

  constructor(node: Item, position: Position, cursors: Cursors) {
    this.node = node;
    this.#position = position;
    this.#cursors = cursors;
  }
  get cursor(): string {
    return this.#cursors.to(this.#position);
  }
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: false;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Connection {
  readonly edges: readonly Edge[];
  readonly nodes: readonly Item[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number | null;
}

export interface ListAsk {
  readonly type: string;
  readonly first?: number | null;
  readonly after?: string | null;
  /** As the back end spells it: `-billDate`. */
  readonly sort?: string;
  readonly filter?: Filter;
  /** What makes a row hang below the object that the list is of. */
  readonly below?: Filter;
  /** Conditions that no back end is trusted with; each row is asked. */
  readonly tests?: readonly ((object: TmfObject) => boolean)[];
  readonly attributes: readonly string[];
  /** The function that makes a row visible, where it isn't the type's own. */
  readonly access?: SsmFunction;
  /** Functions that each row takes besides its type's, because it is chosen by what they guard. */
  readonly guards?: readonly SsmFunction[];
  /** Only this provider's rows: a list below an object stays at the object's provider. */
  readonly provider?: string;
  /** For lists that a resolver computes over: more than a client's `first`, and more calls for it. */
  readonly upTo?: number;
}

interface Position {
  readonly provider: string;
  readonly offset: number;
}

/** A cursor belongs to its list: of another type, order or object it would skip rows and give others twice. */
interface Cursors {
  to(position: Position): string;
  from(cursor: string): Position;
}

function cursorsOf({ type, sort, below }: ListAsk, providers: readonly string[]): Cursors {
  let known: string | undefined;
  const list = (): string => {
    known ??= hash('sha256', JSON.stringify([type, sort, below]), 'base64url').slice(0, 8);
    return known;
  };
  return {
    to: ({ provider, offset }) => Buffer.from(`${provider}:${offset}:${list()}`).toString('base64url'),
    from(cursor) {
      const [provider = '', offset = '', of] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
      if (of !== list() || !providers.includes(provider) || !/^\d{1,9}$/.test(offset)) {
        throw clientError('BAD_USER_INPUT', 'The cursor in "after" was not made by this list.');
      }
      return { provider, offset: Number(offset) };
    },
  };
}

export function checkFirst(first: number | null | undefined): number {
  const wanted = first ?? DEFAULT_FIRST;
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > MAX_FIRST) {
    throw clientError('BAD_USER_INPUT', `"first" takes 0 to ${MAX_FIRST}.`);
  }
  return wanted;
}

interface Narrowed {
  readonly providers: readonly string[];
  readonly filter: Filter;
  /** Whether every row that fits the filter is visible by its grants alone. */
  readonly whole: boolean;
}

/** Asks only for rows that can be visible at all: fewer rows, and never the check itself. */
function narrow(
  objects: Objects,
  type: TypeSheet,
  access: SsmFunction | undefined,
  providers: readonly string[],
): Narrowed | undefined {
  const { principal, nowMs } = objects.operation;
  const owned = type.owner !== undefined && type.owner.unowned !== true;
  if (access === undefined || access === 'PUBLIC' || !owned) {
    return { providers, filter: {}, whole: true };
  }
  const reach = reachOf(principal, access, nowMs);
  if (reach.everyCustomer) return { providers, filter: {}, whole: true };
  const customer = reach.customerId === undefined ? undefined : idOfType(reach.customerId, 'Customer');
  if (customer === undefined) return undefined;
  const filter: Record<string, string | readonly string[]> = {};
  if (type.owner.party !== undefined) filter[`${type.owner.party}.id`] = customer.id;
  else if (type.owner.customer !== undefined) filter[filterPath(type.owner.customer)] = customer.id;
  const named = [
    [reach.services, 'Service', type.owner.service],
    [reach.sites, 'Site', type.owner.site],
    [reach.accounts, 'BillingAccount', type.owner.account],
  ] as const;
  let whole = reach.whole;
  for (const [ids, kind, path] of named) {
    if (ids === undefined) continue;
    if (path === undefined) whole = false;
    else filter[filterPath(path)] = ids.flatMap((id) => idOfType(id, kind)?.id ?? []);
  }
  return { providers: providers.filter((each) => each === customer.provider), filter, whole };
}

interface Combined {
  readonly filter: Filter;
  readonly tests: readonly ((object: TmfObject) => boolean)[];
}

/**
 * Filters at once, the later before the earlier: a back end takes one condition on an attribute, so what was overruled
 * is asked of every row instead. (A product may have two services, and fit both.)
 */
function combine(filters: readonly Filter[]): Combined {
  const filter: Record<string, string | readonly string[]> = {};
  const tests: ((object: TmfObject) => boolean)[] = [];
  for (const each of filters) {
    for (const [path, words] of Object.entries(each)) {
      const overruled = [filter[path] ?? words].flat();
      const implied = [words].flat().every((word) => overruled.includes(word));
      if (!implied) tests.push(equals(path, overruled));
      filter[path] = words;
    }
  }
  return { filter, tests };
}

export const EMPTY: Connection = {
  edges: [],
  nodes: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: 0,
};

export async function list(objects: Objects, ask: ListAsk): Promise<Connection> {
  const first = ask.upTo ?? checkFirst(ask.first);
  const type = objects.sheet(ask.type);
  const { client } = objects.systems;
  const serving = client.providersOf(sourceOf(type, '').api);
  if (serving.length === 0) throw clientError('NOT_CONFIGURED');
  const guards = ask.guards ?? [];
  const { principal, nowMs } = objects.operation;
  const missing = guards.find((guard) => !holds(principal, guard, nowMs));
  if (missing !== undefined) throw lacking(missing);
  const narrowed = narrow(
    objects,
    type,
    ask.access ?? type.access,
    ask.provider === undefined ? serving : serving.filter((each) => each === ask.provider),
  );
  if (narrowed === undefined || narrowed.providers.length === 0) return EMPTY;
  const { providers } = narrowed;
  const cursors = cursorsOf(ask, providers);
  const start =
    ask.after === undefined || ask.after === null
      ? { provider: providers[0] ?? '', offset: 0 }
      : cursors.from(ask.after);
  const where: Filter = type.where === undefined ? {} : { [type.where.path]: type.where.values };
  const combined = combine([where, ask.filter ?? {}, ask.below ?? {}, narrowed.filter]);
  const { filter } = combined;
  const tests = [...(ask.tests ?? []), ...combined.tests];

  const edges: Edge[] = [];
  let at: Position | undefined = start;
  let total: number | undefined;
  const maxCalls = ask.upTo === undefined ? MAX_CALLS : MAX_CALLS_WHOLE;
  for (
    let [calls, poor] = [0, 0];
    at !== undefined && poor < maxCalls && (edges.length < first || first === 0);
    calls += 1
  ) {
    const { provider, offset }: Position = at;
    const page = await client.page(
      sourceOf(type, provider),
      {
        filter,
        fields: ask.attributes,
        ...(ask.sort === undefined ? {} : { sort: ask.sort }),
        offset,
        limit: ask.upTo ?? Math.max(1, first - edges.length),
      },
      objects.operation,
    );
    const countable = narrowed.whole && tests.length === 0 && guards.length === 0;
    if (calls === 0 && providers.length === 1 && countable) total = page.total;
    objects.loads.keep(type, provider, page.items, ask.attributes);
    const passing = page.items.filter((object) => meets(type, object) && tests.every((test) => test(object)));
    const items = passing.map((raw) => itemOf(type.name, provider, raw));
    let seen = await objects.visible(items, ask.access);
    for (const guard of guards) seen = await objects.visible(seen, guard);
    let index = 0;
    for (const node of seen) {
      // in the page's own order, some of its rows left out
      while (index < page.items.length && page.items[index] !== node.raw) index += 1;
      edges.push(new LazyEdge(node, { provider, offset: (page.offsets[index] ?? offset) + 1 }, cursors));
    }
    // short pages of which each row is seen go on to what was asked for: nobody reads anything in vain
    if (page.next === undefined || seen.length < page.next - offset) poor += 1;
    at = page.next === undefined ? nextProvider(providers, provider) : { provider, offset: page.next };
    if (first === 0) break;
  }
  // all of it was walked: what was seen is all that there is to see
  if (at === undefined && (ask.after === undefined || ask.after === null)) total = edges.length;
  // a back end that ignores `limit` gives more than was asked for: the rest begins after the last edge
  return edges.length > first
    ? connection(edges.slice(0, first), true, undefined, total)
    : connection(edges, at !== undefined, restOf(cursors, at), total);
}

const restOf = (cursors: Cursors, at: Position | undefined): (() => string) | undefined =>
  at === undefined ? undefined : () => cursors.to(at);

function nextProvider(providers: readonly string[], provider: string): Position | undefined {
  const next = providers[providers.indexOf(provider) + 1];
  return next === undefined ? undefined : { provider: next, offset: 0 };
}

function connection(
  edges: readonly Edge[],
  more: boolean,
  /** Where the rest begins, when that isn't after the last edge. */
  rest: (() => string) | undefined,
  total: number | undefined,
): Connection {
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: more,
      hasPreviousPage: false,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      // rows that were walked over unseen are behind us too
      get endCursor() {
        return rest?.() ?? edges.at(-1)?.cursor ?? null;
      },
    },
    totalCount: total ?? null,
  };
}
