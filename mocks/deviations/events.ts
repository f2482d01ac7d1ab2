// Notifications: where they are sent, what they are called, how often they come, and whether at all.
import { failure } from '../server/reply.ts';
import { type Delivery, type Deviations, isHub } from './deviation.ts';

const V3: readonly (readonly [RegExp, string])[] = [
  [/CreateEvent$/, 'CreationNotification'],
  [/AttributeValueChangeEvent$/, 'ValueChangeNotification'],
  [/StateChangeEvent$/, 'StateChangeNotification'],
  [/DeleteEvent$/, 'RemoveNotification'],
];

function renamed({ address, body }: Delivery, rename: (name: string) => string): Delivery {
  return {
    address: address.replace(/[^/]+$/, rename),
    body: { ...body, eventType: rename(String(body.eventType)) },
  };
}

const inV3 = (name: string): string => V3.reduce((text, [v4, v3]) => text.replace(v4, v3), name);

export const EVENTS: Deviations = {
  'hub-absent': {
    does: 'has no hub',
    ask: (asked) => (isHub(asked) ? failure(404, 'no such resource') : asked),
  },
  'hub-bare-callback': {
    does: 'posts notifications to the bare callback',
    deliver: (delivery, callback) => [{ ...delivery, address: callback }],
  },
  'hub-v3-names': {
    does: 'calls events …CreationNotification, as version 3 did',
    deliver: (delivery) => [renamed(delivery, inV3)],
  },
  'hub-status-change': {
    does: 'says StatusChange for StateChange',
    deliver: (delivery) => [renamed(delivery, (name) => name.replace('StateChange', 'StatusChange'))],
  },
  'hub-any-case': {
    does: 'writes event names in capitals',
    deliver: (delivery) => [
      { ...delivery, body: { ...delivery.body, eventType: String(delivery.body.eventType).toUpperCase() } },
    ],
  },
  'hub-silent': { does: 'takes listeners and tells them nothing', deliver: () => [] },
  'hub-repeats': {
    does: 'sends every notification three times',
    deliver: (delivery) => [delivery, delivery, delivery],
  },
};
