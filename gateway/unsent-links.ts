// The sender where none is configured: that a one-time link was made is told, the link is not.
import type { Logger } from 'pino';
import type { Sender } from '../schema/ports.ts';

export const unsentLinks = (log: Logger): Sender => ({
  async send({ kind, actorId }) {
    log.warn({ kind, actorId }, 'a one-time link was made, and no sender is there to take it');
  },
});
