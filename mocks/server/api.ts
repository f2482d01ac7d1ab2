// One TM Forum API of the simulator: its address, its resources and its hub.
import { createHub, type EventVerb, type Hub } from './hub.ts';
import { failure, json, NO_CONTENT, type Reply } from './reply.ts';
import { answerResource, type Incoming } from './resource-routes.ts';
import { RefusedRequest, type Row } from './row.ts';
import type { Store } from './store.ts';

export interface ApiAddress {
  /** TMF620 */
  readonly api: string;
  /** v4 */
  readonly version: string;
  /** Path below the server's root, without a slash at its end. */
  readonly path: string;
}

export interface Api extends ApiAddress {
  readonly hub: Hub;
  answer(segments: readonly string[], incoming: Omit<Incoming, 'id'>): Reply;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new RefusedRequest(400, 'the body is not JSON');
  }
}

function answerHub(
  hub: Hub,
  address: string,
  id: string | undefined,
  { method, body }: Omit<Incoming, 'id'>,
): Reply {
  if (id === undefined && method === 'POST') {
    const listener = hub.register(parsed(body));
    return json(201, listener, { location: `${address}/${listener.id}` });
  }
  if (id === undefined && method === 'GET') return json(200, hub.all());
  if (id !== undefined && method === 'GET') {
    const listener = hub.all().find((each) => each.id === id);
    return listener === undefined ? failure(404, 'no such listener') : json(200, listener);
  }
  if (id !== undefined && method === 'DELETE') {
    return hub.unregister(id) ? NO_CONTENT : failure(404, 'no such listener');
  }
  return failure(405, `${method} is not offered here`);
}

function contentOf(store: Store, id: string, rest: readonly string[]): Reply {
  const row = rest.length === 1 && rest[0] === 'content' ? store.get(id) : undefined;
  const content = row && store.table.content?.(row);
  if (content === undefined) return failure(404, 'no such resource');
  return { status: 200, headers: { 'content-type': content.mimeType }, body: content.body };
}

export function createApi(
  address: ApiAddress,
  root: string,
  stores: readonly Store[],
  now: () => number,
): Api {
  const hub = createHub(now);
  const byResource = new Map(stores.map((store) => [store.table.resource, store]));
  const base = `${root}${address.path}`;
  let serial = 0;
  return {
    ...address,
    hub,
    answer([resource = '', id, ...rest], incoming) {
      if (resource === 'hub' && rest.length === 0) return answerHub(hub, `${base}/hub`, id, incoming);
      const store = byResource.get(resource);
      if (store === undefined) return failure(404, 'no such resource');
      if (rest.length > 0) return contentOf(store, id ?? '', rest);
      const context = {
        store,
        version: address.version,
        collection: `${base}/${resource}`,
        // deliveries go on after the answer: a slow listener never slows the caller
        emit: (verb: EventVerb, row: Row) => void hub.emit(resource, verb, row),
        newId: () => {
          serial += 1;
          return `${resource}-new-${serial}`;
        },
      };
      return answerResource(context, { ...incoming, id });
    },
  };
}
