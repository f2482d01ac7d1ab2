// The switches of a simulator: which API deviates how, by configuration or while it runs.
import type { Reply } from '../server/reply.ts';
import { RefusedRequest } from '../server/row.ts';
import { access, type Tokens } from './access.ts';
import { type Asked, type Delivery, type Deviation, isReply, type Surroundings } from './deviation.ts';
import { ENVELOPES } from './envelopes.ts';
import { EVENTS } from './events.ts';
import { LISTS } from './lists.ts';
import { REFUSALS } from './refusals.ts';
import { VALUES } from './values.ts';
import { writes } from './writes.ts';

/** By number of the API (TMF678), or `*` for all: names of deviations. */
export type DeviationsByApi = Readonly<Record<string, readonly string[]>>;

export interface Switches {
  /** Every deviation there is, with what it does. */
  readonly known: Readonly<Record<string, string>>;
  all(): DeviationsByApi;
  /** Throws RefusedRequest for a name that is none. */
  set(api: string, names: readonly unknown[]): void;
  clear(): void;
  /** Answers as the API's deviations have it. */
  through(
    asked: Asked,
    around: Surroundings,
    reply: (asked: Asked) => Promise<Reply | undefined>,
  ): Promise<Reply | undefined>;
  deliveries(api: string, delivery: Delivery, callback: string): readonly Delivery[];
}

export function createSwitches(tokens: Tokens, given: DeviationsByApi = {}): Switches {
  // in the order in which they are applied to answers, what is inside first; to what is asked the other way round
  const deviations: Readonly<Record<string, Deviation>> = {
    ...LISTS,
    ...VALUES,
    ...writes(),
    ...ENVELOPES,
    ...REFUSALS,
    ...EVENTS,
    ...access(tokens),
  };
  const byApi = new Map<string, ReadonlySet<string>>();

  function set(api: string, names: readonly unknown[]): void {
    for (const name of names) {
      if (typeof name !== 'string' || !Object.hasOwn(deviations, name))
        throw new RefusedRequest(400, `no such deviation: ${String(name)}`);
    }
    if (names.length === 0) byApi.delete(api);
    else byApi.set(api, new Set(names.map(String)));
  }

  function of(api: string): readonly Deviation[] {
    const [own, every] = [byApi.get(api), byApi.get('*')];
    if (own === undefined && every === undefined) return [];
    return Object.entries(deviations)
      .filter(([name]) => own?.has(name) === true || every?.has(name) === true)
      .map(([, deviation]) => deviation);
  }

  for (const [api, names] of Object.entries(given)) set(api, names);
  return {
    known: Object.fromEntries(Object.entries(deviations).map(([name, { does }]) => [name, does])),
    all: () => Object.fromEntries([...byApi].map(([api, names]) => [api, [...names]])),
    set,
    clear: () => byApi.clear(),
    async through(asked, around, reply) {
      const active = of(around.api);
      let [now, answer]: [Asked, Reply | undefined] = [asked, undefined];
      for (const { ask } of active.toReversed()) {
        const next = ask?.(now, around) ?? now;
        if (isReply(next)) {
          answer = next;
          break;
        }
        now = next;
      }
      answer ??= await reply(now);
      if (answer === undefined) return undefined;
      return active.reduce((before, { answer: write }) => write?.(before, now, around) ?? before, answer);
    },
    deliveries: (api, delivery, callback) =>
      of(api).reduce<readonly Delivery[]>(
        (list, { deliver }) =>
          deliver === undefined ? list : list.flatMap((each) => deliver(each, callback)),
        [delivery],
      ),
  };
}
