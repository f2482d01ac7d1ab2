// One resource as a TM Forum server keeps it, and the error that a route answers with.

/** TMF623 v2 numbers its resources; every other API names them. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string | number };

/** Answered as a TMF630 error body with this status. */
export class RefusedRequest extends Error {
  readonly status: number;
  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
