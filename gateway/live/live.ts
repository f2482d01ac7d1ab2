// Live streams: each is a query that is run again when one of its topics fires, and whose client sees what changed.
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { clientError, type ErrorCode } from '../../schema/errors.ts';
import { GAP_TOPIC, isAnybodys } from '../../schema/live.ts';
import type { TopicBus } from '../../schema/ports.ts';
import type { Principal } from '../../schema/principal.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { Graphs } from '../graphs.ts';
import type { Metrics } from '../metrics.ts';
import type { LiveRequest, State } from './admission.ts';
import { followersOf } from './followers.ts';
import { createOutlet, type Ending, type Outlet } from './outlet.ts';
import { createRounds, type Run, type Shared } from './rounds.ts';

export interface LiveLimits {
  readonly maxStreams: number;
  readonly maxStreamsPerActor: number;
  /** A stream of which nothing was heard for so long is run again, for back ends that don't tell. */
  readonly pollMs: number;
}

/** What makes streams hear. */
export interface LiveSource {
  readonly bus: TopicBus;
  /** Fired when what the principal may do has changed. */
  topicsOf(principal: Principal): readonly string[];
  /** Whether what other instances fire reaches this one. */
  reachable(): Promise<boolean>;
}

interface Options extends LiveSource {
  readonly graphs: Pick<Graphs, 'using' | 'onTaken'>;
  readonly limits: LiveLimits;
  readonly metrics: Metrics | undefined;
  /** A client that doesn't take a state for so long isn't there. */
  readonly slowMs?: number;
  readonly log: Logger;
  readonly now: () => number;
}

export type Opened =
  | { readonly kind: 'OPEN'; readonly states: AsyncGenerator<State, void, void> }
  | {
      readonly kind: 'REFUSED';
      readonly errors: readonly GraphQLFormattedError[];
      readonly refusal: Refusal;
    };

export interface Live {
  /** A subscription's states; of any other operation, its one result. Never rejects. */
  open(request: LiveRequest, transport: Transport): Promise<Opened>;
  count(): number;
  /** Ends every stream with a code that asks its client to come again, to another instance. */
  close(): void;
}

export type Transport = 'websocket' | 'sse';

interface Stream extends Run {
  readonly request: LiveRequest;
  readonly transport: Transport;
  readonly holder: string;
  readonly outlet: Outlet<State>;
  topics: readonly string[];
  /** Of the state that was offered last. */
  digest: string | undefined;
  /** When its token ends. */
  untilMs: number;
  /** When it is run again though nothing fired. */
  pollAtMs: number;
  ended: boolean;
}

/** Between two runs of a stream for what may concern anybody: a busy back end would have everybody's queries run all the time. */
const ANYBODYS_GAP_MS = 5_000;
const SWEEP_MS = 1_000;
const SLOW_MS = 30_000;
/** While what others fire doesn't arrive. */
const POLL_UNHEARD_MS = 15_000;

export function createLive(options: Options): Live {
  const { graphs, bus, limits, metrics, log, now, slowMs = SLOW_MS } = options;
  const streams = new Set<Stream>();
  const held = new Map<string, number>();
  const rounds = createRounds<Stream, State>(run);
  const followers = followersOf<Stream>(bus, (those, topic) =>
    rounds.add(those, isAnybodys(topic) ? ANYBODYS_GAP_MS : undefined),
  );
  let closed = false;
  let unheard = false;

  const nextPoll = (): number =>
    // spread, so that streams that were opened together are not run together
    performance.now() +
    (unheard ? Math.min(POLL_UNHEARD_MS, limits.pollMs) : limits.pollMs) * (0.75 + Math.random() / 2);

  const errorOf = (code: ErrorCode, requestId: string): GraphQLFormattedError => ({
    message: clientError(code).message,
    extensions: { code, requestId },
  });

  function take(stream: Stream): void {
    streams.add(stream);
    held.set(stream.holder, (held.get(stream.holder) ?? 0) + 1);
    metrics?.liveStreams(stream.transport, 1);
  }

  function release(stream: Stream): void {
    if (stream.ended) return;
    stream.ended = true;
    streams.delete(stream);
    rounds.remove(stream);
    const others = (held.get(stream.holder) ?? 1) - 1;
    if (others === 0) held.delete(stream.holder);
    else held.set(stream.holder, others);
    for (const topic of stream.topics) followers.leave(topic, stream);
    metrics?.liveStreams(stream.transport, -1);
  }

  function end(stream: Stream, ending: Ending): void {
    if (stream.ended) return;
    release(stream);
    metrics?.liveEnded(String(ending.errors[0]?.extensions?.code));
    stream.outlet.end(ending);
  }

  async function follow(stream: Stream, topics: readonly string[]): Promise<void> {
    const former = stream.topics;
    if (former.length === topics.length && former.every((topic, at) => topic === topics[at])) return;
    stream.topics = topics;
    // before it is run: what fires from now on is heard, and what fired before is in the answer
    await Promise.all(topics.map((topic) => followers.follow(topic, stream)));
    for (const topic of former) if (!topics.includes(topic)) followers.leave(topic, stream);
    // its client left in between
    if (stream.ended) for (const topic of topics) followers.leave(topic, stream);
  }

  async function run(stream: Stream, shared: Shared<State>): Promise<void> {
    if (stream.ended) return;
    const { requestId } = stream.request;
    stream.pollAtMs = nextPoll();
    try {
      await graphs.using(async (graph) => {
        const admitted = await graph.admit(stream.request, stream.digest !== undefined);
        if (admitted.kind === 'REFUSED') {
          const { errors } = admitted;
          end(stream, { errors, reconnect: errors[0]?.extensions?.code === 'UNAUTHENTICATED' });
          return;
        }
        const { topics, principal, key, untilMs } = admitted;
        stream.untilMs = untilMs;
        await follow(stream, [...topics, ...options.topicsOf(principal)]);
        const running = shared.get(key) ?? admitted.run();
        shared.set(key, running);
        const state = await running;
        metrics?.liveRun();
        if (stream.ended) return;
        if (state.refused !== undefined) end(stream, { errors: state.refused, reconnect: false });
        else if (state.digest !== stream.digest) {
          stream.digest = state.digest;
          stream.outlet.offer(state);
        }
      });
    } catch (error) {
      log.error({ requestId, err: error }, 'a live stream failed');
      end(stream, { errors: [errorOf('INTERNAL_SERVER_ERROR', requestId)], reconnect: true });
    }
  }

  function sweep(): void {
    const [nowMs, steadyMs] = [now(), performance.now()];
    const due: Stream[] = [];
    for (const stream of streams) {
      const waitingMs = steadyMs - (stream.outlet.waitingSinceMs() ?? steadyMs);
      if (waitingMs > slowMs) {
        end(stream, { errors: [errorOf('CLIENT_TOO_SLOW', stream.request.requestId)], reconnect: true });
      } else if (nowMs >= stream.untilMs || steadyMs >= stream.pollAtMs) {
        stream.untilMs = Number.POSITIVE_INFINITY;
        due.push(stream);
      }
    }
    rounds.add(due);
    if (streams.size > 0) void hear();
  }

  /** While nothing arrives streams are run more often; when it does again, `onGap` runs them all. */
  async function hear(): Promise<void> {
    const reachable = await options.reachable().catch(() => false);
    if (unheard === !reachable) return;
    unheard = !reachable;
    log.warn(
      unheard ? 'live streams: what other instances tell does not arrive' : 'live streams: heard again',
    );
    for (const stream of streams) stream.pollAtMs = Math.min(stream.pollAtMs, nextPoll());
  }

  const sweeping = setInterval(sweep, SWEEP_MS).unref();
  const all = () => rounds.add(streams);
  graphs.onTaken(all);
  bus.onGap?.(all);
  const gaps = bus.subscribe(GAP_TOPIC, all);

  async function once(runOnce: () => Promise<State>): Promise<Opened> {
    const { offer, end: done, values: states } = createOutlet<State>(() => undefined);
    offer(await runOnce());
    done();
    return { kind: 'OPEN', states };
  }

  const refused = (refusal: Refusal, requestId: string): Opened => ({
    kind: 'REFUSED',
    refusal,
    errors: refusal.errors.map(({ message, extensions: { code } }) => ({
      message,
      extensions: { code, requestId },
    })),
  });

  return {
    async open(request, transport) {
      const { requestId, origin } = request;
      if (closed) return refused(refuse('SHUTTING_DOWN'), requestId);
      const admitted = await graphs.using(async (graph) => {
        const asked = await graph.admit(request, false);
        return asked.kind === 'ADMITTED' && !asked.isLive ? once(asked.run) : asked;
      });
      if (admitted.kind !== 'ADMITTED') return admitted;
      const { principal } = admitted;
      // nobody in particular is as many as there are addresses
      const holder = principal.kind === 'ANONYMOUS' ? `${origin}` : principal.actorId;
      const few = (held.get(holder) ?? 0) < limits.maxStreamsPerActor && streams.size < limits.maxStreams;
      if (!few) return refused(refuse('TOO_MANY_SUBSCRIPTIONS'), requestId);
      const stream: Stream = {
        request,
        transport,
        holder,
        outlet: createOutlet<State>(() => release(stream)),
        topics: [],
        digest: undefined,
        untilMs: Number.POSITIVE_INFINITY,
        pollAtMs: Number.POSITIVE_INFINITY,
        lastRunMs: Number.NEGATIVE_INFINITY,
        running: false,
        streak: 0,
        ended: false,
      };
      take(stream);
      rounds.first(stream);
      return { kind: 'OPEN', states: stream.outlet.values };
    },
    count: () => streams.size,
    close() {
      closed = true;
      clearInterval(sweeping);
      gaps.then((leave) => leave()).catch(() => undefined);
      for (const stream of [...streams])
        end(stream, { errors: [errorOf('SHUTTING_DOWN', stream.request.requestId)], reconnect: true });
      rounds.stop();
    },
  };
}
