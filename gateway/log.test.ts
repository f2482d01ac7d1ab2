// SSM-A-11: what the log leaves out, whoever hands it over.
import { expect, test } from 'vitest';
import { createLog, masked } from './log.ts';

function logged(what: object): string {
  let line = '';
  const write = (text: string) => {
    line += text;
  };
  createLog('trace', { write }).info(what, 'words of ours');
  return line;
}

test.each([
  ['a token', 'bad eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLWlzLWhlcmU', 'bad <opaque>'],
  ['a phone number', 'no line +33 6 39 98 00 01 there', 'no line <number> there'],
  ['a mail address', 'mail to marta@acme.example failed', 'mail to <address> failed'],
  [
    'what a library quotes',
    'invalid input syntax for type integer: "Marta L"',
    'invalid input syntax for type integer: "…"',
  ],
  ['but not a column', 'null value in column "actor_id"', 'null value in column "actor_id"'],
  [
    'credentials in an address',
    'cannot reach https://user:pass@host/path',
    'cannot reach https://…@host/path',
  ],
  ['a database', 'postgres://u:p@h/db is down', 'postgres://… is down'],
  ['an enrolment', 'otpauth://totp/x?secret=ABC', 'otpauth://…'],
  [
    'a query with its parameters, wherever it is told',
    'x: Failed query: select 1\nparams: Marta',
    'x: a query failed',
  ],
  ['nothing, where nothing is', 'the store does not answer', 'the store does not answer'],
])('SSM-A-11 %s', (_, text, cleaned) => {
  expect(masked(text)).toBe(cleaned);
});

test('SSM-A-11 an error shows its kind, code and place; of a query neither text nor parameters', () => {
  const cause = Object.assign(new Error('duplicate key "Marta Lindqvist"'), {
    code: '23505',
    detail: 'Marta',
  });
  const error = Object.assign(new Error('Failed query: insert … params: hunter2', { cause }), {
    name: 'DrizzleQueryError',
    query: 'insert …',
    params: ['hunter2'],
  });
  const line = logged({ err: error });
  expect(JSON.parse(line)).toMatchObject({
    err: { type: 'DrizzleQueryError', message: 'a query failed', cause: { code: '23505' } },
    msg: 'words of ours',
  });
  expect(line).toContain('log.test.ts');
  expect(line).not.toMatch(/hunter2|Marta|insert/);
});

test('SSM-A-11 secrets by name and at any depth; references stay readable', () => {
  const line = logged({
    requestId: '12345678-1234-1234-1234-123456789012',
    actorId: 'acme-manager',
    input: { password: 'hunter2', newPassword: 'hunter3', nested: [{ refreshToken: 'abc' }] },
    deep: { a: { b: { c: { d: { e: 'too deep' } } } } },
  });
  expect(line).toContain('12345678-1234-1234-1234-123456789012');
  expect(line).toContain('acme-manager');
  expect(line).not.toMatch(/hunter|abc|too deep/);
});
