// Monitors (TMF630 part 3): where a back end that took a POST with 202 says how far it is.
import type { BackEnd, Source } from './back-end.ts';
import { type Budget, pause } from './budget.ts';
import type { Answer } from './exchange.ts';
import { fetchOne } from './lookup.ts';
import { announcedId, lastSegment, pollAfterMs, progressOf } from './progress.ts';
import { asText } from './read.ts';
import { refusalCode } from './refusal-code.ts';
import { isRecord, tmfObject } from './tmf-object.ts';
import { made, nothing, refused, type Written } from './written.ts';

/** The monitor's id: only that is taken from its address. */
export function monitorOf(answer: Answer): string | undefined {
  const { body } = answer;
  if (answer.status !== 202) return undefined;
  if (/\/monitor\/[^/]+\/?$/i.test(answer.header('location') ?? '')) return announcedId(answer);
  if (!isRecord(body)) return undefined;
  const isMonitor = /monitor$/i.test(asText(body['@type']) ?? '') || Object.hasOwn(body, 'sourceHref');
  return isMonitor ? tmfObject(body)?.id : undefined;
}

/** Undefined where the monitor can't be asked any more. */
export async function outcomeOf(
  backEnd: BackEnd,
  source: Source,
  id: string,
  budget: Budget,
): Promise<Written | undefined> {
  for (let poll = 0; ; poll += 1) {
    if ((await pause(pollAfterMs(poll), budget)) === 'EXPIRED') return { kind: 'UNKNOWN' };
    const monitor = await fetchOne(backEnd, { ...source, resource: 'monitor' }, id, undefined, budget).catch(
      nothing,
    );
    if (monitor === undefined) return undefined;
    const progress = progressOf(monitor);
    if (progress === 'UNDER_WAY') continue;
    const response = isRecord(monitor.response) ? monitor.response : {};
    if (progress === 'FAILED') return refused(Number(response.statusCode) || 202, refusalCode(response.body));
    const object = tmfObject(response.body);
    if (object !== undefined) return made(object);
    const madeId = lastSegment(asText(monitor.sourceHref) ?? '');
    return made(
      madeId === undefined
        ? undefined
        : await fetchOne(backEnd, source, madeId, undefined, budget).catch(nothing),
    );
  }
}
