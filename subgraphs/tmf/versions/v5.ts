// What version 5 calls and nests otherwise than the shape that the graph reads, which is version 4's.

import type { Api } from '../backends.ts';
import { asList } from '../read.ts';
import { isRecord } from '../tmf-object.ts';
import type { Difference } from './difference.ts';

/** In every API of version 5. */
const WRAPPED = {
  relatedParty: 'partyOrPartyRole',
  originatorParty: 'partyOrPartyRole',
  responsibleParty: 'partyOrPartyRole',
  place: 'place',
  affectedLocation: 'place',
  relatedEntity: 'entity',
} as const;

const common: Difference = { wrapped: WRAPPED };
const { place: _, ...WITHOUT_PLACE } = WRAPPED;

/** Its subtypes hold what version 4 has under `characteristic`. */
function contactMedium(medium: unknown): unknown {
  if (!isRecord(medium) || isRecord(medium.characteristic)) return medium;
  const { id, preferred, validFor, contactType, '@type': type, ...characteristic } = medium;
  return { id, preferred, validFor, mediumType: contactType ?? type, characteristic };
}

const withContacts: Difference = {
  ...common,
  made: {
    'contactMedium.mediumType': ['contactMedium.contactType'],
    'contactMedium.characteristic': ['contactMedium'],
  },
  read: (object) =>
    object.contactMedium === undefined
      ? object
      : { ...object, contactMedium: asList(object.contactMedium).map(contactMedium) },
};

/** A resource that is in use, or could be: version 5 has five statuses for what was one. */
function resourceStatus({
  controlStatus,
  availabilityStatus,
  operationalState,
}: Readonly<Record<string, unknown>>): string {
  const says = (word: string) => [...asList(controlStatus), ...asList(availabilityStatus)].includes(word);
  if (says('suspended')) return 'suspended';
  if (says('failed') || says('degraded') || operationalState === 'disable') return 'alarm';
  if (says('reservedForTest')) return 'reserved';
  if (says('offline') || says('powerOff') || says('notInstalled')) return 'standby';
  return says('online') || operationalState === 'enable' ? 'available' : 'unknown';
}

export const V5: Partial<Record<Api, Difference>> = {
  TMF620: {
    wrapped: WITHOUT_PLACE,
    resources: { catalog: 'productCatalog' },
    attributes: {
      parentId: 'parent.id',
      'productSpecCharacteristic.productSpecCharacteristicValue':
        'productSpecCharacteristic.characteristicValueSpecification',
    },
  },
  TMF621: {
    ...common,
    identifiers: { externalId: 'externalIdentifier' },
    attributes: { statusChange: 'statusChangeHistory' },
  },
  TMF622: { ...common, identifiers: { externalId: 'externalId' }, attributes: { orderDate: 'creationDate' } },
  TMF629: withContacts,
  TMF632: { ...withContacts, attributes: { fullName: 'name' } },
  TMF637: {
    ...common,
    attributes: { agreement: 'agreementItem' },
    made: { 'productRelationship.product': ['productRelationship'] },
    read: (object) => ({
      ...object,
      // the reference itself, where version 4 has it below `product`
      ...(object.productRelationship === undefined
        ? {}
        : {
            productRelationship: asList(object.productRelationship).map((each) =>
              !isRecord(each) || isRecord(each.product)
                ? each
                : { ...each, product: { id: each.id, name: each.name } },
            ),
          }),
    }),
  },
  TMF638: common,
  TMF639: {
    ...common,
    made: { resourceStatus: ['controlStatus', 'availabilityStatus', 'operationalState'] },
    read: (object) =>
      ['controlStatus', 'availabilityStatus', 'operationalState'].some((name) => object[name] !== undefined)
        ? { resourceStatus: resourceStatus(object), ...object }
        : object,
  },
  TMF640: common,
  TMF641: { ...common, identifiers: { externalId: 'externalReference' } },
  TMF642: { wrapped: { ...WRAPPED, place: 'relatedPlace' } },
  TMF645: {
    ...common,
    identifiers: { externalId: 'externalIdentifier' },
    attributes: {
      provideUnavailabilityReason: 'provideResultReason',
      'serviceQualificationItem.eligibilityUnavailabilityReason':
        'serviceQualificationItem.eligibilityResultReason',
    },
  },
  TMF651: common,
  TMF653: common,
  TMF656: common,
  TMF666: { ...common, attributes: { lastModified: 'lastUpdate' } },
  TMF677: {
    wrapped: { ...WRAPPED, user: 'partyOrPartyRole' },
    attributes: { 'usageConsumption.bucketRefOrValue': 'usageConsumption.bucket' },
  },
  TMF678: { ...common, attributes: { type: 'appliedBillingRateType' } },
};
