// Whose counted calls a principal may see: each customer's service by the rules of its usage records, never more.
import { type SQL, sql } from 'drizzle-orm';
import { may, type Position } from '../../schema/access.ts';
import { clientError } from '../../schema/errors.ts';
import { encodeId, type GlobalId, idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { reference } from '../item.ts';
import { ownOf } from '../own-acts.ts';
import { rowsOf } from './rollups.ts';

export interface Subject {
  readonly id: number;
  readonly provider: string;
  readonly customerId: string;
  readonly serviceId: string;
  /** Global ids; empty where nobody asked. */
  readonly sites: readonly GlobalId[];
}

export interface SubjectFilter {
  readonly customerId?: string | null;
  readonly siteId?: string | null;
  readonly serviceIds?: readonly string[] | null;
}

const MAX_SERVICES = 200;

function partsOf(id: string, type: string) {
  const parts = idOfType(id, type);
  if (parts === undefined) throw clientError('INVALID_ID');
  return parts;
}

/** What can be seen at all, before each is asked: fewer rows, and never the check. */
function narrowed({ operation }: SubgraphContext, filter: SubjectFilter): SQL {
  const { customerId } = operation.principal;
  const conditions: SQL[] = [sql`s.service_id <> ''`];
  for (const id of [customerId, filter.customerId]) {
    if (id === undefined || id === null) continue;
    const parts = partsOf(id, 'Customer');
    conditions.push(sql`s.provider = ${parts.provider} AND s.customer_id = ${parts.id}`);
  }
  if (filter.serviceIds) {
    if (filter.serviceIds.length > MAX_SERVICES)
      throw clientError('BAD_USER_INPUT', `"serviceIds" takes at most ${MAX_SERVICES}.`);
    const named = filter.serviceIds.map((id) => partsOf(id, 'Service'));
    const any = named.map(({ provider, id }) => sql`(s.provider = ${provider} AND s.service_id = ${id})`);
    conditions.push(any.length === 0 ? sql`false` : sql`(${sql.join(any, sql` OR `)})`);
  }
  return sql.join(conditions, sql` AND `);
}

interface SubjectRow {
  readonly id: number;
  readonly provider: string;
  readonly customer_id: string;
  readonly service_id: string;
}

/** As the records say; sites, where they matter, as the inventory says now, unless the service is another's by now. */
async function positionOf(
  row: SubjectRow,
  { objects }: SubgraphContext,
  withSites: boolean,
): Promise<Position> {
  const customers = row.customer_id === '' ? [] : [encodeId(row.provider, 'Customer', row.customer_id)];
  const services = [encodeId(row.provider, 'Service', row.service_id)];
  const own = { customers, services, accounts: [], sites: [] };
  if (!withSites || !objects.serves('Service', row.provider)) return own;
  const now = await objects.position(reference('Service', row.provider, row.service_id));
  return customers.every((id) => now.customers.includes(id)) ? { ...own, sites: now.sites } : own;
}

/** Those that the principal may see, of those that the filter names. What provider staff sees is recorded. */
export async function visibleSubjects(
  context: SubgraphContext,
  filter: SubjectFilter,
  withSites: boolean,
): Promise<readonly Subject[]> {
  const { operation, objects } = context;
  const { principal, nowMs } = operation;
  if (filter.siteId) partsOf(filter.siteId, 'Site');
  const { store } = ownOf(context);
  const rows = await rowsOf<SubjectRow>(
    store.db,
    sql`SELECT s.id, s.provider, s.customer_id, s.service_id FROM ${store.tables.callSubject} AS s
        WHERE ${narrowed(context, filter)} ORDER BY s.id`,
  );
  const bySite = principal.grants.some((grant) =>
    [grant.scope, ...(grant.within ?? [])].some(({ kind }) => kind === 'SITES'),
  );
  const asksSites = withSites || bySite || Boolean(filter.siteId);
  const seen = await Promise.all(
    rows.map(async (row) => {
      const position = await positionOf(row, context, asksSites);
      if (!may(principal, 'CALL_ANALYSIS_VIEW', position, nowMs)) return [];
      if (filter.siteId && !position.sites.some((site) => site === filter.siteId)) return [];
      objects.reads.saw(position);
      const { id, provider, customer_id: customerId, service_id: serviceId } = row;
      return [{ id, provider, customerId, serviceId, sites: position.sites }];
    }),
  );
  return seen.flat();
}
