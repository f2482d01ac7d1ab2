// Files of a subgraph that runs elsewhere: asked for with the principal as a signed token, good for that one file.
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { clientError, isErrorCode } from '../schema/errors.ts';
import { AGREEMENT_HEADER } from '../schema/key-agreement.ts';
import type { FileSource, OpenedFile } from '../schema/ports.ts';
import { fileQuery, queryHash, requestHash } from '../schema/principal-token.ts';
import type { Answered, Identity } from './identify.ts';

interface Options {
  readonly path: string;
  readonly pool: Dispatcher;
  readonly identity: Identity;
  readonly takesUserToken: boolean;
  readonly now: () => number;
}

const told = z.object({
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).min(1),
});

type Response = Awaited<ReturnType<Dispatcher['request']>>;

const headerOf = ({ headers }: Response, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

function nameOf(response: Response): string | undefined {
  try {
    return decodeURIComponent(headerOf(response, 'x-file-name') ?? '') || undefined;
  } catch {
    return undefined;
  }
}

/** A file has a name in its head; anything else is what the subgraph has to say instead. */
async function read(response: Response): Promise<OpenedFile | undefined> {
  const { statusCode: status, body } = response;
  const name = nameOf(response);
  if (status === 200 && name !== undefined) {
    const bytes = Number(headerOf(response, 'content-length') ?? Number.NaN);
    const mimeType = headerOf(response, 'content-type') ?? 'application/octet-stream';
    return { name, mimeType, body, ...(Number.isSafeInteger(bytes) ? { bytes } : {}) };
  }
  if (status !== 200) {
    await body.dump().catch(() => undefined);
    throw clientError(status === 401 || status === 403 ? 'BACKEND_REFUSED' : 'BACKEND_UNAVAILABLE');
  }
  const said = told.safeParse(await body.json().catch(() => undefined));
  const code = said.data?.errors[0]?.extensions.code;
  if (code === undefined) return undefined;
  throw clientError(isErrorCode(code) ? code : 'BACKEND_BAD_ANSWER');
}

export function remoteFiles({ path, pool, identity, takesUserToken, now }: Options): FileSource {
  return async (id, operation) => {
    const query = fileQuery(id);
    const { requestId } = operation;
    const userToken = takesUserToken ? operation.userToken : undefined;
    const asked = requestHash(queryHash(query), '{}', userToken);
    // until its head is here the operation may end it; after that, whoever reads the body
    const ending = new AbortController();
    const stop = (): void => ending.abort();
    operation.signal.addEventListener('abort', stop, { once: true });
    let former: Response | undefined;
    const send = async (principal: string): Promise<Answered & { readonly response: Response }> => {
      // of a refusal, where it is sent once more
      await former?.body.dump();
      const response = await pool.request({
        path,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-request-id': requestId,
          'x-time-left-ms': String(Math.max(0, operation.deadlineMs - now())),
        },
        body: JSON.stringify({ query, extensions: { principal, userToken } }),
        signal: ending.signal,
      });
      former = response;
      return { status: response.statusCode, agreement: headerOf(response, AGREEMENT_HEADER), response };
    };
    try {
      const { response } = await identity.ask(operation, asked, send);
      response.body.on('error', () => undefined);
      return await read(response);
    } catch (error) {
      if (error instanceof Error && 'extensions' in error) throw error;
      throw clientError(operation.signal.aborted ? 'DEADLINE_EXCEEDED' : 'BACKEND_UNAVAILABLE');
    } finally {
      operation.signal.removeEventListener('abort', stop);
    }
  };
}
