// Notifications in every spelling: v3 and v4 names, both callback styles, repetitions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRepetitions, eventKind } from './events.ts';

const order = { id: 'o-1', state: 'completed' };

describe('a notification', () => {
  const table: readonly [eventType: string, resource: string, verb: string, api?: string][] = [
    ['CustomerBillCreateEvent', 'customerBill', 'CREATE', 'TMF678'],
    ['customerBillStateChangeEvent', 'customerBill', 'STATE', 'TMF678'],
    ['CUSTOMERBILLSTATUSCHANGEEVENT', 'customerBill', 'STATE', 'TMF678'],
    ['ServiceAttributeValueChangeEvent', 'service', 'CHANGE', 'TMF638'],
    ['ServiceOperatingStatusChangeEvent', 'service', 'STATE', 'TMF638'],
    ['ServiceDeleteEvent', 'service', 'DELETE', 'TMF638'],
    ['ProductRemoveNotification', 'product', 'DELETE', 'TMF637'],
    ['ProductCreationNotification', 'product', 'CREATE', 'TMF637'],
    ['ProductStatusChangeNotification', 'product', 'STATE', 'TMF637'],
    ['ProductValueChangeNotification', 'product', 'CHANGE', 'TMF637'],
    ['UsageCreateEvent', 'usage', 'CREATE', 'TMF635'],
    ['usageChangeEvent', 'usage', 'CHANGE', 'TMF635'],
    ['MeasurementCollectionJobExecutionStateChangeEvent', 'measurementCollectionJob', 'STATE', 'TMF628'],
    ['ProductOrderInformationRequiredEvent', 'productOrder', 'CHANGE', 'TMF622'],
    ['ProductOrderStateChangeEvent', 'productOrder', 'STATE', 'TMF622'],
  ];
  for (const [eventType, resource, verb, api] of table) {
    it(eventType, () => {
      const expected = {
        resource,
        verb,
        eventId: 'e-1',
        object: order,
        ...(api === undefined ? {} : { api }),
      };
      expect(eventKind({ eventId: 'e-1', eventType, event: { [resource]: order } })).toEqual(expected);
    });
  }

  const shapes: readonly [string, unknown, string?][] = [
    ['the object bare in event', { eventId: 'e', eventType: 'ProductCreateEvent', event: order }],
    ['the object beside the type', { eventId: 'e', eventType: 'ProductCreateEvent', product: order }],
    [
      'the object in other case',
      { eventId: 'e', eventType: 'productCreateEvent', event: { Product: order } },
    ],
    [
      'named by the path alone',
      { eventId: 'e', event: { product: order } },
      '/cb/listener/productCreateEvent',
    ],
    ['named by the path, with query', { eventId: 'e', event: order }, '/cb/listener/productCreateEvent/?x=1'],
    [
      'a type that says nothing, the path does',
      { eventId: 'e', eventType: 'event', event: order },
      '/listener/productCreateEvent',
    ],
    ['named by @type', { eventId: 'e', '@type': 'ProductCreateEvent', event: { product: order } }],
  ];
  for (const [name, body, path] of shapes) {
    it(name, () => {
      expect(eventKind(body, path)).toEqual({
        api: 'TMF637',
        resource: 'product',
        verb: 'CREATE',
        eventId: 'e',
        object: order,
      });
    });
  }

  it('that says nothing is none', () => {
    const nothings = [
      undefined,
      'text',
      [],
      {},
      { eventType: 'ProductCreateEvent' },
      { eventType: 'CreateEvent', event: order },
      { eventType: 'ProductExploded', event: order },
      { eventType: 'ProductCreateEvent', event: { product: { name: 'no id' } } },
    ];
    for (const body of nothings) expect(eventKind(body)).toBeUndefined();
  });

  it('made of anything never throws', () => {
    const body = fc.record({ eventType: fc.oneof(fc.string(), fc.anything()), event: fc.anything() });
    fc.assert(
      fc.property(fc.oneof(body, fc.anything()), fc.string(), (value, path) => void eventKind(value, path)),
    );
  });
});

describe('repetitions', () => {
  it('are told by their key, as long as it is remembered', () => {
    const seen = createRepetitions(2);
    const told = ['a', 'b', 'a', 'c', 'b', 'a'].map((key) => {
      const known = seen.has(key);
      seen.add(key);
      return known;
    });
    expect(told).toEqual([false, false, true, false, false, false]);
  });
});
