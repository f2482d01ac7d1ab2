// The TM Forum client of one operation: counts its questions, so that none takes the back ends from everybody else.
import { clientError } from '../schema/errors.ts';
import type { TmfClient } from './tmf/client.ts';

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
  return {
    ...client,
    one: async (...ask) => {
      count();
      return client.one(...ask);
    },
    many: async (...ask) => {
      count();
      return client.many(...ask);
    },
    page: async (...ask) => {
      count();
      return client.page(...ask);
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
