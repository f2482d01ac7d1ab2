// What a route answers, before faults are applied to it, and the TMF630 error body.

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = { 'content-type': 'application/json;charset=utf-8' } as const;

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

export const NO_CONTENT: Reply = { status: 204, headers: {}, body: '' };

const ERRORS: Readonly<Record<number, { readonly code: string; readonly reason: string }>> = {
  400: { code: '28', reason: 'Bad request' },
  404: { code: '60', reason: 'Resource not found' },
  405: { code: '61', reason: 'Method not allowed' },
  409: { code: '69', reason: 'Conflict' },
  413: { code: '62', reason: 'Payload too large' },
  415: { code: '68', reason: 'Unsupported media type' },
  429: { code: '53', reason: 'Too many requests' },
  500: { code: '1', reason: 'Internal error' },
  503: { code: '5', reason: 'The service is temporarily unavailable' },
};

export function failure(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const { code, reason } = ERRORS[status] ?? { code: '1', reason: 'Error' };
  return json(status, { '@type': 'Error', code, reason, message, status: String(status) }, headers);
}
