// GraphQL over HTTP, as the audits of graphql-http have it: every one of them, MUST, SHOULD and MAY.
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SampleGateway, sampleGateway } from './sample-gateway.ts';

let sample: SampleGateway;
beforeAll(async () => {
  sample = await sampleGateway();
});
afterAll(() => sample.stop());

const audits = serverAudits({
  url: () => `${sample.url}/graphql`,
  // GET without a header that needs a preflight is refused on purpose; see http-request.ts
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, 'apollo-require-preflight': 'true' } }),
});

test('there are audits', () => expect(audits.length).toBeGreaterThan(50));

test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_, audit) => {
  const result = await audit.fn();
  expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
});
