// A list of judged objectives over many services: found, judged, filtered, ordered and paged.
import { Buffer } from 'node:buffer';
import { clientError } from '../../schema/errors.ts';
import { idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { backEndId, type Item } from '../item.ts';
import { withheldAt } from '../labels.ts';
import { type Connection, checkFirst, list } from '../list.ts';
import type { Filter } from '../tmf/client.ts';
import { asText } from '../tmf/read.ts';
import { type Judged, judge, OF_OBJECTIVE } from './objectives.ts';

export interface ObjectiveAsk {
  readonly filter?: {
    readonly status?: readonly string[] | null;
    readonly indicator?: readonly string[] | null;
    readonly serviceIds?: readonly string[] | null;
    readonly siteId?: string | null;
    readonly customerId?: string | null;
  } | null;
  readonly sort?: 'WORST_FIRST' | 'NAME' | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

/** A list is judged before it is ordered, so it looks at no more services than this. */
const MAX_SERVICES = 500;

/** What availability by site reads of a service. */
const OF_SERVICE = ['place'];

const RANK = { BREACHED: 0, AT_RISK: 1, MET: 2, UNKNOWN: 3 } as const;

function idIn(id: string, type: string): string {
  const parts = idOfType(id, type);
  if (parts === undefined) throw clientError('INVALID_ID');
  return parts.id;
}

interface Services {
  readonly services: readonly Item[];
  /** False where there are more than are looked at. */
  readonly isComplete: boolean;
}

/** The services that the principal may see, narrowed as asked. */
export async function servicesFor(
  { objects }: SubgraphContext,
  ask: {
    readonly serviceIds?: readonly string[] | null;
    readonly siteId?: string | null;
    readonly customerId?: string | null;
  },
): Promise<Services> {
  const filter: Record<string, string | readonly string[]> = {};
  if (ask.serviceIds) filter.id = ask.serviceIds.map((id) => idIn(id, 'Service'));
  if (ask.siteId) filter['place.id'] = idIn(ask.siteId, 'Site');
  if (ask.customerId) filter['relatedParty.id'] = idIn(ask.customerId, 'Customer');
  const found = await list(objects, {
    type: 'Service',
    // whoever may see how a service performs needn't be shown the service
    access: 'PERFORMANCE_VIEW',
    upTo: MAX_SERVICES,
    filter: filter satisfies Filter,
    attributes: objects.attributes('Service', OF_SERVICE),
  });
  return { services: found.nodes, isComplete: !found.pageInfo.hasNextPage };
}

export interface ObjectiveConnection extends Connection {
  readonly isComplete: boolean;
}

interface Row {
  readonly objective: Item;
  readonly judged: Judged;
}

function worse(a: Row, b: Row): number {
  const rank = RANK[a.judged.status] - RANK[b.judged.status];
  return rank !== 0 ? rank : (b.judged.excess ?? 0) - (a.judged.excess ?? 0);
}

const name = ({ objective }: Row): string => asText(objective.raw.name) ?? '';

export async function objectives(ask: ObjectiveAsk, context: SubgraphContext): Promise<ObjectiveConnection> {
  const first = checkFirst(ask.first);
  const offset = ask.after ? offsetIn(ask.after) : 0;
  const { objects } = context;
  const { services, isComplete } = await servicesFor(context, ask.filter ?? {});
  const attributes = objects.attributes('ServiceLevelObjective', OF_OBJECTIVE);
  const by = 'serviceLevelObjectiveParameter.relatedEntity.id';
  const found = await Promise.all(
    services.map((service) =>
      objects.by('ServiceLevelObjective', by, service.provider, backEndId(service), { attributes }),
    ),
  );
  const unique = new Map(
    found.flat().map((objective) => [`${objective.provider}\n${backEndId(objective)}`, objective]),
  );
  const indicators = ask.filter?.indicator;
  const wanted = [...unique.values()].filter(
    ({ raw }) =>
      !indicators ||
      indicators.includes(
        asText((raw.serviceLevelObjectiveParameter as { name?: unknown } | undefined)?.name) ?? '',
      ),
  );
  const seen = await objects.visible(wanted);
  const rows = await Promise.all(
    seen.map(async (objective) => ({ objective, judged: await judge(objective, context) })),
  );
  const statuses = ask.filter?.status;
  const fitting = rows.filter(({ judged }) => !statuses || statuses.includes(judged.status));
  const byName =
    ask.sort === 'NAME' &&
    withheldAt('ServiceLevelObjective', context.sheet, ['name'], objects) === undefined;
  fitting.sort(byName ? (a, b) => name(a).localeCompare(name(b)) : worse);
  const items = fitting.map(({ objective }) => objective);
  const shown = page(items, offset, first);
  return isComplete ? { ...shown, isComplete } : { ...shown, isComplete, totalCount: null };
}

const toCursor = (offset: number): string => Buffer.from(`row:${offset}`).toString('base64url');

function offsetIn(cursor: string): number {
  const match = /^row:(\d{1,6})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw clientError('BAD_USER_INPUT', 'The cursor in "after" was not made by this list.');
  return Number(match[1]);
}

function page(items: readonly Item[], offset: number, first: number): Connection {
  const nodes = items.slice(offset, offset + first);
  const edges = nodes.map((node, index) => ({ cursor: toCursor(offset + index + 1), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: offset + first < items.length,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: items.length,
  };
}
