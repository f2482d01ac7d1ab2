// Server-sent events: one operation a request, as GraphQL over SSE's distinct connections have it.
import type { ServerResponse } from 'node:http';
import type { LiveRequest } from './admission.ts';
import { publicErrors } from './ended.ts';
import type { Live, Opened } from './live.ts';

/** Proxies and phones drop what is silent for a minute or less. */
const KEEP_ALIVE_MS = 12_000;

export const isEventStream = (accept: string | undefined): boolean =>
  accept?.toLowerCase().includes('text/event-stream') === true;

const event = (name: 'next' | 'complete', data: string): string => `event: ${name}\ndata: ${data}\n\n`;

/** Resolves when the client can take more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/**
 * Answers with a stream; a refusal before its beginning is returned to be sent as any other. What ends for good says
 * `complete`; what its client should ask for again is cut without, which is how clients of the protocol tell.
 */
export async function sendEvents(
  live: Live,
  request: LiveRequest,
  response: ServerResponse,
): Promise<Extract<Opened, { kind: 'REFUSED' }> | undefined> {
  const opened = await live.open(request, 'sse');
  if (opened.kind === 'REFUSED') return opened;
  const { states } = opened;
  response.once('close', () => void states.return());
  if (response.destroyed) {
    await states.return();
    return undefined;
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would gather it
    'x-accel-buffering': 'no',
    'x-request-id': request.requestId,
  });
  response.flushHeaders();
  const beat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, KEEP_ALIVE_MS);
  try {
    for await (const { text } of states) {
      if (!response.write(event('next', text))) await drained(response);
    }
    response.end(event('complete', ''));
  } catch (error) {
    const { errors, reconnect } = publicErrors(error, request.requestId);
    const last = event('next', JSON.stringify({ errors }));
    if (reconnect) response.write(last, () => response.destroy());
    else response.end(last + event('complete', ''));
  } finally {
    clearInterval(beat);
  }
  return undefined;
}
