// APIs that are asked by tasks: one question about nothing, of which the back end keeps no more than of any other.
import { randomUUID } from 'node:crypto';
import type { Api } from '../tmf/backends.ts';
import { announcedId, progressOf } from '../tmf/progress.ts';
import { isRecord } from '../tmf/tmf-object.ts';
import { withOwnId } from '../tmf/written.ts';
import { deviates, type Finding, fine, noted } from './finding.ts';
import { NONSENSE } from './lists.ts';
import { isHeard, type Questions } from './questions.ts';

/** As the gateway asks, for a place and a service that nobody has. */
const ASKED: Partial<
  Record<Api, { readonly resource: string; readonly body: Readonly<Record<string, unknown>> }>
> = {
  TMF645: {
    resource: 'checkServiceQualification',
    body: {
      instantSyncQualification: true,
      serviceQualificationItem: [
        {
          id: '1',
          service: {
            id: '1',
            serviceType: 'broadband',
            place: [{ id: NONSENSE, name: NONSENSE, role: 'installationAddress' }],
          },
        },
      ],
    },
  },
  TMF677: { resource: 'queryUsageConsumption', body: { searchCriteria: { service: [{ id: NONSENSE }] } } },
};

/** A task is made where it is asked, so only with `--write`. */
export async function tasks(questions: Questions): Promise<Finding | undefined> {
  const asked = ASKED[questions.config.api];
  if (asked === undefined) return undefined;
  const { profile } = questions.config;
  const ask = (body: unknown) => questions.ask({ method: 'POST', resource: asked.resource, body });
  const answer = await ask(withOwnId(questions.config, asked.body));
  const isRefused = !isHeard(answer) && answer.status === 400 && profile.createId !== 'client';
  if (isRefused && isHeard(await ask({ id: randomUUID(), ...asked.body })))
    return deviates(
      'tasks',
      `${asked.resource} wants an id of the client`,
      { createId: 'client' },
      'Gives an id to what it creates.',
    );
  if (!isHeard(answer))
    return deviates(
      'tasks',
      `${asked.resource} is refused (${answer.status ?? answer.fault})`,
      {},
      `Every field that is asked by it is ${answer.fault}.`,
    );
  const { body } = answer;
  if (!isRecord(body)) {
    const place = announcedId(answer);
    return place === undefined
      ? deviates(
          'tasks',
          'neither an answer nor a place for it',
          {},
          'Every field that is asked by it is an error.',
        )
      : noted('tasks', 'the answer is kept elsewhere', 'Fetches it by its id: one more request a question.');
  }
  return progressOf(body) === 'UNDER_WAY'
    ? noted('tasks', 'answers later', 'Asks again, with pauses that grow, until the state is final.')
    : fine('tasks', `${asked.resource} answers at once`);
}
