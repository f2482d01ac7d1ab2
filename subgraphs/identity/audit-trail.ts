// Reading the audit log: a manager its own customer's, provider staff all of it, which is recorded as well.
import { and, desc, eq, gte, inArray, lt } from 'drizzle-orm';
import type { Resolver } from '../context.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import { type PageArgs, pageAsked, pageOf } from '../own-page.ts';
import type { Tables } from '../store/tables.ts';

interface Filter {
  readonly actorId?: string | null;
  readonly customerId?: string | null;
  readonly actions?: readonly string[] | null;
  readonly outcomes?: readonly string[] | null;
  readonly from?: string | null;
  readonly until?: string | null;
}

const shown = (row: Tables['auditEntry']['$inferSelect']) => ({
  number: row.seq,
  at: new Date(row.atMs).toISOString(),
  actorId: row.actorId,
  customerId: row.customerId,
  action: row.action,
  objectId: row.objectId,
  outcome: row.outcome,
  detail: row.detail,
  times: row.times,
  originId: row.origin,
  requestId: row.requestId,
});

export const auditTrail: Resolver = async (_root, args, context) => {
  const { principal } = context.operation;
  const page = pageAsked(args as PageArgs); // by the schema
  const filter = (args.filter ?? {}) as Filter; // by the schema
  const { store, audit } = ownOf(context);
  const { auditEntry } = store.tables;
  const own = principal.customerId;
  // refusals wait a moment to be gathered: who reads the log reads them too
  await audit.flush();
  if (own === undefined) {
    const about = filter.customerId ? { detail: JSON.stringify({ customerId: filter.customerId }) } : {};
    await audit.append(entryOf(context, { action: 'auditTrail', outcome: 'DONE', ...about }));
  }
  const rows = await store.db
    .select()
    .from(auditEntry)
    .where(
      and(
        own === undefined ? undefined : eq(auditEntry.customerId, own),
        filter.customerId ? eq(auditEntry.customerId, filter.customerId) : undefined,
        filter.actorId ? eq(auditEntry.actorId, filter.actorId) : undefined,
        filter.actions ? inArray(auditEntry.action, [...filter.actions]) : undefined,
        filter.outcomes ? inArray(auditEntry.outcome, [...filter.outcomes]) : undefined,
        filter.from ? gte(auditEntry.atMs, Date.parse(filter.from)) : undefined,
        filter.until ? lt(auditEntry.atMs, Date.parse(filter.until)) : undefined,
        page.before === undefined ? undefined : lt(auditEntry.seq, page.before),
      ),
    )
    .orderBy(desc(auditEntry.seq))
    .limit(page.limit);
  return pageOf(rows, page, ({ seq }) => seq, shown);
};
