// Where back ends deliver their notifications: a secret path, and only what was registered for.
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

export interface BackEndEvents {
  /** The part of the path that only those know with whom we registered. */
  readonly secret: string;
  /** Takes a notification as it came; false when nobody asked for it. */
  receive(event: {
    readonly provider: string;
    readonly api: string;
    readonly path: string;
    readonly body: unknown;
  }): Promise<boolean>;
}

function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function readJson(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

type Delivery = FastifyRequest<{
  Params: { secret: string; provider: string; api: string; '*'?: string };
  Body: Buffer | undefined;
}>;

/** `POST /events/<secret>/<provider>/<api>`, with or without `/listener/<event>` behind it. */
export function serveBackEndEvents(app: FastifyInstance, events: BackEndEvents, log: Logger): void {
  async function take({ params, body }: Delivery, reply: FastifyReply) {
    const { secret, provider, api } = params;
    const event = { provider, api, path: `/${params['*'] ?? ''}`, body: readJson(body) };
    const taken = same(secret, events.secret) && (await events.receive(event));
    if (!taken) log.warn({ provider, api }, 'a notification that nobody asked for');
    // the sender learns nothing of the difference
    return reply.code(taken ? 204 : 404).send();
  }
  app.post('/events/:secret/:provider/:api', take);
  app.post('/events/:secret/:provider/:api/*', take);
}
