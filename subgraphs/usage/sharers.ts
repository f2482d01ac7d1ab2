// Who draws on a shared allowance, and how much of it each: only those whose usage the reader may see.
import type { SubgraphContext } from '../context.ts';
import { entityOf, type Item } from '../item.ts';
import { compileIds } from '../path.ts';
import { reads } from '../projection.ts';
import { all, asList, asText, at } from '../tmf/read.ts';
import { type Quantity, quantity, word } from './allowance.ts';

/** So many sharers are told apart; a larger group is a list of its own (`usageOverview`). */
const MAX_SHARERS = 500;
const USED = ['used', 'consumed'];

const idsOf = [
  compileIds('id'),
  compileIds('supportingResource.id'),
  compileIds('serviceCharacteristic[name=number].value'),
  compileIds('relatedParty[role=user].id'),
  compileIds('relatedEntity.id'),
];

/** What these read. */
const OF_SERVICE = reads('Allowance.sharers', 'Service', [
  'supportingResource',
  'serviceCharacteristic',
  'relatedParty',
  'relatedEntity',
]);

/** The parts that the charging system tells, by the number, product or user that drew them. */
function partsIn(bucket: Item['raw']): ReadonlyMap<string, Quantity> {
  const parts = new Map<string, Quantity>();
  const add = (id: unknown, counter: unknown): void => {
    const used = quantity(at(counter, 'value'));
    const key = asText(id);
    if (key !== undefined && used !== undefined && USED.includes(word(at(counter, 'counterType'))))
      parts.set(key, used);
  };
  for (const drawer of [...asList(bucket.logicalResource), ...asList(bucket.product)])
    for (const counter of asList(at(drawer, 'consumptionSummary'))) add(at(drawer, 'id'), counter);
  for (const counter of asList(bucket.bucketCounter)) add(at(counter, 'user.id'), counter);
  return parts;
}

export async function sharers(
  allowance: Item,
  { objects }: SubgraphContext,
): Promise<readonly Item[] | null> {
  const { raw, provider } = allowance;
  if (raw.isShared !== true && String(raw.isShared) !== 'true') return null;
  const ids = [...new Set(all(raw, 'service.id').flatMap((id) => asText(id) ?? []))].slice(0, MAX_SHARERS);
  const attributes = objects.attributes('Service', OF_SERVICE);
  const loaded = await Promise.all(ids.map((id) => objects.load('Service', provider, id, attributes)));
  const seen = await objects.visible(
    loaded.filter((each) => each !== undefined),
    'USAGE_VIEW',
  );
  const parts = partsIn(raw);
  const mine = entityOf(allowance);
  return seen.map((service) => {
    const names = idsOf.flatMap((read) => read(service.raw));
    const used = names.map((name) => parts.get(name)).find((each) => each !== undefined);
    return {
      __typename: 'AllowanceSharer',
      provider,
      whole: service,
      raw: { service, used: used ?? null, isThisOne: service.raw.id === mine.raw.id },
    };
  });
}
