// What a subgraph's process has agreed on with gateways: keys for the principals' tokens, few, and each for minutes.
import { LRUCache } from 'lru-cache';
import {
  AGREEMENT_LIFETIME_MS,
  type AgreedKey,
  agreedKey,
  agreementId,
  newExchangeKey,
} from '../schema/key-agreement.ts';
import type { Offer } from '../schema/principal-token.ts';

/** One for each process of a gateway and each subgraph here. */
const MAX_KEPT = 1_000;

interface Agreement {
  readonly audience: string;
  readonly key: AgreedKey;
  readonly untilMs: number;
}

export interface Agreements {
  find(id: string, audience: string, nowMs: number): AgreedKey | undefined;
  /** The half that the gateway is to be told; undefined where no key comes of its own. */
  accept(offer: Offer, audience: string): string | undefined;
}

export function openAgreements(): Agreements {
  const own = newExchangeKey();
  const kept = new LRUCache<string, Agreement>({ max: MAX_KEPT });
  return {
    find(id, audience, nowMs) {
      const found = kept.get(id);
      return found?.audience === audience && nowMs < found.untilMs ? found.key : undefined;
    },
    accept({ half, kid, atMs }, audience) {
      const terms = { audience, kid, gatewayHalf: half, subgraphHalf: own.half };
      const id = agreementId(terms);
      const known = kept.get(id);
      const key = known?.key ?? agreedKey(own, terms);
      if (key === undefined) return undefined;
      // by the token's own time: one that is played again prolongs nothing
      const untilMs = Math.max(known?.untilMs ?? 0, atMs + AGREEMENT_LIFETIME_MS);
      kept.set(id, { audience, key, untilMs });
      return own.half;
    },
  };
}
