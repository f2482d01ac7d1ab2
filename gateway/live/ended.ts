// How the end of a stream is told: as its ending says, and everything else as a fault of ours.
import { clientError } from '../../schema/errors.ts';
import { type Ending, StreamEnded } from './outlet.ts';

export function publicErrors(error: unknown, requestId: string): Ending {
  if (error instanceof StreamEnded) return error.ending;
  const { message, extensions } = clientError('INTERNAL_SERVER_ERROR');
  return { errors: [{ message, extensions: { ...extensions, requestId } }], reconnect: true };
}
