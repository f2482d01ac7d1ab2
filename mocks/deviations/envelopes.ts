// What is wrapped around the rows of a list.
import type { Reply } from '../server/reply.ts';
import { type Asked, type Deviations, isList } from './deviation.ts';
import { parsed, withBody, without } from './json-body.ts';
import { numberOf } from './lists.ts';

function wrapped(wrap: (rows: readonly unknown[], asked: Asked, reply: Reply) => unknown) {
  return (reply: Reply, asked: Asked): Reply => {
    const rows = isList(asked) && reply.status < 300 ? parsed(reply.body) : undefined;
    if (!Array.isArray(rows)) return reply;
    const headers = without(reply.headers, 'x-total-count', 'x-result-count', 'link');
    return { ...withBody(reply, wrap(rows, asked, reply)), status: 200, headers };
  };
}

export const ENVELOPES: Deviations = {
  'envelope-data': {
    does: 'wraps lists as {data, pagination}',
    answer: wrapped((data, asked, reply) => ({
      data,
      pagination: {
        offset: numberOf(asked, 'offset'),
        limit: numberOf(asked, 'limit'),
        total: Number(reply.headers['x-total-count'] ?? 0),
      },
    })),
  },
  'envelope-named': {
    does: 'wraps lists as {status, count, <resource>}',
    answer: wrapped((rows, { segments }) => ({
      status: 'success',
      count: rows.length,
      [segments[0] ?? 'data']: rows,
    })),
  },
  'envelope-deep': {
    does: 'wraps lists as {response: {body: {rows}}}',
    answer: wrapped((rows) => ({ response: { code: 0, body: { rows } } })),
  },
  'one-row-bare': {
    does: 'sends a list of one as the object itself',
    answer: wrapped((rows) => (rows.length === 1 ? rows[0] : rows)),
  },
  'none-is-404': {
    does: 'says 404 where a list is empty',
    answer: (reply, asked) =>
      isList(asked) && reply.body === '[]'
        ? { ...reply, status: 404, body: '{"code":"60","reason":"nothing found"}' }
        : reply,
  },
};
