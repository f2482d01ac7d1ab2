// A simulator for one file of tests, and the few ways in which they ask it.
import { afterAll, beforeAll } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
let simulator: Simulator;

/** It runs while a file's tests do; each file says so itself, as files share this module. */
export function simulates(): void {
  beforeAll(async () => {
    simulator = await startSimulator({ now: () => NOW });
  });
  afterAll(() => simulator.close());
}

type Json = Record<string, unknown>;

function address(api: string): string {
  const found = simulator.apis.find((each) => each.api === api);
  if (found === undefined) throw new Error(`no ${api}`);
  return found.baseUrl;
}

export async function list(
  api: string,
  path: string,
): Promise<{ status: number; headers: Headers; rows: Json[] }> {
  const answer = await fetch(`${address(api)}/${path}`);
  // lists are arrays of objects; a test that gets something else fails on its expectation
  return { status: answer.status, headers: answer.headers, rows: (await answer.json()) as Json[] };
}

export async function send(
  method: string,
  api: string,
  path: string,
  body?: unknown,
  type = 'application/json',
) {
  const answer = await fetch(`${address(api)}/${path}`, {
    method,
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json: Json = text === '' ? {} : JSON.parse(text);
  return { status: answer.status, headers: answer.headers, json };
}

export const ids = (rows: readonly Json[]): unknown[] => rows.map(({ id }) => id);
