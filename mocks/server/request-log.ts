// The last requests that the simulator got, so that tests can count the calls of one operation.

export interface LoggedRequest {
  readonly api: string;
  readonly method: string;
  /** With the query string, below the server's root. */
  readonly path: string;
  /** 0 while unanswered. */
  readonly status: number;
  readonly requestId: string | undefined;
}

export interface RequestLog {
  /** Notes an arrival; the returned function notes how it was answered. */
  arrived(request: Omit<LoggedRequest, 'status'>): (status: number) => void;
  all(requestId?: string): readonly LoggedRequest[];
  clear(): void;
}

const CAPACITY = 20_000;

export function createRequestLog(): RequestLog {
  let ring: (LoggedRequest & { status: number })[] = [];
  let next = 0;
  return {
    arrived(request) {
      const entry = { ...request, status: 0 };
      ring[next] = entry;
      next = (next + 1) % CAPACITY;
      return (status) => {
        entry.status = status;
      };
    },
    all(requestId) {
      const inOrder = ring.length < CAPACITY ? ring : [...ring.slice(next), ...ring.slice(0, next)];
      const wanted =
        requestId === undefined ? inOrder : inOrder.filter((entry) => entry.requestId === requestId);
      return wanted.map((entry) => ({ ...entry }));
    },
    clear() {
      ring = [];
      next = 0;
    },
  };
}
