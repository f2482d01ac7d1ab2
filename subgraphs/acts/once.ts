// Once and only once: the same key with the same content is the same act, whoever retries it, wherever and whenever.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Position, SsmFunction } from '../../schema/access.ts';
import { clientError } from '../../schema/errors.ts';
import type { GlobalId } from '../../schema/id.ts';
import type { Operation } from '../../schema/ports.ts';
import type { SubgraphContext } from '../context.ts';
import type { Own } from '../own.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import type { Inside } from '../store/authorizations.ts';
import { actByKey, actByReference, begin } from '../store/money-acts.ts';
import type { MoneyAct, MoneyKind, MoneyPart, MoneySource } from '../store/money-tables.ts';
import { attempts } from './attempt.ts';
import type { MoneyFault } from './faults.ts';

/** What is about to be done, known to be permitted. */
export interface Meant {
  readonly function: SsmFunction;
  readonly source: MoneySource;
  readonly body: (reference: string) => Readonly<Record<string, unknown>>;
  readonly parts: readonly MoneyPart[];
  readonly methodId?: string;
  readonly money: { readonly amount: string; readonly currency: string };
  /** Part of the money by where it stands: amount limits may reach one account and not another. */
  readonly shares: readonly {
    readonly accountId: GlobalId;
    readonly position: Position;
    readonly amount: string;
  }[];
  /** The last look, behind the customer's lock: what is under way besides may leave too little room. */
  readonly room?: (inside: Inside) => Promise<MoneyFault | undefined>;
}

export type Outcome =
  | { readonly kind: 'FAULTS'; readonly faults: readonly MoneyFault[] }
  | { readonly kind: 'ACT'; readonly act: MoneyAct };

export interface Keyed {
  readonly kind: MoneyKind;
  /** The mutation, for the audit log. */
  readonly action: string;
  readonly idempotencyKey: string;
  /** Whatever makes two requests the same one. */
  readonly content: unknown;
}

const KEY = /^[\x21-\x7e]{1,200}$/;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** As a UUID is written; the same for the same key, so that a back end that minds its references sees one act too. */
function referenceOf(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const cut = (from: number, until: number): string => digest.slice(from, until);
  return [cut(0, 8), cut(8, 12), cut(12, 16), cut(16, 20), cut(20, 32)].join('-');
}

/** What is left of the operation's time goes to its answer. */
const RESERVE_MS = 600;
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_000;

class NoRoom extends Error {
  readonly fault: MoneyFault;
  constructor(fault: MoneyFault) {
    super(fault.code);
    this.fault = fault;
  }
}

/** In this process: who waits for the same act waits for the same attempt. */
const underWay = new WeakMap<Own, Map<string, Promise<void>>>();

function flightsOf(own: Own): Map<string, Promise<void>> {
  const flights = underWay.get(own) ?? new Map<string, Promise<void>>();
  underWay.set(own, flights);
  return flights;
}

function launched(own: Own, reference: string, work: () => Promise<void>): Promise<void> {
  const flights = flightsOf(own);
  const flight = work().finally(() => {
    if (flights.get(reference) === flight) flights.delete(reference);
  });
  // it goes on when nobody waits any more; its failure is then nobody's
  flight.catch(() => undefined);
  flights.set(reference, flight);
  return flight;
}

const joined = (own: Own, reference: string, work: () => Promise<void>): Promise<void> =>
  flightsOf(own).get(reference) ?? launched(own, reference, work);

async function inTime(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms));
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Until the outcome is known, or the operation's time is up: then the act goes on, and the answer says so. */
async function awaited(
  context: SubgraphContext,
  begun: MoneyAct,
  untilMs: number,
  isRetry: boolean,
): Promise<MoneyAct> {
  const own = ownOf(context);
  const { client, values } = context.objects.systems;
  const lead = attempts({ client, values, own });
  const { nowMs } = context.operation;
  let pauseMs = FIRST_LOOK_MS;
  for (let act = begun; ; ) {
    const { reference } = act;
    const leftMs = untilMs - performance.now();
    if (act.state !== 'SENDING' || leftMs <= 0) return act;
    await inTime(
      joined(own, reference, () => lead.again(reference, { maySend: isRetry, nowMs })),
      leftMs,
    );
    const now = await actByReference(own.store, reference);
    // whoever sent it found that it couldn't be: nothing has happened
    if (now === undefined) throw clientError('BACKEND_UNAVAILABLE');
    act = now;
    if (act.state === 'SENDING') await pause(Math.min(pauseMs, Math.max(0, untilMs - performance.now())));
    pauseMs = Math.min(pauseMs * 2, LONGEST_LOOK_MS);
  }
}

interface Reserved {
  readonly begun?: MoneyAct | undefined;
  readonly faults?: readonly MoneyFault[];
}

async function reserve(
  context: SubgraphContext,
  keyed: Keyed,
  keyHash: string,
  meant: Meant,
  content: string,
): Promise<Reserved> {
  const own = ownOf(context);
  const { principal, nowMs, requestId } = context.operation;
  const { actorId, customerId } = principal;
  if (customerId === undefined) throw clientError('FORBIDDEN');
  const reference = referenceOf(customerId, actorId, keyHash);
  const spendKeys = meant.shares.map(({ accountId }) => `${keyed.action} ${keyHash} ${accountId}`);
  const row = {
    ...{ reference, actorId, customerId, kind: keyed.kind, key: keyHash, content, requestId },
    source: meant.source,
    body: meant.body(reference),
    parts: meant.parts,
    methodId: meant.methodId ?? null,
    ...meant.money,
    accountIds: meant.shares.map(({ accountId }) => accountId),
    spendKeys,
    madeAt: new Date(nowMs),
  };
  let begun: MoneyAct | undefined;
  const along = async (inside: Inside): Promise<void> => {
    const fault = await meant.room?.(inside);
    if (fault !== undefined) throw new NoRoom(fault);
    begun = await begin(inside, row);
  };
  const held: string[] = [];
  const release = () => Promise.all(held.map((key) => own.spending.release({ actorId, key })));
  try {
    for (const [index, { position, amount }] of meant.shares.entries()) {
      const key = spendKeys[index] ?? '';
      const isLast = index === meant.shares.length - 1;
      const money = { amount, currency: meant.money.currency };
      const ask = { by: principal, key, function: meant.function, position, money, nowMs };
      const reservation = await own.spending.reserve(ask, isLast ? along : undefined);
      if (reservation.kind === 'REFUSED') {
        await release();
        return { faults: [{ code: reservation.code, field: 'amount' }] };
      }
      if (reservation.again === undefined) held.push(key);
    }
  } catch (error) {
    await release();
    if (error instanceof NoRoom) return { faults: [error.fault] };
    throw error;
  }
  // another one's row is there, and has ended: what was reserved for this one is for nothing
  if (begun === undefined) await release();
  return { begun };
}

async function refuse(
  context: SubgraphContext,
  { action }: Keyed,
  faults: readonly MoneyFault[],
): Promise<Outcome> {
  const detail = [...new Set(faults.map(({ code }) => code))].join();
  await ownOf(context).audit.append(entryOf(context, { action, outcome: 'REFUSED', detail }));
  return { kind: 'FAULTS', faults };
}

const endOf = ({ deadlineMs, nowMs }: Operation): number =>
  performance.now() + (deadlineMs - nowMs) - RESERVE_MS;

/** `prepare` looks and decides, and changes nothing: it runs only for a key that is new. */
export async function once(
  context: SubgraphContext,
  keyed: Keyed,
  prepare: () => Promise<Meant | readonly MoneyFault[]>,
): Promise<Outcome> {
  const untilMs = endOf(context.operation);
  const own = ownOf(context);
  const { actorId } = context.operation.principal;
  if (!KEY.test(keyed.idempotencyKey))
    return refuse(context, keyed, [{ code: 'KEY_INVALID', field: 'idempotencyKey' }]);
  const keyHash = hashOf(keyed.idempotencyKey);
  const content = hashOf(JSON.stringify([keyed.kind, keyed.content]));

  const answer = async (act: MoneyAct, isRetry: boolean): Promise<Outcome> =>
    act.content === content
      ? { kind: 'ACT', act: await awaited(context, act, untilMs, isRetry) }
      : refuse(context, keyed, [{ code: 'KEY_REUSED', field: 'idempotencyKey' }]);

  const before = await actByKey(own.store, actorId, keyHash);
  if (before !== undefined) return answer(before, true);
  const meant = await prepare();
  const reserved: Reserved =
    'source' in meant ? await reserve(context, keyed, keyHash, meant, content) : { faults: meant };
  if (reserved.begun === undefined) {
    // two that came at once: the other one's row is there, and what it did may be what stands in the way
    const there = await actByKey(own.store, actorId, keyHash);
    if (there !== undefined) return answer(there, true);
    return refuse(context, keyed, reserved.faults ?? [{ code: 'KEY_REUSED', field: 'idempotencyKey' }]);
  }
  const { begun } = reserved;
  const { client, values } = context.objects.systems;
  const first = attempts({ client, values, own });
  await inTime(
    launched(own, begun.reference, () => first.first(begun, context.operation.nowMs)),
    untilMs - performance.now(),
  );
  return answer((await actByReference(own.store, begun.reference)) ?? begun, false);
}
