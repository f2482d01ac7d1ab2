// Task resources: a POST that only asks, and the wait until its answer is there.
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import { backEndRow } from './backends.ts';
import { type Budget, pause } from './budget.ts';
import type { Answer } from './exchange.ts';
import { fetchOne } from './lookup.ts';
import { monitorOf, outcomeOf } from './monitor.ts';
import { withAllPeriodsInOrder } from './periods.ts';
import { announcedId, pollAfterMs, progressOf, stateName } from './progress.ts';
import { isRecord, type TmfObject, tmfObject } from './tmf-object.ts';
import { withOwnId } from './written.ts';

/** The task in its final state, also a failed one: its `state` says which. Rejects with a BackEndError. */
export async function runTask(
  backEnd: BackEnd,
  source: Source,
  body: unknown,
  budget: Budget,
): Promise<TmfObject> {
  const { config } = backEnd;
  if (!backEndRow(source.api).tasks.includes(source.resource)) {
    // a mistake in our code: sending such a POST twice could order or charge twice
    throw new TypeError(`${source.api} ${source.resource} is not a task that may be sent again`);
  }
  const fault = (code: 'BACKEND_BAD_ANSWER' | 'BACKEND_REFUSED' | 'BACKEND_TIMEOUT', reason: string) =>
    new BackEndError({
      provider: config.provider,
      api: config.api,
      method: 'POST',
      path: `${config.basePath}/${source.resource}`,
      code,
      retryable: false,
      reason,
    });

  const request = {
    method: 'POST',
    resource: source.resource,
    body: withOwnId(config, body),
    repeatable: true,
  } as const;
  const answer = await backEnd.send(request, budget);
  const monitor = monitorOf(answer);
  let task = monitor === undefined ? taskIn(answer) : await taskBehind(monitor);
  if (task === undefined) throw fault('BACKEND_BAD_ANSWER', 'answered with no task');
  for (let poll = 0; isUnfinished(task); poll += 1) {
    if (task.id === '') throw fault('BACKEND_BAD_ANSWER', 'gave no id to ask for the outcome with');
    if ((await pause(pollAfterMs(poll), budget)) === 'EXPIRED')
      throw fault('BACKEND_TIMEOUT', 'has not finished in time');
    const polled = await fetchOne(backEnd, source, task.id, undefined, budget);
    if (polled === undefined) throw fault('BACKEND_BAD_ANSWER', 'has forgotten the task');
    task = polled;
  }
  return withAllPeriodsInOrder(task);

  async function taskBehind(id: string): Promise<TmfObject> {
    const outcome = await outcomeOf(backEnd, source, id, budget);
    if (outcome?.kind === 'REFUSED') throw fault('BACKEND_REFUSED', 'refused the task');
    if (outcome?.kind === 'UNKNOWN') throw fault('BACKEND_TIMEOUT', 'has not finished in time');
    if (outcome?.object === undefined) throw fault('BACKEND_BAD_ANSWER', 'has forgotten the task');
    return outcome.object;
  }
}

/** Announced by its Location alone, nothing is known of it yet. */
const isUnfinished = (task: TmfObject) =>
  progressOf(task) === 'UNDER_WAY' || (stateName(task) === undefined && Object.keys(task).length === 1);

/** A finished task may come without an id: nobody refers to it, so an empty one stands in. */
function taskIn(answer: Answer): TmfObject | undefined {
  const announced = announcedId(answer);
  if (isRecord(answer.body)) return tmfObject(answer.body) ?? { ...answer.body, id: announced ?? '' };
  return answer.body === undefined ? tmfObject({ id: announced }) : undefined;
}
