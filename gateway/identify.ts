// How a subgraph elsewhere is told for whom it is asked: by a signed token, or by one under a key that both agreed on.
import {
  AGREEMENT_LIFETIME_MS,
  type AgreedKey,
  agreedKey,
  type ExchangeKey,
  newExchangeKey,
} from '../schema/key-agreement.ts';
import type { Operation } from '../schema/ports.ts';
import { type Signing, type SigningKey, signPrincipal } from '../schema/principal-token.ts';

/** So much before its end an agreement is made anew: clocks differ, and requests wait for connections. */
const MARGIN_MS = 30_000;

/** Of any answer: what matters here. */
export interface Answered {
  readonly status: number;
  /** The subgraph's half of a key. */
  readonly agreement: string | undefined;
}

/** Of one subgraph. */
export interface Identity {
  /**
   * Sends with a token, which JSON need not escape, that is good for what has this hash alone. Sends once more, signed,
   * where a token under the key that was agreed on is refused: a subgraph refuses before it does anything.
   */
  ask<Answer extends Answered>(
    operation: Operation,
    requestHash: string,
    send: (token: string) => Promise<Answer>,
  ): Promise<Answer>;
}

/** By the subgraph's name. */
export type Identify = (subgraph: string) => Identity;

/** Where nobody forges: no more than a text. */
export const unsigned =
  (textOf: (operation: Operation) => string): Identify =>
  () => ({ ask: (operation, _, send) => send(textOf(operation)) });

interface Agreement {
  readonly key: AgreedKey;
  readonly subgraphHalf: string;
  readonly renewMs: number;
}

interface Agreeing {
  /** The key to use now, if any. */
  key(nowMs: number): AgreedKey | undefined;
  /** The half to offer with a signature, if any. */
  offer(nowMs: number): string | undefined;
  take(subgraphHalf: string, offeredMs: number, nowMs: number): void;
  /** It was refused. */
  lost(key: AgreedKey, nowMs: number): void;
}

function agreeing(own: ExchangeKey, audience: string, kid: string): Agreeing {
  let agreement: Agreement | undefined;
  let lostMs = Number.NEGATIVE_INFINITY;
  let signsUntilMs = Number.NEGATIVE_INFINITY;
  const current = (nowMs: number): Agreement | undefined =>
    agreement !== undefined && nowMs < agreement.renewMs ? agreement : undefined;
  return {
    key: (nowMs) => current(nowMs)?.key,
    offer: (nowMs) => (nowMs < signsUntilMs ? undefined : own.half),
    take(subgraphHalf, offeredMs, nowMs) {
      if (nowMs < signsUntilMs) return;
      const renewMs = offeredMs + AGREEMENT_LIFETIME_MS - MARGIN_MS;
      if (agreement?.subgraphHalf === subgraphHalf) {
        agreement = { ...agreement, renewMs: Math.max(agreement.renewMs, renewMs) };
      } else if (current(nowMs) === undefined) {
        // of several instances the first one that answered: to change with each answer is to work it out with each
        const key = agreedKey(own, { audience, kid, gatewayHalf: own.half, subgraphHalf });
        agreement = key && { key, subgraphHalf, renewMs };
      }
    },
    lost(key, nowMs) {
      // of all requests that were under way with it, the first one tells
      if (agreement?.key !== key) return;
      agreement = undefined;
      // once is a subgraph that was started anew; twice are several behind one address
      if (nowMs - lostMs < AGREEMENT_LIFETIME_MS) signsUntilMs = nowMs + AGREEMENT_LIFETIME_MS;
      lostMs = nowMs;
    },
  };
}

/**
 * By a signature that is good for one query of one subgraph, with its variables; once the subgraph has answered with its
 * half, under the key that was agreed on.
 */
export function signing(key: SigningKey, now: () => number): Identify {
  const own = newExchangeKey();
  return (audience) => {
    const agreed = agreeing(own, audience, key.kid);
    const tokenBy = (
      by: Pick<Signing, 'key' | 'exchange' | 'nowMs'>,
      { principal, requestId, origin }: Operation,
      requestHash: string,
    ): string =>
      signPrincipal(principal, {
        audience,
        requestHash,
        requestId,
        ...(origin === undefined ? {} : { origin }),
        ...by,
      });
    return {
      ask(operation, requestHash, send) {
        const signed = async () => {
          const nowMs = now();
          const exchange = agreed.offer(nowMs);
          const by = exchange === undefined ? { key, nowMs } : { key, nowMs, exchange };
          const answer = await send(tokenBy(by, operation, requestHash));
          const { agreement: half } = answer;
          if (exchange !== undefined && half !== undefined) agreed.take(half, nowMs, now());
          return answer;
        };
        const nowMs = now();
        const under = agreed.key(nowMs);
        if (under === undefined) return signed();
        return send(tokenBy({ key: under, nowMs }, operation, requestHash)).then((answer) => {
          // whoever refuses it, and why: an instance from before such keys, or somebody in between, says nothing of it
          if (answer.status !== 401) return answer;
          agreed.lost(under, now());
          return signed();
        });
      },
    };
  };
}
