// What version 3 has otherwise than version 4, whose shape the graph reads.
import type { Api } from '../backends.ts';
import { asList } from '../read.ts';
import { isRecord } from '../tmf-object.ts';
import type { Difference, Question } from './difference.ts';

type Json = Readonly<Record<string, unknown>>;

const idsOf = (list: unknown): string[] =>
  asList(list).flatMap((each) =>
    isRecord(each) && typeof each.id === 'string' ? [encodeURIComponent(each.id)] : [],
  );

/** A balance of version 3 names its unit beside plain numbers. */
function bucket(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const balance = asList(raw.bucketBalance).find(isRecord);
  const counters = asList(raw.bucketCounter).filter(isRecord);
  return {
    ...raw,
    ...(balance === undefined
      ? {}
      : {
          ...(balance.remainingValue === undefined
            ? {}
            : { remainingValue: { amount: balance.remainingValue, units: balance.unit } }),
          ...(balance.remainingValueLabel === undefined
            ? {}
            : { remainingValueName: balance.remainingValueLabel }),
          ...(balance.validFor === undefined ? {} : { validFor: balance.validFor }),
        }),
    bucketCounter: counters.map(({ value, unit, valueLabel, ...counter }) => ({
      ...counter,
      value: isRecord(value) ? value : { amount: value, units: unit },
      ...(valueLabel === undefined ? {} : { valueName: valueLabel }),
    })),
  };
}

/** A report is read where version 4 asks by a task. */
const usageReports: Question = {
  of: (body) => {
    const criteria = isRecord(body.searchCriteria) ? body.searchCriteria : {};
    const parameters = Object.entries(criteria).map(([name, list]) => [`${name}.id`, idsOf(list)] as const);
    const query = parameters
      .filter(([, ids]) => ids.length > 0)
      .map(([name, ids]) => `${name}=${ids.join(',')}`);
    return { resource: 'usageConsumptionReport', query: query.join('&') };
  },
  read: (rows) => ({
    state: 'done',
    usageConsumption: rows.map(({ bucket: buckets, effectiveDate, ...report }) => ({
      ...report,
      ...(effectiveDate === undefined ? {} : { creationDate: effectiveDate }),
      bucketRefOrValue: asList(buckets).map(bucket),
    })),
  }),
};

const qualified = (item: unknown): unknown => {
  if (!isRecord(item)) return item;
  const { qualificationItemResult, ...rest } = item;
  return qualificationItemResult === undefined
    ? item
    : { qualificationResult: qualificationItemResult, ...rest };
};

/** One resource for what became a check and a query. */
const qualification: Question = {
  of: ({ searchCriteria, ...body }) => ({
    resource: 'serviceQualification',
    body: searchCriteria === undefined ? body : { ...body, serviceQualificationItem: [searchCriteria] },
  }),
  read: ([row = {}]) => {
    const { serviceQualificationDate, serviceQualificationItem, ...rest } = row;
    return {
      ...rest,
      ...(serviceQualificationDate === undefined
        ? {}
        : { checkServiceQualificationDate: serviceQualificationDate }),
      serviceQualificationItem: asList(serviceQualificationItem).map(qualified),
    };
  },
};

/** Relations were of a `type`. */
const relations =
  (attribute: string) =>
  (object: Json): Json =>
    object[attribute] === undefined
      ? object
      : {
          ...object,
          [attribute]: asList(object[attribute]).map((each) =>
            isRecord(each) && each.relationshipType === undefined && each.type !== undefined
              ? { ...each, relationshipType: each.type }
              : each,
          ),
        };

export const V3: Partial<Record<Api, Difference>> = {
  TMF638: { attributes: { serviceOrderItem: 'serviceOrder' }, read: relations('serviceRelationship') },
  TMF640: { read: relations('serviceRelationship') },
  TMF641: { attributes: { serviceOrderItem: 'orderItem' }, read: relations('orderRelationship') },
  TMF645: { asks: { checkServiceQualification: qualification, queryServiceQualification: qualification } },
  TMF656: { attributes: { creationDate: 'timeRaised', lastUpdate: 'timeChanged' } },
  TMF677: { asks: { queryUsageConsumption: usageReports } },
};
