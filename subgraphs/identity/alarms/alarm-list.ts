// `securityAlarms`: pages of what was raised, newest first, for those who watch.
import { and, desc, eq, gte, lt, or, type SQL } from 'drizzle-orm';
import { clientError } from '../../../schema/errors.ts';
import type { Resolver } from '../../context.ts';
import { checkFirst } from '../../list.ts';
import type { Store } from '../../store/store.ts';

interface Filter {
  readonly kind?: string | null;
  readonly actorId?: string | null;
  readonly since?: string | null;
}

type Row = Store['tables']['securityAlarm']['$inferSelect'];

const cursorOf = (row: Row): string =>
  Buffer.from(JSON.stringify([row.firstAt.toISOString(), row.id])).toString('base64url');

const badCursor = () => clientError('BAD_USER_INPUT', 'The cursor in "after" was not made by this list.');

function instantOf(text: unknown): Date | undefined {
  const date = new Date(typeof text === 'string' ? text : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function positionOf(cursor: string): { readonly at: Date; readonly id: string } {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw badCursor();
  }
  const [text, id] = Array.isArray(read) ? read : [];
  const at = instantOf(text);
  if (at === undefined || typeof id !== 'string') throw badCursor();
  return { at, id };
}

function conditions({ tables }: Store, filter: Filter): SQL[] {
  const { securityAlarm } = tables;
  const found: SQL[] = [];
  if (filter.kind != null) found.push(eq(securityAlarm.kind, filter.kind));
  if (filter.actorId != null) found.push(eq(securityAlarm.actorId, filter.actorId));
  if (filter.since != null) {
    const since = instantOf(filter.since);
    if (since === undefined) throw clientError('BAD_USER_INPUT', '"since" is not an instant.');
    found.push(gte(securityAlarm.firstAt, since));
  }
  return found;
}

const shown = (row: Row) => ({
  id: row.id,
  kind: row.kind,
  actorId: row.actorId,
  origin: row.origin,
  firstSeenAt: row.firstAt.toISOString(),
  lastSeenAt: row.lastAt.toISOString(),
  times: row.times,
  isReported: row.reportedAt !== null,
});

export const securityAlarms: Resolver = async (_root, args, { objects }) => {
  const { own } = objects.systems;
  if (own === undefined) throw new Error('the identity subgraph runs without a store');
  const { store } = own;
  const { securityAlarm } = store.tables;
  // the schema's own types for the arguments of this field
  const { first, after, filter } = args as { first?: number; after?: string | null; filter?: Filter | null };
  const size = checkFirst(first);
  const matching = conditions(store, filter ?? {});
  const total = await store.db.$count(securityAlarm, and(...matching));
  if (after != null) {
    const { at, id } = positionOf(after);
    const behind = or(
      lt(securityAlarm.firstAt, at),
      and(eq(securityAlarm.firstAt, at), lt(securityAlarm.id, id)),
    );
    if (behind !== undefined) matching.push(behind);
  }
  const rows = await store.db
    .select()
    .from(securityAlarm)
    .where(and(...matching))
    .orderBy(desc(securityAlarm.firstAt), desc(securityAlarm.id))
    .limit(size + 1);
  const page = rows.slice(0, size);
  const edges = page.map((row) => ({ cursor: cursorOf(row), node: shown(row) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: total,
  };
};
