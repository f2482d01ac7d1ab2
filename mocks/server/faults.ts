// Named faults: how an API can be made to misbehave while it runs.
import { isRecord, RefusedRequest } from './row.ts';

/** `times`: for so many requests only; without it until it is taken away. */
export type Fault = { readonly times?: number } & (
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'malformed-json' }
  | { readonly kind: 'html-error' }
  | { readonly kind: 'truncated' }
);

function wholeNumber(value: unknown, name: string, least: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new RefusedRequest(400, `${name} must be a whole number, ${least} or more`);
}

/** Throws RefusedRequest for anything that isn't a fault. */
export function readFault(body: unknown): Fault {
  if (!isRecord(body)) throw new RefusedRequest(400, 'a fault is an object with a kind');
  const times = body.times === undefined ? {} : { times: wholeNumber(body.times, 'times', 1) };
  switch (body.kind) {
    case 'slow':
      return { kind: 'slow', delayMs: wholeNumber(body.delayMs, 'delayMs', 0), ...times };
    case 'status': {
      const retry =
        body.retryAfterS === undefined
          ? {}
          : { retryAfterS: wholeNumber(body.retryAfterS, 'retryAfterS', 0) };
      return { kind: 'status', status: wholeNumber(body.status, 'status', 400), ...retry, ...times };
    }
    case 'hang':
    case 'malformed-json':
    case 'html-error':
    case 'truncated':
      return { kind: body.kind, ...times };
    default:
      throw new RefusedRequest(
        400,
        'kind is one of slow, status, hang, malformed-json, html-error, truncated',
      );
  }
}

export interface Faults {
  set(api: string, fault: Fault | undefined): void;
  all(): Readonly<Record<string, Fault>>;
  /** The fault that the next request to this API meets; counts it. */
  take(api: string): Fault | undefined;
}

export function createFaults(): Faults {
  const byApi = new Map<string, Fault>();
  return {
    set(api, fault) {
      if (fault === undefined) byApi.delete(api);
      else byApi.set(api, fault);
    },
    all: () => Object.fromEntries(byApi),
    take(api) {
      const fault = byApi.get(api);
      if (fault?.times === undefined) return fault;
      if (fault.times <= 1) byApi.delete(api);
      else byApi.set(api, { ...fault, times: fault.times - 1 });
      return fault;
    },
  };
}
