// Making an object by a POST that is sent once, and finding out what became of it when the answer was lost.
import type { BackEnd, Source } from './back-end.ts';
import { type Budget, pause } from './budget.ts';
import type { Answer } from './exchange.ts';
import { listMany } from './list-many.ts';
import { fetchOne } from './lookup.ts';
import { monitorOf, outcomeOf } from './monitor.ts';
import { announcedId, pollAfterMs } from './progress.ts';
import { refusalCode } from './refusal-code.ts';
import { isRecord, type TmfObject, tmfObject } from './tmf-object.ts';
import { endOf, made, nothing, refused, type Written, withOwnId } from './written.ts';

export interface CreateAsk {
  readonly body: Readonly<Record<string, unknown>>;
  /**
   * The attribute that tells this creation from every other: `externalId`, `correlatorId`. It is sent in the body, and
   * the object is looked for by it before anything is sent and after an answer was lost. Two creations of one key at the
   * same moment are the caller's to prevent: no back end does.
   */
  readonly key?: {
    readonly path: string;
    readonly value: string;
    /** Certainly never sent before: no look before sending. */
    readonly fresh?: boolean;
  };
}

/** Looks for an object whose answer was lost: a back end may be a moment late to list it. */
const LOOKS = 3;

export async function createObject(
  backEnd: BackEnd,
  source: Source,
  { body, key }: CreateAsk,
  budget: Budget,
): Promise<Written> {
  const find = async (): Promise<TmfObject | undefined> => {
    if (key === undefined) return undefined;
    const found = await listMany(backEnd, source, [key.value], { by: key.path }, budget);
    if (found.length > 1) backEnd.notice(`has made ${source.resource} twice for one ${key.path}`);
    return found[0];
  };
  if (key !== undefined && key.fresh !== true) {
    const object = await find();
    if (object !== undefined) return { kind: 'DONE', object };
  }

  let answer: Answer;
  try {
    const sent = key === undefined ? body : { ...body, [key.path]: key.value };
    const request = {
      method: 'POST',
      resource: source.resource,
      body: withOwnId(backEnd.config, sent),
      repeatable: false,
    } as const;
    answer = await backEnd.send(request, budget);
  } catch (error) {
    const end = endOf(error);
    if (end.kind === 'REFUSED') return end;
    return (await search(find, budget)) ?? end;
  }

  const monitor = monitorOf(answer);
  if (monitor !== undefined)
    return (await outcomeOf(backEnd, source, monitor, budget)) ?? searched(find, budget);
  const object = isRecord(answer.body) ? tmfObject(answer.body) : undefined;
  if (object !== undefined) return { kind: 'DONE', object };
  const id = announcedId(answer);
  if (id !== undefined) return made(await fetchOne(backEnd, source, id, undefined, budget).catch(nothing));
  const code = refusalCode(answer.body);
  const found = await search(find, budget);
  if (found !== undefined) return found;
  // said with a 200: believed where the object was looked for and isn't there
  if (code !== undefined) return key === undefined ? { kind: 'UNKNOWN' } : refused(answer.status, code);
  return made(undefined);
}

type Find = () => Promise<TmfObject | undefined>;

async function search(find: Find, budget: Budget): Promise<Written | undefined> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0 && (await pause(pollAfterMs(look), budget)) === 'EXPIRED') return undefined;
    const object = await find().catch(nothing);
    if (object !== undefined) return made(object);
  }
  return undefined;
}

const searched = async (find: Find, budget: Budget): Promise<Written> =>
  (await search(find, budget)) ?? { kind: 'UNKNOWN' };
