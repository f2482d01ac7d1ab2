// Date-times that come without an offset, in the zone that the back end's profile states.
import type { BackEnd } from './back-end.ts';
import { isRecord } from './tmf-object.ts';

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

function withZone(value: unknown, zone: string): unknown {
  if (typeof value === 'string') return WITHOUT_ZONE.test(value) ? `${value}${zone}` : value;
  if (Array.isArray(value)) return value.map((each) => withZone(each, zone));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withZone(each, zone)]));
}

/** Without a stated zone they are read as UTC. */
export function zoned(backEnd: BackEnd): BackEnd {
  const { zone } = backEnd.config.profile;
  if (zone === undefined || zone === 'Z') return backEnd;
  return {
    ...backEnd,
    async send(request, budget) {
      const answer = await backEnd.send(request, budget);
      return { ...answer, body: withZone(answer.body, zone) };
    },
  };
}
