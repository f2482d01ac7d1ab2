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

/** As described, or as some write it: a plain number, its unit beside it. */
const quantity = (value: unknown, unit: unknown): unknown =>
  isRecord(value) ? value : { amount: value, units: unit };

function bucket(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const balance = asList(raw.bucketBalance).find(isRecord);
  const counters = asList(raw.bucketCounter).filter(isRecord);
  const name = balance?.remainingValueName ?? balance?.remainingValueLabel;
  return {
    ...raw,
    ...(balance === undefined
      ? {}
      : {
          ...(balance.remainingValue === undefined
            ? {}
            : { remainingValue: quantity(balance.remainingValue, balance.unit) }),
          ...(name === undefined ? {} : { remainingValueName: name }),
          ...(balance.validFor === undefined ? {} : { validFor: balance.validFor }),
        }),
    bucketCounter: counters.map(({ value, unit, valueLabel, ...counter }) => ({
      ...counter,
      value: quantity(value, unit),
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

const ITEM_RELATIONS = ['orderItemRelationship', 'serviceOrderItemRelationship'] as const;

function itemsRenamed(order: Json, [from, to]: readonly [string, string]): Json {
  if (order.serviceOrderItem === undefined) return order;
  const renamed = (item: unknown) => {
    if (!isRecord(item) || item[from] === undefined) return item;
    const { [from]: value, ...rest } = item;
    return { ...rest, [to]: value };
  };
  return { ...order, serviceOrderItem: asList(order.serviceOrderItem).map(renamed) };
}

export const V3: Partial<Record<Api, Difference>> = {
  TMF638: { attributes: { serviceOrderItem: 'serviceOrder' }, read: relations('serviceRelationship') },
  TMF640: { attributes: { serviceOrderItem: 'serviceOrder' }, read: relations('serviceRelationship') },
  TMF641: {
    attributes: { serviceOrderItem: 'orderItem' },
    read: (object) => relations('orderRelationship')(itemsRenamed(object, ITEM_RELATIONS)),
    write: (body) => itemsRenamed(body, [ITEM_RELATIONS[1], ITEM_RELATIONS[0]]),
  },
  TMF645: { asks: { checkServiceQualification: qualification, queryServiceQualification: qualification } },
  TMF656: {
    attributes: {
      creationDate: 'timeRaised',
      lastUpdate: 'timeChanged',
      impactPattern: 'impactPatterns',
      note: 'comment',
      relatedEntity: 'relatedObject',
      slaViolation: 'associatedSLAViolation',
      troubleTicket: 'associatedTroubleTicket',
      characteristic: 'extensionInfo',
    },
  },
  TMF677: { asks: { queryUsageConsumption: usageReports } },
};
