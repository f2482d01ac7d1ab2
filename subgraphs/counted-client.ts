// The TM Forum client of one operation: counts its questions, their pages and single lookups, so that none takes the back ends from everybody else.
import { clientError } from '../schema/errors.ts';
import type { Call, TmfClient } from './tmf/client.ts';

/** Above what a page of 200 objects with one list below each takes. */
const MAX_QUESTIONS = 250;

export function countedClient(unpinned: TmfClient): TmfClient {
  // one operation, one providers file
  const client = unpinned.pinned();
  let asked = 0;
  const count = (): void => {
    asked += 1;
    if (asked > MAX_QUESTIONS) throw clientError('OPERATION_TOO_COSTLY');
  };
  // named one by one: an operation has its signal by a getter, which a spread would lose
  const counted = ({ requestId, deadlineMs, signal, userToken }: Call): Call => ({
    requestId,
    deadlineMs,
    signal,
    ...(userToken === undefined ? {} : { userToken }),
    onQuestion: count,
  });
  return {
    ...client,
    one: async (...ask) => {
      count();
      return client.one(...ask);
    },
    many: async (source, values, ask, call) => {
      count();
      return client.many(source, values, ask, counted(call));
    },
    page: async (source, ask, call) => {
      count();
      return client.page(source, ask, counted(call));
    },
    document: async (...ask) => {
      count();
      return client.document(...ask);
    },
    task: async (...ask) => {
      count();
      return client.task(...ask);
    },
    create: async (...ask) => {
      count();
      return client.create(...ask);
    },
    change: async (...ask) => {
      count();
      return client.change(...ask);
    },
    remove: async (...ask) => {
      count();
      return client.remove(...ask);
    },
  };
}
