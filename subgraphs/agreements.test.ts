// What a subgraph's process keeps of its agreements: by their names, each for one subgraph, each for its time.
import { expect, test } from 'vitest';
import { AGREEMENT_LIFETIME_MS, agreedKey, newExchangeKey } from '../schema/key-agreement.ts';
import { openAgreements } from './agreements.ts';

test('a key is good for the subgraph that it was agreed on for, until its time is over', () => {
  const agreements = openAgreements();
  const gateway = newExchangeKey();
  const atMs = 1_000;
  const subgraphHalf = agreements.accept({ half: gateway.half, kid: '1', atMs }, 'billing') ?? '';
  const terms = { audience: 'billing', kid: '1', gatewayHalf: gateway.half, subgraphHalf };
  const id = agreedKey(gateway, terms)?.id ?? '';
  const isFound = (audience: string, nowMs: number) => agreements.find(id, audience, nowMs) !== undefined;
  expect(isFound('billing', atMs)).toBe(true);
  expect(isFound('usage', atMs)).toBe(false);
  expect(isFound('billing', atMs + AGREEMENT_LIFETIME_MS - 1)).toBe(true);
  expect(isFound('billing', atMs + AGREEMENT_LIFETIME_MS)).toBe(false);
});
