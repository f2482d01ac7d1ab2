// The circuit breaker of one back end: after failures in a row it is left alone for a while.
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  IterableBackoff,
  isBrokenCircuitError,
} from 'cockatiel';
import { BackEndError } from './back-end-error.ts';

const FAILURES_IN_A_ROW = 5;
/** How long it is left alone: the last one again and again. */
const RESTS_MS = [2_000, 4_000, 8_000, 16_000, 30_000];
/** A call that was cut off sooner than this says nothing about the back end. */
const FAIR_WAIT_MS = 1_000;

type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface Breaker {
  state(): BreakerState;
  /** Runs the attempt; OPEN at once, without running it, while the back end is left alone. */
  run<T>(attempt: () => Promise<T>): Promise<T | BackEndError | 'OPEN'>;
}

type Verdict = 'DEAD' | 'ALIVE' | 'UNKNOWN';

function verdictOn(error: BackEndError, timeoutMs: number): Verdict {
  switch (error.code) {
    case 'BACKEND_UNAVAILABLE':
    case 'BACKEND_BAD_ANSWER':
      return 'DEAD';
    case 'BACKEND_TIMEOUT':
      return (error.waitedMs ?? 0) >= Math.min(FAIR_WAIT_MS, timeoutMs) * 0.9 ? 'DEAD' : 'UNKNOWN';
    case 'BACKEND_BUSY':
    case 'BACKEND_REFUSED':
      return 'ALIVE';
    default:
      return 'UNKNOWN';
  }
}

const isDead = (outcome: unknown, timeoutMs: number) =>
  outcome instanceof BackEndError && verdictOn(outcome, timeoutMs) === 'DEAD';

export function createBreaker(timeoutMs: number): Breaker {
  const policy: CircuitBreakerPolicy = circuitBreaker(
    // an abandoned probe has proved nothing, so it must not close the circuit; closed, it counts neither way
    handleWhenResult((outcome) => isDead(outcome, timeoutMs)).orWhen(
      () => policy.state === CircuitState.HalfOpen,
    ),
    {
      breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
      halfOpenAfter: new IterableBackoff(RESTS_MS),
    },
  );

  return {
    state() {
      if (policy.state === CircuitState.Closed) return 'CLOSED';
      return policy.state === CircuitState.HalfOpen ? 'HALF_OPEN' : 'OPEN';
    },
    async run(attempt) {
      // cockatiel would make others wait for the probe, beyond their own deadlines
      if (policy.state === CircuitState.HalfOpen) return 'OPEN';
      try {
        return await policy.execute(async () => {
          try {
            return await attempt();
          } catch (error) {
            if (error instanceof BackEndError && verdictOn(error, timeoutMs) !== 'UNKNOWN') return error;
            throw error;
          }
        });
      } catch (error) {
        if (isBrokenCircuitError(error)) return 'OPEN';
        throw error;
      }
    },
  };
}
