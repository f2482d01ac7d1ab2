// Real-time usage of many services in one answer: a line, a group or a whole company, each shared allowance once.
import { grantsOf } from '../../schema/access.ts';
import { clientError } from '../../schema/errors.ts';
import { idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { converterFor } from '../convert.ts';
import type { Item } from '../item.ts';
import { withheldAt } from '../labels.ts';
import { list } from '../list.ts';
import { compileIds } from '../path.ts';
import { asText } from '../tmf/read.ts';
import { usageOf } from './service-usage.ts';

export interface OverviewAsk {
  readonly filter?: {
    readonly serviceIds?: readonly string[] | null;
    readonly numbers?: readonly string[] | null;
    readonly kind?: readonly string[] | null;
    readonly customerId?: string | null;
    readonly isShared?: boolean | null;
  } | null;
}

/** All of them are read before anything is answered, and one question to the charging system takes as many. */
const MAX_SERVICES = 500;
/** From the best to the worst: an answer is as old as its oldest part. */
const FRESHNESS = ['LIVE', 'CACHED', 'STALE'] as const;

const NUMBER = 'serviceCharacteristic[name=number].value';
const numbersOf = compileIds(NUMBER);
/** What a filter reads of a service. */
const OF_SERVICE = ['serviceCharacteristic'];

function idIn(id: string, type: string): string {
  const parts = idOfType(id, type);
  if (parts === undefined) throw clientError('INVALID_ID');
  return parts.id;
}

/** An order tells names: to those alone who may read the name of each service whose usage they may read. */
function ordersByName({ objects, operation, contract }: SubgraphContext): boolean {
  const { principal, nowMs } = operation;
  const { home } = objects.sheet('Service');
  const sheet = contract.subgraphs.get(home);
  return (
    sheet !== undefined &&
    withheldAt('Service', sheet, ['name'], objects) === undefined &&
    grantsOf(principal, 'USAGE_VIEW', nowMs).every(({ functions }) => functions.includes('SERVICE_VIEW'))
  );
}

async function servicesOf({ filter }: OverviewAsk, context: SubgraphContext) {
  const { objects } = context;
  const { principal } = context.operation;
  const { serviceIds, numbers, customerId } = filter ?? {};
  for (const wanted of [serviceIds, numbers])
    if ((wanted?.length ?? 0) > MAX_SERVICES)
      throw clientError('BAD_USER_INPUT', `At most ${MAX_SERVICES} services or numbers.`);
  const found = await list(objects, {
    type: 'Service',
    // whoever may see the usage of a service needn't be shown the service
    access: 'USAGE_VIEW',
    // asking for a number tells whose it is, and for a customer which are its: for those only who may read that
    guards: [
      ...(numbers ? (['PERSON_VIEW'] as const) : []),
      ...(customerId && principal.customerId === undefined ? (['CUSTOMER_VIEW'] as const) : []),
    ],
    upTo: MAX_SERVICES,
    ...(ordersByName(context) ? { sort: 'name' } : {}),
    filter: {
      ...(serviceIds ? { id: serviceIds.map((id) => idIn(id, 'Service')) } : {}),
      ...(customerId ? { 'relatedParty.id': idIn(customerId, 'Customer') } : {}),
      ...(numbers ? { 'serviceCharacteristic.value': numbers } : {}),
    },
    tests: numbers ? [(service) => numbersOf(service).some((number) => numbers.includes(number))] : [],
    attributes: objects.attributes('Service', OF_SERVICE),
  });
  return { services: found.nodes, isComplete: !found.pageInfo.hasNextPage };
}

function fits({ filter }: OverviewAsk, { sheet }: SubgraphContext): (allowance: Item) => boolean {
  const convert = converterFor('UsageKind', sheet.enums);
  const { kind, isShared } = filter ?? {};
  return ({ raw }) =>
    (!kind || kind.includes(String(convert?.(raw.usageType) ?? ''))) &&
    (isShared === undefined || isShared === null || isShared === (String(raw.isShared) === 'true'));
}

export async function overview(ask: OverviewAsk, context: SubgraphContext) {
  const { services, isComplete } = await servicesOf(ask, context);
  const found = (await Promise.all(services.map((service) => usageOf(service, context)))).filter(
    (usage) => usage !== null,
  );
  const wanted = fits(ask, context);
  const shared = new Map<string, Item>();
  const usages = found.map((usage) => {
    const allowances = (usage.raw.allowances as readonly Item[]).filter(wanted); // as usageOf has made them
    for (const each of allowances) {
      const key = `${each.provider}\n${asText(each.raw.id) ?? ''}`;
      if (each.raw.isShared === true && !shared.has(key)) shared.set(key, each);
    }
    const raw: Item['raw'] = { ...usage.raw, allowances };
    return { ...usage, raw };
  });
  const ages = usages.map(({ raw }) => String(raw.asOf)).sort();
  const worst = Math.max(...usages.map(({ raw }) => FRESHNESS.indexOf(raw.freshness as 'LIVE'))); // one of them
  return {
    services: usages,
    shared: [...shared.values()],
    serviceCount: usages.length,
    isComplete,
    asOf: ages[0] ?? null,
    freshness: FRESHNESS[worst] ?? null,
  };
}
