// Back ends that page by cursors in `Link`, and those whose second page is their first: nothing twice, nothing lost.
import { afterEach, describe, expect, it } from 'vitest';
import { BILLS, callOf, type Route, scenes, sendJson } from './misbehaving-server.ts';
import { COLLECTION } from './wild-back-end.ts';

const against = scenes(afterEach);
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** Knows only where the next page begins, and names it at a host that isn't its own. */
const byCursor: Route = ({ query }, response) => {
  const from = Number(query.get('after')?.replace('place-', '') ?? 0);
  const limit = Number(query.get('limit'));
  const end = from + limit;
  const link = `<http://169.254.169.254/bill?limit=${limit}&after=place-${end}>; rel="next"`;
  const headers: Record<string, string> = end < COLLECTION.length ? { link } : {};
  sendJson(response, COLLECTION.slice(from, end), { headers });
};

async function readAll(client: Awaited<ReturnType<typeof against>>['client'], limit: number) {
  const ids: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page = await client.page(BILLS, { offset, limit }, callOf());
    ids.push(...idsOf(page.items));
    offset = page.next;
  }
  return ids;
}

describe('a back end that pages by cursor', () => {
  for (const profile of [{ paging: 'cursor' }, {}] as const) {
    it(`is read to its end, each once ${'paging' in profile ? 'as its profile says' : 'without being told'}`, async () => {
      const { server, client } = await against(byCursor, { profile });
      expect(await readAll(client, 10)).toEqual(idsOf(COLLECTION));
      expect(server.received.map(({ query }) => query.get('after'))).toEqual([null, 'place-10', 'place-20']);
      expect(client.health()[0]?.detail).toEqual(
        'paging' in profile ? undefined : 'pages by cursor: set paging in its profile',
      );
    });
  }

  it('is walked to a position in the middle of a page, and from the nearest known one after', async () => {
    const { server, client } = await against(byCursor, { profile: { paging: 'cursor' } });
    const page = await client.page(BILLS, { offset: 13, limit: 10 }, callOf());
    expect(idsOf(page.items)).toEqual(idsOf(COLLECTION.slice(13, 20)));
    expect(page).toMatchObject({ next: 20, offsets: [13, 14, 15, 16, 17, 18, 19] });
    expect(server.received).toHaveLength(2);
    await client.page(BILLS, { offset: 21, limit: 10 }, callOf());
    expect(server.received).toHaveLength(3);
  });

  it('gives all objects that name a value', async () => {
    const { client } = await against(byCursor, {
      profile: { paging: 'cursor', maxPage: 10, filters: false },
    });
    const found = await client.many(BILLS, ['acc-1'], { by: 'account.id' }, callOf());
    expect(idsOf(found)).toEqual(idsOf(COLLECTION.filter(({ account }) => account.id === 'acc-1')));
  });
});

it('a back end whose second page is its first is an error, not the same rows again', async () => {
  const { client } = await against((_, response) => sendJson(response, COLLECTION.slice(0, 10)));
  const first = await client.page(BILLS, { offset: 0, limit: 10 }, callOf());
  expect(first.next).toBe(10);
  await expect(client.page(BILLS, { offset: 10, limit: 10 }, callOf())).rejects.toMatchObject({
    code: 'BACKEND_BAD_ANSWER',
  });
});
