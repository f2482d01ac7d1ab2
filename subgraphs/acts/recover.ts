// Acts that move money and whose outcome nobody knows: looked for from time to time, by whoever comes first.
import type { Work } from '../modules.ts';
import { forsaken } from '../store/money-acts.ts';
import { attempts } from './attempt.ts';

/** So many a round: other work waits for it. */
const AT_ONCE = 20;

/** Row by row: each is led by one instance at a time. Nothing is sent, only looked for. */
export const recover: Work = async ({ client, values, own, now }) => {
  if (own === undefined) return;
  const lead = attempts({ client, values, own });
  for (const reference of await forsaken(own.store, AT_ONCE))
    await lead.again(reference, { maySend: false, nowMs: (now ?? Date.now)() });
};
