// Task resources: a POST that only asks, and the wait until its answer is there.
import type { BackEnd, Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import { backEndRow } from './backends.ts';
import { type Budget, pause } from './budget.ts';
import type { Answer } from './exchange.ts';
import { fetchOne } from './lookup.ts';
import { asText } from './read.ts';
import { isRecord, type TmfObject, tmfObject } from './tmf-object.ts';

const UNFINISHED = ['accepted', 'acknowledged', 'inprogress', 'pending', 'running', 'submitted'];
const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 2_000;

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
  const fault = (code: 'BACKEND_BAD_ANSWER' | 'BACKEND_TIMEOUT', reason: string) =>
    new BackEndError({
      provider: config.provider,
      api: config.api,
      method: 'POST',
      path: `${config.basePath}/${source.resource}`,
      code,
      retryable: false,
      reason,
    });

  const request = { method: 'POST', resource: source.resource, body, repeatable: true } as const;
  const answer = await backEnd.send(request, budget);
  let task = taskIn(answer);
  if (task === undefined) throw fault('BACKEND_BAD_ANSWER', 'answered with no task');
  for (let waitMs = FIRST_POLL_MS; isUnfinished(task); waitMs = Math.min(waitMs * 2, LONGEST_POLL_MS)) {
    if (task.id === '') throw fault('BACKEND_BAD_ANSWER', 'gave no id to ask for the outcome with');
    if ((await pause(waitMs, budget)) === 'EXPIRED')
      throw fault('BACKEND_TIMEOUT', 'has not finished in time');
    const polled = await fetchOne(backEnd, source, task.id, undefined, budget);
    if (polled === undefined) throw fault('BACKEND_BAD_ANSWER', 'has forgotten the task');
    task = polled;
  }
  return task;
}

function isUnfinished(task: TmfObject): boolean {
  // `In Progress`, `in_progress` and `inProgress` are one state
  const state = asText(task.state ?? task.status)
    ?.toLowerCase()
    .replaceAll(/[^a-z]/g, '');
  // announced by its Location alone: nothing is known of it yet
  return state === undefined ? Object.keys(task).length === 1 : UNFINISHED.includes(state);
}

/** A finished task may come without an id: nobody refers to it, so an empty one stands in. */
function taskIn(answer: Answer): TmfObject | undefined {
  const location = answer.header('location');
  // of the address only its last segment is used, as an id: the rest may name any host
  const announced = location === undefined ? undefined : lastSegment(location);
  if (isRecord(answer.body)) return tmfObject(answer.body) ?? { ...answer.body, id: announced ?? '' };
  return answer.body === undefined ? tmfObject({ id: announced }) : undefined;
}

function lastSegment(location: string): string | undefined {
  const segment =
    location
      .replace(/[?#].*$/, '')
      .replace(/\/+$/, '')
      .split('/')
      .pop() ?? '';
  try {
    return segment === '' ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
