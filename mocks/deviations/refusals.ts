// Errors and pages in place of answers: other bodies, other statuses, other hosts.
import type { Reply } from '../server/reply.ts';
import { isRecord } from '../server/row.ts';
import type { Deviations } from './deviation.ts';
import { parsed } from './json-body.ts';

const PAGE = '<!doctype html><html><head><title>Error</title></head><body><h1>It works!</h1></body></html>';
const HTML = { 'content-type': 'text/html; charset=utf-8' } as const;

function messageOf({ body }: Reply): string {
  const error = parsed(body);
  return isRecord(error) ? String(error.message ?? error.reason) : 'failed';
}

const onErrors = (write: (reply: Reply) => Partial<Reply>) => (reply: Reply) =>
  reply.status >= 400 ? { ...reply, ...write(reply) } : reply;

const errorBody = (write: (reply: Reply) => unknown) =>
  onErrors((reply) => ({ body: JSON.stringify(write(reply)) }));

export const REFUSALS: Deviations = {
  'errors-numeric': {
    does: 'writes the code of an error as a number',
    answer: errorBody((reply) => ({ code: reply.status, message: messageOf(reply) })),
  },
  'errors-bare': {
    does: 'writes errors as {error}',
    answer: errorBody((reply) => ({ error: messageOf(reply) })),
  },
  'errors-listed': {
    does: 'writes errors as {message, errors[]}',
    answer: errorBody((reply) => ({
      message: messageOf(reply),
      errors: [{ path: 'id', message: messageOf(reply) }],
    })),
  },
  'errors-html': {
    does: 'writes errors as HTML pages with a stack',
    answer: onErrors(() => ({
      headers: HTML,
      body: PAGE.replace('It works!', 'at Server.handle (/opt/app.js:12)'),
    })),
  },
  'not-found-as-500': {
    does: 'says 500 for what it does not have',
    answer: (reply) =>
      reply.status === 404
        ? {
            ...reply,
            status: 500,
            body: JSON.stringify({ code: 404, status: '404', message: messageOf(reply) }),
          }
        : reply,
  },
  'errors-as-200': {
    does: 'says 200 with an error in the body',
    answer: onErrors(() => ({ status: 200 })),
  },
  'html-as-200': {
    does: 'answers everything with a page and 200',
    answer: (reply) => ({ ...reply, status: 200, headers: HTML, body: PAGE }),
  },
  'nan-literal': {
    does: 'writes NaN for a number, which is no JSON then',
    answer: (reply) =>
      reply.status < 300 ? { ...reply, body: reply.body.replace(/:-?\d+(\.\d+)?(?=[,}])/, ':NaN') } : reply,
  },
  redirects: {
    does: 'sends everybody to another host',
    answer: (reply, asked, { trap }) => ({
      ...reply,
      status: 302,
      headers: { location: `${trap}/${asked.segments.join('/')}` },
      body: '',
    }),
  },
};
