// A charging system's answer cut into what each service has: its buckets, without what the graph never reads.
import { all, asList, asText, at } from '../tmf/read.ts';
import { isRecord } from '../tmf/tmf-object.ts';

/** A bucket as the charging system states it. */
export type Bucket = Readonly<Record<string, unknown>>;

/** What is known of one service. */
export interface Metered {
  /** False where the charging system was asked for the service and doesn't name it. */
  readonly known: boolean;
  readonly buckets: readonly Bucket[];
}

const ids = (value: unknown, path: string): readonly string[] =>
  all(value, path).flatMap((id) => asText(id) ?? []);
const named = (id: string) => ({ id });

const counterOf = (raw: unknown): object => ({
  counterType: at(raw, 'counterType'),
  level: at(raw, 'level'),
  valueName: at(raw, 'valueName'),
  value: at(raw, 'value'),
  ...(at(raw, 'user.id') === undefined ? {} : { user: { id: at(raw, 'user.id') } }),
});

/** A number or product that draws on the bucket, where the charging system says how much of it. */
function drawers(raw: unknown): object[] {
  return asList(raw).flatMap((each) => {
    const id = asText(at(each, 'id'));
    const consumptionSummary = asList(at(each, 'consumptionSummary')).map(counterOf);
    return id === undefined
      ? []
      : [{ id, ...(consumptionSummary.length === 0 ? {} : { consumptionSummary }) }];
  });
}

/**
 * A bucket that a company's lines share is kept with each of them, and names each of them: without references' names
 * and addresses that is a tenth.
 */
function compact(bucket: Bucket): Bucket {
  const { id, name, usageType, isShared, status, remainingValue, remainingValueName, validFor } = bucket;
  return {
    id,
    name,
    usageType,
    isShared,
    status,
    remainingValue,
    remainingValueName,
    validFor,
    bucketCounter: asList(bucket.bucketCounter).map(counterOf),
    service: ids(bucket, 'service.id').map(named),
    product: drawers(bucket.product),
    logicalResource: drawers(bucket.logicalResource),
  };
}

/** Buckets by the services that they name; a consumption's own services count for buckets that name none. */
export function bucketsByService(
  answer: unknown,
  services: ReadonlySet<string>,
): ReadonlyMap<string, Metered> {
  const found = new Map<string, Bucket[]>([...services].map((id) => [id, []]));
  const known = new Set<string>();
  const [only] = services;
  for (const consumption of asList(isRecord(answer) ? answer.usageConsumption : undefined)) {
    const around = ids(consumption, 'service.id');
    for (const id of around) known.add(id);
    for (const bucket of asList(isRecord(consumption) ? consumption.bucketRefOrValue : undefined)) {
      if (!isRecord(bucket)) continue;
      const inside = ids(bucket, 'service.id');
      const alone = services.size === 1 && only !== undefined ? [only] : [];
      const theirs = inside.length > 0 ? inside : around.length > 0 ? around : alone;
      const kept = compact(bucket);
      for (const id of new Set(theirs)) {
        const buckets = found.get(id);
        // the same bucket may come in two consumptions: it is one allowance
        if (buckets === undefined || buckets.some((each) => each.id !== undefined && each.id === kept.id))
          continue;
        buckets.push(kept);
      }
    }
  }
  return new Map(
    [...found].map(([id, buckets]) => [id, { known: known.has(id) || buckets.length > 0, buckets }]),
  );
}
