// What identity keeps, opened in one go: store, audit log, alarms, contracts, sessions and what signing in needs.
import { wholeTopic } from '../../schema/live.ts';
import type { GrantReader, SecurityAlarmKind, Sender, SessionReader, TopicBus } from '../../schema/ports.ts';
import type { ValueCache } from '../cache/value-cache.ts';
import type { AccessTokens, Own, SignInParts } from '../own.ts';
import { createAudit } from '../store/audit.ts';
import { contractBound } from '../store/contract-bound.ts';
import { grantReader } from '../store/grants.ts';
import { sessionReader, tidySessions } from '../store/sessions.ts';
import { createSpending } from '../store/spending.ts';
import { openStore, type Store, type StoreOptions } from '../store/store.ts';
import { type TokenKeys, tokenKeys } from '../store/token-keys.ts';
import type { TmfClient } from '../tmf/client.ts';
import { createAlarms, type WatchedAlarms } from './alarms/security-alarms.ts';
import { contractReader } from './contract.ts';
import { agreeOnSealing } from './sign-in/sealing-agreement.ts';

interface SignInOptions<Issuer extends AccessTokens> {
  /** Opened with the place where instances publish their keys. */
  readonly openIssuer: (keys: TokenKeys) => Promise<Issuer>;
  readonly sender: Sender;
  readonly refreshLifetimeMs: number;
}

interface Options<Issuer extends AccessTokens> {
  readonly place: Omit<StoreOptions, 'onFault'>;
  readonly client: TmfClient;
  readonly values: ValueCache;
  readonly bus: TopicBus;
  readonly now: () => number;
  readonly alarms: {
    readonly failedSignIns: number;
    readonly refusals: number;
    readonly refusalsWithinMs: number;
    readonly placeChangeMs: number;
  };
  /** They seal secrets, and make the paths of notifications: the same on all instances, wherever actors sign in. */
  readonly sealingKeys: readonly Buffer[];
  /** Absent: actors sign in elsewhere. */
  readonly signIn: SignInOptions<Issuer> | undefined;
  /** `what` says in a word or two what failed behind an answer. */
  readonly onFault: (error: unknown, what: string) => void;
}

export interface State<Issuer extends AccessTokens> {
  readonly store: Store;
  readonly own: Own;
  readonly grants: GrantReader;
  readonly signIn: { readonly issuer: Issuer; readonly sessions: SessionReader } | undefined;
  onSecurityAlarm(listener: (kind: SecurityAlarmKind) => void): void;
  close(): Promise<void>;
}

export async function openState<Issuer extends AccessTokens>(
  options: Options<Issuer>,
): Promise<State<Issuer>> {
  const { client, values, bus, now, signIn, onFault } = options;
  const faultOf = (what: string) => (error: unknown) => onFault(error, what);
  const store = await openStore({ ...options.place, onFault: faultOf('database') });
  await agreeOnSealing(store, options.sealingKeys, now()).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const listeners = new Set<(kind: SecurityAlarmKind) => void>();
  let alarms: WatchedAlarms | undefined;
  const audit = createAudit(store, {
    onFault: faultOf('audit log'),
    onWritten: (entries) => alarms?.watch(entries),
  });
  const watched = createAlarms({
    store,
    audit,
    client,
    now,
    probing: { refusals: options.alarms.refusals, withinMs: options.alarms.refusalsWithinMs },
    onRaised: (kind) => {
      void bus.publish(wholeTopic('securityAlarms'), '');
      for (const listener of listeners) listener(kind);
    },
    onFault: faultOf('security alarm'),
  });
  alarms = watched;
  const contracts = contractReader({
    client,
    values,
    store,
    bus,
    now,
    onFault: faultOf('contract unreadable: the last known one holds'),
  });
  const issuer = await signIn?.openIssuer(tokenKeys(store, now));
  const parts: SignInParts | undefined =
    signIn === undefined || issuer === undefined
      ? undefined
      : {
          accessTokens: issuer,
          sealingKeys: options.sealingKeys,
          sender: signIn.sender,
          alarms: watched,
          refreshLifetimeMs: signIn.refreshLifetimeMs,
          alarmAfterFailures: options.alarms.failedSignIns,
          placeChangeMs: options.alarms.placeChangeMs,
          onFault: faultOf('sign-in'),
        };
  tidySessions(store, now()).catch(faultOf('old sessions'));
  return {
    store,
    own: {
      store,
      bus,
      audit,
      contracts,
      spending: createSpending(store, contracts),
      ...(parts === undefined ? {} : { signIn: parts }),
    },
    grants: contractBound(grantReader(store, { bus, now }), contracts),
    signIn: issuer === undefined ? undefined : { issuer, sessions: sessionReader(store, { bus, now }) },
    onSecurityAlarm: (listener) => void listeners.add(listener),
    async close() {
      // a log that can't be written is told by onFault, and the store is closed all the same
      await audit.flush().catch(faultOf('audit log'));
      await watched.settled();
      await store.close();
    },
  };
}
