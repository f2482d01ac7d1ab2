// Where back ends deliver their notifications: a secret path, and only what was registered for.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

export interface BackEndEvents {
  /** Whether this part of the path was given to that back end when we registered. */
  knows(provider: string, api: string, secret: string): boolean;
  /** Takes a notification as it came; false when nobody asked for it. */
  receive(event: {
    readonly provider: string;
    readonly api: string;
    readonly path: string;
    readonly body: unknown;
  }): Promise<boolean>;
}

function readJson(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

interface Params {
  readonly secret: string;
  readonly provider: string;
  readonly api: string;
  readonly '*'?: string;
}

/**
 * `POST /events/<secret>/<provider>/<api>`, with or without `/listener/<event>` behind it. Nothing that a notification
 * says is ever asked for: its object is read as it came, and its addresses never.
 */
export function serveBackEndEvents(app: FastifyInstance, events: BackEndEvents, log: Logger): void {
  /** Before the body is read: who doesn't know the path learns nothing, and costs nothing. */
  async function admit({ params }: FastifyRequest<{ Params: Params }>, reply: FastifyReply) {
    const { secret, provider, api } = params;
    if (events.knows(provider, api, secret)) return;
    log.warn('a notification under a path that nobody was given');
    await reply.code(404).send();
  }

  async function take(
    { params, body }: FastifyRequest<{ Params: Params; Body: Buffer | undefined }>,
    reply: FastifyReply,
  ) {
    const { provider, api } = params;
    const event = { provider, api, path: `/${params['*'] ?? ''}`, body: readJson(body) };
    const taken = await events.receive(event).catch((error: unknown) => {
      log.warn({ err: error, provider, api }, 'a notification could not be taken');
      return undefined;
    });
    if (taken === false) log.warn({ provider, api }, 'a notification that nobody asked for');
    // one that failed here is to be sent again; of all others the sender learns no difference
    return reply.code(taken === undefined ? 503 : 204).send();
  }

  const route = { onRequest: admit };
  app.post('/events/:secret/:provider/:api', route, take);
  app.post('/events/:secret/:provider/:api/*', route, take);
}
