// A back end of any version as one of the version whose shape the rest of the code sees.
import type { BackEnd } from '../back-end.ts';
import { BackEndError } from '../back-end-error.ts';
import { listOf } from '../page.ts';
import { isRecord } from '../tmf-object.ts';
import { differenceOf } from './differences.ts';
import { ours, theirQuery, theirs } from './one-shape.ts';

export function versioned(backEnd: BackEnd): BackEnd {
  const { config } = backEnd;
  const difference = differenceOf(config.api, config.version);
  if (difference === undefined) return backEnd;
  return {
    ...backEnd,
    async send(request, budget) {
      const { resource, query, body } = request;
      if (difference.absent?.includes(resource)) {
        throw new BackEndError({
          provider: config.provider,
          api: config.api,
          method: request.method,
          path: `${config.basePath}/${resource}`,
          code: 'NOT_CONFIGURED',
          retryable: false,
          unsent: true,
          reason: `is ${config.version}, which has no such resource`,
        });
      }
      const question = request.method === 'POST' ? difference.asks?.[resource] : undefined;
      if (question !== undefined) {
        const { resource: asked, ...rest } = question.of(isRecord(body) ? body : {});
        const method = rest.body === undefined ? 'GET' : 'POST';
        const answer = await backEnd.send(
          { method, resource: asked, ...rest, repeatable: request.repeatable },
          budget,
        );
        const rows = listOf(answer.body, asked, config.profile.envelope) ?? [answer.body];
        return { ...answer, body: question.read(rows.filter(isRecord)) };
      }
      const wire = difference.resources?.[resource] ?? resource;
      const answer = await backEnd.send(
        {
          ...request,
          resource: wire,
          ...(query === undefined ? {} : { query: theirQuery(difference, query) }),
          ...(body === undefined || resource === 'hub' ? {} : { body: theirs(difference, body, resource) }),
        },
        budget,
      );
      if (resource === 'hub' || resource === 'monitor') return answer;
      const list =
        request.method === 'GET' && request.id === undefined
          ? listOf(answer.body, wire, config.profile.envelope)
          : undefined;
      return {
        ...answer,
        body:
          list === undefined
            ? ours(difference, answer.body, resource)
            : list.map((each) => ours(difference, each, resource)),
      };
    },
  };
}
