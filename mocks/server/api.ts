// One TM Forum API of the simulator: its address, its resources and its hub.
import { createHub, type Deliveries, type Hub } from './hub.ts';
import { createProgress } from './progress.ts';
import { failure, json, NO_CONTENT, type Reply } from './reply.ts';
import { answerResource, type Incoming, merged } from './resource-routes.ts';
import { RefusedRequest, type Row } from './row.ts';
import type { Store } from './store.ts';
import type { Effect, Look } from './table.ts';

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
  /** False where the resource is another API's. */
  apply(effect: Effect): boolean;
  close(): void;
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

export interface ApiParts {
  readonly address: ApiAddress;
  /** Where the server listens. */
  readonly root: string;
  readonly stores: readonly Store[];
  readonly now: () => number;
  /** Brings about what a row of this API does to any API. */
  readonly perform: (effects: readonly Effect[]) => void;
  readonly deliveries?: Deliveries;
}

export function createApi({ address, root, stores, now, perform, deliveries }: ApiParts): Api {
  const hub = createHub(now, deliveries);
  const byResource = new Map(stores.map((store) => [store.table.resource, store]));
  const base = `${root}${address.path}`;
  const look: Look = (resource, id) => byResource.get(resource)?.get(String(id));
  const progress = createProgress(now, (store, row, step) => {
    // a merge into a row keeps its id
    const after = merged(row, step.change(row)) as Row;
    write(store, after, row);
    return after;
  });
  let serial = 0;

  // deliveries go on after the answer: a slow listener never slows the caller
  function write(store: Store, after: Row, before?: Row): void {
    const { resource, stateAttribute: state, effects } = store.table;
    store.put(after, before === undefined);
    const moved = state !== undefined && before?.[state] !== after[state];
    void hub.emit(
      resource,
      before === undefined ? 'Create' : moved ? 'StateChange' : 'AttributeValueChange',
      after,
    );
    perform(effects?.(after, before) ?? []);
    if (before === undefined) progress.began(store, after);
  }

  return {
    ...address,
    hub,
    answer([resource = '', id, ...rest], incoming) {
      if (resource === 'hub' && rest.length === 0) return answerHub(hub, `${base}/hub`, id, incoming);
      const store = byResource.get(resource);
      if (store === undefined) return failure(404, 'no such resource');
      if (rest.length > 0) return contentOf(store, id ?? '', rest);
      progress.settle();
      const context = {
        store,
        version: address.version,
        collection: `${base}/${resource}`,
        write: (after: Row, before?: Row) => write(store, after, before),
        remove(row: Row) {
          store.remove(String(row.id));
          void hub.emit(resource, 'Delete', row);
        },
        look,
        newId: () => {
          serial += 1;
          return `${resource}-new-${serial}`;
        },
      };
      return answerResource(context, { ...incoming, id });
    },
    apply({ resource, id, change, isNew }) {
      const store = byResource.get(resource);
      if (store === undefined) return false;
      const before = store.get(id);
      if (before === undefined && isNew !== true) return true;
      const href = `${base}/${resource}/${encodeURIComponent(id)}`;
      const blank = { '@type': store.table.type, id, href };
      // a merge into a row keeps its id
      const after = merged(before ?? blank, change) as Row;
      if (JSON.stringify(after) !== JSON.stringify(before)) write(store, after, before);
      return true;
    },
    close() {
      progress.close();
      hub.close();
    },
  };
}
