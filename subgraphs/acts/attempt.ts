// One attempt to bring an act that moves money to its end: sent once, looked for before it is ever sent again.
import { decodeId } from '../../schema/id.ts';
import type { AuditEntry } from '../../schema/ports.ts';
import type { Systems } from '../loads.ts';
import type { Own } from '../own.ts';
import { type Ending, end, type Leased, lease, letGo, resent, undo } from '../store/money-acts.ts';
import type { MoneyAct } from '../store/money-tables.ts';
import { BackEndError } from '../tmf/back-end-error.ts';
import type { Call, TmfObject, Written } from '../tmf/client.ts';
import { refusalOf } from './faults.ts';
import { verdictOf } from './verdict.ts';

/** Together well inside a lease. */
const ATTEMPT_MS = 9_000;
/** A back end may still be working on what it didn't answer: until then it isn't sent again, only looked for. */
const QUIET_MS = 8_000;
/** What no back end knows of after so long hasn't happened. */
const GIVEN_UP_MS = 15 * 60 * 1000;

export type Acting = Pick<Systems, 'client' | 'values'> & { readonly own: Own };

const ACTIONS = { PAYMENT: 'pay', TOP_UP: 'topUp', TRANSFER: 'transferBalance' } as const;

export function actEntry(
  act: MoneyAct,
  atMs: number,
  outcome: AuditEntry['outcome'],
  detail?: string,
): AuditEntry {
  return {
    atMs,
    actorId: act.actorId,
    customerId: act.customerId,
    action: ACTIONS[act.kind],
    objectId: act.reference,
    outcome,
    ...(detail === undefined ? {} : { detail }),
    requestId: act.requestId,
  };
}

const callFor = ({ requestId }: MoneyAct): Call => ({
  requestId,
  // whoever waits may hang up: what is being sent is sent to its end
  deadlineMs: Number.MAX_SAFE_INTEGER,
  signal: AbortSignal.timeout(ATTEMPT_MS),
});

export function attempts({ client, values, own }: Acting) {
  const { store } = own;
  const books = own;

  async function finish(act: MoneyAct, ending: Omit<Ending, 'nowMs'>, nowMs: number): Promise<void> {
    const detail = JSON.stringify({
      amount: act.amount,
      currency: act.currency,
      parts: act.parts.map(({ id, amount }) => ({ id, amount })),
      ...(ending.refusal === undefined ? {} : { refusal: ending.refusal }),
    });
    const outcome = ending.state === 'DONE' ? 'DONE' : 'REFUSED';
    await end(books, act, { ...ending, nowMs }, actEntry(act, nowMs, outcome, detail));
    // bills and balances are not what they were
    await values.drop(
      act.parts.flatMap(({ id }) => {
        const found = decodeId(id);
        return found === undefined ? [] : [`object:${found.type}:${found.provider}:${found.id}`];
      }),
    );
  }

  async function judge(act: MoneyAct, object: TmfObject | undefined, nowMs: number): Promise<void> {
    const verdict = object === undefined ? ({ kind: 'DONE' } as const) : verdictOf(object);
    const known = object === undefined ? {} : { backEndId: object.id };
    if (verdict.kind === 'PENDING') await letGo(store, act.reference);
    else if (verdict.kind === 'DONE') await finish(act, { state: 'DONE', ...known }, nowMs);
    else await finish(act, { state: 'REFUSED', refusal: verdict.refusal, ...known }, nowMs);
  }

  async function written(act: MoneyAct, outcome: Written, nowMs: number): Promise<void> {
    if (outcome.kind === 'DONE') return judge(act, outcome.object, nowMs);
    if (outcome.kind === 'UNKNOWN') return letGo(store, act.reference);
    const refusal = refusalOf(outcome.code === undefined ? [] : [outcome.code]);
    return finish(act, { state: 'REFUSED', refusal }, nowMs);
  }

  const ask = ({ source: { keyPath }, body, reference }: MoneyAct, fresh: boolean) => ({
    body,
    key: { path: keyPath, value: reference, ...(fresh ? { fresh: true } : {}) },
  });

  return {
    /** By who has just written the row. Rejects where it never reached the back end; then there is no row any more. */
    async first(act: MoneyAct, nowMs: number): Promise<void> {
      let outcome: Written;
      try {
        outcome = await client.create(act.source, ask(act, true), callFor(act));
      } catch (error) {
        if (!(error instanceof BackEndError)) throw error;
        await undo(books, act, actEntry(act, nowMs, 'FAILED', error.code));
        throw error;
      }
      await written(act, outcome, nowMs);
    },

    /** By anybody, later. Nothing where somebody else is at it. */
    async again(reference: string, { maySend, nowMs }: { maySend: boolean; nowMs: number }): Promise<void> {
      const leased: Leased | undefined = await lease(store, reference);
      if (leased === undefined) return;
      const { act, sentAgoMs } = leased;
      const call = callFor(act);
      try {
        const { keyPath, ...source } = act.source;
        const [found] = await client.many(source, [reference], { by: keyPath }, call);
        if (found !== undefined) return await judge(act, found, nowMs);
        if (sentAgoMs > GIVEN_UP_MS)
          return await finish(act, { state: 'REFUSED', refusal: 'NOT_CARRIED_OUT' }, nowMs);
        if (!maySend || sentAgoMs < QUIET_MS) return await letGo(store, reference);
        await resent(store, reference);
        await written(act, await client.create(source, ask(act, false), call), nowMs);
      } catch (error) {
        // it may have been done before: only an answer about it ends it
        await letGo(store, reference);
        if (!(error instanceof BackEndError)) throw error;
      }
    },
  };
}
