// What the gateway owns, as subgraphs reach it: the store, the bus between instances, the audit log, the contracts.
import type { ContractReader, SecurityAlarms, Sender, TopicBus } from '../schema/ports.ts';
import type { StoredAudit } from './store/audit.ts';
import type { Spending } from './store/spending.ts';
import type { Store } from './store/store.ts';

/** Signs access tokens of our own sign-in. */
export interface AccessTokens {
  sign(claims: {
    readonly actorId: string;
    readonly sessionId: string;
    readonly nowMs: number;
  }): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
}

/** What signing in needs from around it. */
export interface SignInParts {
  readonly accessTokens: AccessTokens;
  /** 32 bytes each; the first seals, all open. */
  readonly sealingKeys: readonly Buffer[];
  readonly sender: Sender;
  readonly alarms: SecurityAlarms;
  readonly refreshLifetimeMs: number;
  /** Failed attempts in a row that raise an alarm, and again at each multiple. */
  readonly alarmAfterFailures: number;
  /** An arrival from another network so soon after the last one raises an alarm; 0: never. */
  readonly placeChangeMs: number;
  /** For what went wrong behind an answer; never a secret. */
  readonly onFault: (error: unknown) => void;
}

export interface Own {
  readonly store: Store;
  readonly bus: TopicBus;
  readonly audit: StoredAudit;
  /** Absent where our own sign-in is switched off. */
  readonly signIn?: SignInParts;
  readonly contracts: ContractReader;
  /** Amount limits of authorizations: every function that spends asks it first. */
  readonly spending: Spending;
}
