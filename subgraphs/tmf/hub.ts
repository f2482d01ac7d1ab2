// Asking a back end for notifications, and taking it back: the `/hub` of TMF630.
import type { BackEnd } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Api } from './backends.ts';
import type { Budget } from './budget.ts';
import { tmfObject } from './tmf-object.ts';

export interface HubSource {
  readonly provider: string;
  readonly api: Api;
}

const wasRefused = (error: unknown) => error instanceof BackEndError && error.code === 'BACKEND_REFUSED';

/** Undefined where there is no hub, or it refuses; rejects with a BackEndError where a later try may succeed. */
export async function subscribeToHub(
  backEnd: BackEnd,
  callback: string,
  query: string | undefined,
  budget: Budget,
): Promise<{ readonly id: string } | undefined> {
  const body = { callback, ...(query === undefined ? {} : { query }) };
  try {
    // sent twice it would deliver everything twice
    const answer = await backEnd.send({ method: 'POST', resource: 'hub', body, repeatable: false }, budget);
    const id = tmfObject(answer.body)?.id;
    return id === undefined ? undefined : { id };
  } catch (error) {
    if (wasRefused(error)) return undefined;
    throw error;
  }
}

/** Also done where the back end no longer knows of it. */
export async function unsubscribeFromHub(backEnd: BackEnd, id: string, budget: Budget): Promise<void> {
  try {
    await backEnd.send({ method: 'DELETE', resource: 'hub', id, repeatable: true }, budget);
  } catch (error) {
    if (!wasRefused(error)) throw error;
  }
}
