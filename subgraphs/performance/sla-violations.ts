// Violations of service level agreements: those of services are the ones whose rule is an objective of theirs.
import { clientError } from '../../schema/errors.ts';
import { idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { backEndId, entityOf, type Item, reference } from '../item.ts';
import { type Connection, EMPTY, list } from '../list.ts';
import { readFilter } from '../list-filter.ts';
import type { Objects } from '../objects.ts';
import { compileIds } from '../path.ts';
import { reads } from '../projection.ts';
import { asText, instantMs } from '../tmf/read.ts';

export interface ViolationAsk {
  readonly filter?: {
    readonly from?: string | null;
    readonly until?: string | null;
    readonly serviceIds?: readonly string[] | null;
    readonly customerId?: string | null;
  } | null;
  readonly sort?: string | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

const RULE = 'violation.rule.id';
const OF_SERVICE = 'serviceLevelObjectiveParameter.relatedEntity.id';
const MAX_SERVICES = 200;

/** What is read of each here. */
const OF_VIOLATION = ['date', 'violation'];
const OF_OBJECTIVE = reads('SlaViolation.service', 'ServiceLevelObjective', [
  'serviceLevelObjectiveParameter',
]);

const rulesAt = compileIds(RULE);
const servicesAt = compileIds(OF_SERVICE);

const sheetOf = ({ systems }: Objects) => {
  const sheet = systems.contract.subgraphs.get('performance');
  if (sheet === undefined) throw new Error('no subgraph performance in the contract');
  return sheet;
};

/** The objectives of the services, whoever's they are: what is told of them is looked at row by row. */
async function rulesOf(objects: Objects, provider: string, services: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    services.map((id) =>
      objects.by('ServiceLevelObjective', OF_SERVICE, provider, id, { attributes: ['id'] }),
    ),
  );
  return [...new Set(found.flat().map(backEndId))];
}

function oneProvider(ids: readonly string[]): { readonly provider: string; readonly services: string[] } {
  if (ids.length > MAX_SERVICES)
    throw clientError('BAD_USER_INPUT', `"serviceIds" takes at most ${MAX_SERVICES}.`);
  const parts = ids.map((id) => {
    const found = idOfType(id, 'Service');
    if (found === undefined) throw clientError('INVALID_ID', '"serviceIds" takes ids that this graph gave.');
    return found;
  });
  const [provider = '', other] = new Set(parts.map((each) => each.provider));
  if (other !== undefined) throw clientError('BAD_USER_INPUT', 'One list takes ids of one provider.');
  return { provider, services: parts.map(({ id }) => id) };
}

/** All violations that the principal may see, or those of some services. */
export async function slaViolations(ask: ViolationAsk, { objects }: SubgraphContext): Promise<Connection> {
  const { serviceIds, customerId } = ask.filter ?? {};
  const filter: Record<string, string | readonly string[]> = {};
  let provider: string | undefined;
  if (customerId) {
    const customer = idOfType(customerId, 'Customer');
    if (customer === undefined)
      throw clientError('INVALID_ID', '"customerId" takes an id that this graph gave.');
    filter['relatedParty.id'] = customer.id;
    provider = customer.provider;
  }
  if (serviceIds) {
    const of = oneProvider(serviceIds);
    if (serviceIds.length === 0 || (provider ?? of.provider) !== of.provider) return EMPTY;
    if (!objects.serves('ServiceLevelObjective', of.provider)) return EMPTY;
    const rules = await rulesOf(objects, of.provider, of.services);
    if (rules.length === 0) return EMPTY;
    filter[RULE] = rules;
    provider = of.provider;
  }
  const sheet = sheetOf(objects);
  const period = readFilter(sheet, 'SlaViolationFilter', ask.filter, objects.operation.nowMs);
  const order = sheet.enums.get('SlaViolationOrder')?.get(ask.sort ?? '');
  return list(objects, {
    type: 'SlaViolation',
    first: ask.first ?? null,
    after: ask.after ?? null,
    filter: { ...period.filter, ...filter },
    attributes: objects.attributes('SlaViolation', OF_VIOLATION),
    ...(order === undefined ? {} : { sort: order }),
    ...(provider === undefined ? {} : { provider }),
  });
}

/** Stated when, as far as the back end says so. */
const statedMs = ({ raw }: Item): number => instantMs(asText(raw.date) ?? '') ?? 0;

/** The service's own in a period, the newest first; asked for all services of an operation together. */
export async function slaViolationsOf(
  item: Item,
  filter: ViolationAsk['filter'],
  { objects }: SubgraphContext,
): Promise<readonly Item[]> {
  const service = entityOf(item);
  const { provider } = service;
  const period = readFilter(sheetOf(objects), 'SlaViolationPeriod', filter, objects.operation.nowMs);
  const rules = await rulesOf(objects, provider, [backEndId(service)]);
  const ask = { attributes: objects.attributes('SlaViolation', OF_VIOLATION), filter: period.filter };
  const found = await Promise.all(rules.map((rule) => objects.by('SlaViolation', RULE, provider, rule, ask)));
  const unique = new Map(found.flat().map((violation) => [backEndId(violation), violation]));
  const seen = await objects.visible([...unique.values()]);
  return [...seen].sort((a, b) => statedMs(b) - statedMs(a));
}

/** The service that the violated objective is of; null where it isn't the reader's to see. */
export async function violatedService(
  item: Item,
  _args: unknown,
  { objects }: SubgraphContext,
): Promise<Item | null> {
  const { provider, raw } = entityOf(item);
  if (!objects.serves('ServiceLevelObjective', provider)) return null;
  const attributes = objects.attributes('ServiceLevelObjective', OF_OBJECTIVE);
  const loaded = await Promise.all(
    rulesAt(raw).map((rule) => objects.load('ServiceLevelObjective', provider, rule, attributes)),
  );
  const services = loaded.flatMap((objective) => servicesAt(objective?.raw));
  const seen = await objects.visible(services.map((id) => reference('Service', provider, id)));
  return seen[0] ?? null;
}
