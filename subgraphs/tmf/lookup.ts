// One object by its id: there, absent, or not what was asked for.
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Budget } from './budget.ts';
import { listOf } from './page.ts';
import { withPeriodsInOrder } from './periods.ts';
import { encode, fieldsParameter } from './query.ts';
import { isRecord, projection, type TmfObject, tmfObject } from './tmf-object.ts';

/** Undefined where there is no such object. Rejects with a BackEndError. */
export async function fetchOne(
  backEnd: BackEnd,
  source: Source,
  id: string,
  fields: readonly string[] | undefined,
  budget: Budget,
): Promise<TmfObject | undefined> {
  // dots alone would climb the path on the way
  if (id === '' || /^\.+$/.test(id)) return undefined;
  const { config } = backEnd;
  const query = fieldsParameter(config, fields).join('&');
  let body: unknown;
  try {
    const request = { method: 'GET', resource: source.resource, id, repeatable: true } as const;
    body = (await backEnd.send(query === '' ? request : { ...request, query }, budget)).body;
  } catch (error) {
    if (error instanceof BackEndError && (error.status === 404 || error.status === 410)) return undefined;
    throw error;
  }
  if (body === undefined) return undefined;
  const candidates = listOf(body, source.resource, config.profile.envelope) ?? [body];
  if (candidates.length === 0) return undefined;
  const object = objectOf(body, id, fields) ?? candidates.map(tmfObject).find((each) => each?.id === id);
  if (object?.id === id) return projection(fields)(withPeriodsInOrder(object));
  // never handed out under the asked id: who may see it was decided for that id
  throw new BackEndError({
    provider: config.provider,
    api: config.api,
    method: 'GET',
    path: `${config.basePath}/${source.resource}/${encode(id)}`,
    status: 200,
    code: 'BACKEND_BAD_ANSWER',
    retryable: false,
    reason: 'answered with something else than the object',
  });
}

/** Some leave the id out where `fields` is there: then one of those fields must be in it, or it is no object. */
function objectOf(body: unknown, id: string, fields: readonly string[] | undefined): TmfObject | undefined {
  if (!isRecord(body)) return undefined;
  const anonymous = body.id === undefined && fields?.some((name) => Object.hasOwn(body, name));
  return tmfObject(anonymous === true ? { ...body, id } : body);
}
