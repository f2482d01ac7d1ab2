// Reading a notification: what happened to which object, in any of the spellings that back ends use.
import { LRUCache } from 'lru-cache';
import { type Api, apiOfResource } from './backends.ts';
import { asText, instantMs } from './read.ts';
import { isRecord, type TmfObject, tmfObject } from './tmf-object.ts';

type Verb = 'CREATE' | 'CHANGE' | 'STATE' | 'DELETE';

export interface Notification {
  /** Absent for resources of APIs that we have no row for. */
  readonly api?: Api;
  /** As the API spells it where it is known, else as the event does, with a small first letter. */
  readonly resource: string;
  readonly verb: Verb;
  /** Absent where the back end gives none: such a notification can't be told from its repetition. */
  readonly eventId?: string;
  /** Epoch milliseconds; absent where the back end doesn't say when it was. */
  readonly atMs?: number;
  readonly object: TmfObject;
}

// v3 says CreationNotification, StatusChangeNotification, RemoveNotification where v4 says CreateEvent, StateChangeEvent, DeleteEvent
const VERBS: readonly (readonly [RegExp, Verb])[] = [
  [/(?:Creat(?:e|ed|ion))$/i, 'CREATE'],
  [/(?:(?:Delet(?:e|ed|ion))|(?:Remov(?:e|ed|al)))$/i, 'DELETE'],
  [/(?:(?:Execution)?(?:State|(?:Operating)?Status)(?:Value)?Changed?)$/i, 'STATE'],
  [
    /(?:(?:Attribute)?(?:Value)?Changed?|Updated?|InformationRequired|Resolved|Milestone|Jeopardy(?:Alert)?)$/i,
    'CHANGE',
  ],
];

/** `listenerPath` is the callback's own path: some name the event only there, some post to the bare callback. */
export function eventKind(body: unknown, listenerPath = ''): Notification | undefined {
  if (!isRecord(body)) return undefined;
  const inPath = /\/listener\/([A-Za-z]{1,80})\/?$/.exec(listenerPath.replace(/[?#].*$/, ''))?.[1];
  const named = [asText(body.eventType), asText(body.notificationType), asText(body['@type']), inPath];
  for (const name of named) {
    const kind = name === undefined ? undefined : kindOf(name);
    if (kind === undefined) continue;
    const object = payload(body, kind.resource);
    if (object === undefined) continue;
    const known = apiOfResource(kind.resource);
    const eventId = asText(body.eventId) ?? asText(body.notificationId);
    const atMs = instantMs(body.eventTime) ?? instantMs(body.notificationTime);
    return {
      ...(known === undefined ? {} : { api: known.api }),
      resource: known?.resource ?? kind.resource,
      verb: kind.verb,
      ...(eventId === undefined ? {} : { eventId }),
      ...(atMs === undefined ? {} : { atMs }),
      object,
    };
  }
  return undefined;
}

function kindOf(eventType: string): { resource: string; verb: Verb } | undefined {
  const name = eventType.slice(0, 120).replace(/(Event|Notification)$/i, '');
  for (const [pattern, verb] of VERBS) {
    const resource = name.replace(pattern, '');
    if (resource !== name && resource !== '') {
      return { resource: resource.charAt(0).toLowerCase() + resource.slice(1), verb };
    }
  }
  return undefined;
}

/** The object under its own name, whatever its case, or bare, in `event` or beside it. */
function payload(body: Readonly<Record<string, unknown>>, resource: string): TmfObject | undefined {
  const wanted = resource.toLowerCase();
  for (const holder of [body.event, body]) {
    if (!isRecord(holder)) continue;
    const entry = Object.entries(holder).find(([key]) => key.toLowerCase() === wanted);
    const object = tmfObject(entry?.[1]) ?? (holder === body ? undefined : tmfObject(holder));
    if (object !== undefined) return object;
  }
  return undefined;
}

export interface Repetitions {
  has(key: string): boolean;
  add(key: string): void;
  forget(key: string): void;
}

/** The keys seen lately. Ids of events are unique to a back end at most, so a key should name it too. */
export function createRepetitions(maxRemembered = 10_000): Repetitions {
  const seen = new LRUCache<string, true>({ max: maxRemembered });
  return {
    has: (key) => seen.has(key),
    add: (key) => void seen.set(key, true),
    forget: (key) => void seen.delete(key),
  };
}
