// A refusal as it goes out where there is no operation yet: by the HTTP layer itself.
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { ERRORS } from '../schema/errors.ts';
import { publishRefusal, type Refusal } from './errors.ts';
import { requestIdOf } from './http-request.ts';
import type { HttpAnswer } from './server.ts';

export function sentRefusal(
  { headers }: Pick<IncomingMessage, 'headers'>,
  refusal: Refusal,
  log: Logger,
): HttpAnswer {
  const requestId = requestIdOf(headers['x-request-id']);
  const errors = publishRefusal(refusal, {
    requestId,
    mayIntrospect: false,
    onMasked: (error) => log.error({ requestId, message: error.message }, 'masked'),
  });
  const code = errors[0]?.extensions?.code;
  return {
    status: Object.entries(ERRORS).find(([name]) => name === code)?.[1].status ?? 500,
    headers: {
      ...refusal.headers,
      'x-request-id': requestId,
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    },
    text: JSON.stringify({ errors }),
  };
}
