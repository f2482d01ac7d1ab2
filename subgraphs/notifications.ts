// Notifications of back ends: asked for at their hubs, and handed to the subgraphs that handle them.
import type { EventHandlers } from './context.ts';
import type { Systems } from './loads.ts';
import type { Api } from './tmf/backends.ts';
import type { TmfClient } from './tmf/client.ts';
import { createRepetitions, eventKind } from './tmf/events.ts';

interface Delivery {
  readonly provider: string;
  readonly api: string;
  readonly path: string;
  readonly body: unknown;
}

/** Takes a notification as it came; false when nobody asked for it. */
export function receiver(
  handlers: readonly (EventHandlers | undefined)[],
  systems: Systems,
): (delivery: Delivery) => Promise<boolean> {
  const repeated = createRepetitions();
  return async ({ provider, api, path, body }) => {
    const event = eventKind(body, path);
    if (event?.api !== api || !systems.client.providersOf(event.api).includes(provider)) return false;
    if (event.eventId !== undefined && repeated(`${provider}\n${api}\n${event.eventId}`)) return true;
    const { resource, object } = event;
    await Promise.all(handlers.map((each) => each?.[resource]?.({ provider, resource, object }, systems)));
    return true;
  };
}

interface Registration {
  readonly client: TmfClient;
  readonly apis: readonly Api[];
  readonly eventsUrl: string;
  /** Told of each that has no hub, or wants none of it: its values just age. */
  readonly onNone: (source: { readonly provider: string; readonly api: Api }) => void;
}

/** Asks back ends for notifications; gives back how to end that. */
export async function register({
  client,
  apis,
  eventsUrl,
  onNone,
}: Registration): Promise<() => Promise<void>> {
  const sources = apis.flatMap((api) => client.providersOf(api).map((provider) => ({ provider, api })));
  const hubs = await Promise.all(
    sources.map(async (source) => {
      const callback = `${eventsUrl}/${source.provider}/${source.api}`;
      const hub = await client.subscribe(source, callback).catch(() => undefined);
      if (hub === undefined) onNone(source);
      return { source, hub };
    }),
  );
  return async () => {
    const ends = hubs.map(({ source, hub }) =>
      hub === undefined ? undefined : client.unsubscribe(source, hub.id),
    );
    await Promise.allSettled(ends);
  };
}
