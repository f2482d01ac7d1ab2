// Creating and changing: other statuses, changes that are not made, ids and states that the client must bring.

import { failure, json, NO_CONTENT, type Reply } from '../server/reply.ts';
import { merged } from '../server/resource-routes.ts';
import { isRecord } from '../server/row.ts';
import { type Asked, type Deviations, isHub } from './deviation.ts';
import { onRows, parsed, withBody, without } from './json-body.ts';

const isCreation = (asked: Asked): boolean => asked.method === 'POST' && !isHub(asked);

const DONE = ['done', 'terminatedWithSuccess'];
/** Tasks that have no state where they are answered at once. */
const isTask = ({ segments: [resource = ''] }: Asked): boolean => /^(query|check)[A-Z]/.test(resource);

const onPatch = (change: (reply: Reply) => Reply) => (reply: Reply, asked: Asked) =>
  asked.method === 'PATCH' && reply.status === 200 ? change(reply) : reply;

export function writes(): Deviations {
  /** Created by clients that named no state. */
  const stateless = new Set<unknown>();
  const hideState = onRows(({ state, ...row }) =>
    state !== undefined && !stateless.has(row.id) ? { ...row, state } : row,
  );
  /** Tasks that were not done when they were looked at last. */
  const underWay = new Map<unknown, number>();
  /** By id: where what was made is, and how often its monitor was looked at. */
  const monitors = new Map<string, { readonly madeAt: unknown; looks: number }>();
  return {
    'patch-201': { does: 'says 201 for a change', answer: onPatch((reply) => ({ ...reply, status: 201 })) },
    'patch-204': { does: 'says 204 for a change', answer: onPatch(() => NO_CONTENT) },
    'patch-dropped': {
      does: 'says 200 for a change, shows it, and does not make it',
      ask(asked, around) {
        if (asked.method !== 'PATCH') return asked;
        const before = around.honest({ ...asked, method: 'GET', search: '', body: '' });
        return before.status === 200 ? json(200, merged(parsed(before.body), parsed(asked.body))) : before;
      },
    },
    'patch-merge-type-only': {
      does: 'takes a change as application/merge-patch+json alone',
      ask: (asked) =>
        asked.method === 'PATCH' && !asked.contentType.includes('merge-patch')
          ? failure(415, 'send a merge patch')
          : asked,
    },
    'create-demands-id': {
      does: 'creates nothing without an id of the client',
      ask(asked) {
        const body = isCreation(asked) ? parsed(asked.body) : undefined;
        return isRecord(body) && body.id === undefined ? failure(400, 'id is mandatory') : asked;
      },
    },
    'create-stateless': {
      does: 'gives what is created no state',
      answer(reply, asked) {
        const body = isCreation(asked) && reply.status === 201 ? parsed(reply.body) : undefined;
        const sent = parsed(asked.body);
        if (isRecord(body) && isRecord(sent) && sent.state === undefined) stateless.add(body.id);
        return hideState(reply);
      },
    },
    'tasks-later': {
      does: 'says inProgress where a task is made, and once more where it is looked at',
      answer(reply, asked) {
        const body = reply.status < 300 ? parsed(reply.body) : undefined;
        if (!isRecord(body) || asked.segments.length > 2) return reply;
        const [isMade, looks] = [isCreation(asked), underWay.get(body.id) ?? 0];
        const isDone = body.state === undefined ? isTask(asked) : DONE.includes(String(body.state));
        if (isMade ? !isDone : looks === 0) return reply;
        underWay.set(body.id, isMade ? 1 : looks - 1);
        return withBody(reply, { id: body.id, href: body.href, state: 'inProgress' });
      },
    },
    'create-202': {
      does: 'accepts a creation with 202 and an address, and sends no body',
      answer: (reply, asked) =>
        isCreation(asked) && reply.status === 201
          ? { status: 202, headers: without(reply.headers, 'content-type'), body: '' }
          : reply,
    },
    'create-monitored': {
      does: 'accepts a creation with 202 and the address of a monitor, done at the second look',
      ask(asked) {
        const [resource, id = ''] = asked.segments;
        const monitor = resource === 'monitor' ? monitors.get(id) : undefined;
        if (monitor === undefined) return asked;
        monitor.looks += 1;
        const state = monitor.looks === 1 ? 'inProgress' : 'completed';
        return json(200, { '@type': 'Monitor', id, state, sourceHref: monitor.madeAt });
      },
      answer(reply, asked, { base }) {
        const made = isCreation(asked) && reply.status === 201 ? parsed(reply.body) : undefined;
        if (!isRecord(made)) return reply;
        const id = `mon-${monitors.size + 1}`;
        monitors.set(id, { madeAt: made.href, looks: 0 });
        return { status: 202, headers: { location: `${base}/monitor/${id}` }, body: '' };
      },
    },
    'create-200': {
      does: 'says 200 for a creation and gives no address',
      answer: (reply, asked) =>
        isCreation(asked) && reply.status === 201
          ? { ...reply, status: 200, headers: without(reply.headers, 'location') }
          : reply,
    },
    'create-without-body': {
      does: 'says 201 for a creation, with an address and no body',
      answer: (reply, asked) =>
        isCreation(asked) && reply.status === 201 ? { ...withBody(reply, ''), body: '' } : reply,
    },
  };
}
