// Lists: cursors lead through all that may be seen, once each, whatever the back end skips, ignores or mixes in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSubgraphs, readContract } from '../schema/contract.ts';
import { encodeId } from '../schema/id.ts';
import type { Principal } from '../schema/principal.ts';
import { type Connection, type ListAsk, list } from './list.ts';
import type { Objects } from './objects.ts';
import type { TmfObject } from './tmf/client.ts';
import type { Page } from './tmf/list-page.ts';

const contract = readContract(findSubgraphs(new URL('./', import.meta.url)));
const sheetOf = (type: string) => {
  const sheet = contract.types.get(type);
  if (sheet === undefined) throw new Error(`no type ${type}`);
  return sheet;
};

const MANAGER: Principal = {
  actorId: 'm',
  kind: 'MANAGER',
  customerId: encodeId('one', 'Customer', 'me'),
  grants: [{ functions: ['SERVICE_VIEW', 'PERSON_VIEW'], scope: { kind: 'CUSTOMER' } }],
  grantVersion: '1',
};
const STAFF: Principal = {
  actorId: 's',
  kind: 'STAFF',
  grants: [{ functions: ['SERVICE_VIEW', 'PERSON_VIEW'], scope: { kind: 'EVERY_CUSTOMER' } }],
  grantVersion: '1',
};

interface BackEnd {
  readonly rows: readonly TmfObject[];
  /** The most that it gives at once. */
  readonly cap?: number;
  readonly total?: boolean;
}

interface World {
  readonly principal?: Principal;
  readonly providers: Readonly<Record<string, BackEnd>>;
  readonly mayBeSeen?: (id: string) => boolean;
}

function around({ principal = MANAGER, providers, mayBeSeen = () => true }: World) {
  const asked: { provider: string; offset: number; limit: number }[] = [];
  const objects = {
    operation: { principal, nowMs: Date.parse('2026-11-15T10:00:00Z') },
    sheet: sheetOf,
    loads: { keep: () => undefined },
    visible: async (items: readonly { raw: { id: string } }[]) =>
      items.filter(({ raw }) => mayBeSeen(raw.id)),
    systems: {
      contract,
      client: {
        providersOf: () => Object.keys(providers),
        page: async (
          source: { provider: string },
          { offset, limit }: { offset: number; limit: number },
        ): Promise<Page> => {
          asked.push({ provider: source.provider, offset, limit });
          const { rows, cap = 1000, total } = providers[source.provider] ?? { rows: [] };
          const items = rows.slice(offset, offset + Math.min(limit, cap));
          const next = offset + items.length;
          return {
            items,
            offsets: items.map((_, index) => offset + index),
            ...(next < rows.length ? { next } : {}),
            ...(total === true ? { total: rows.length } : {}),
          };
        },
      },
    },
  };
  // as much of it as a list needs
  const ask = (more: Partial<ListAsk> = {}): Promise<Connection> =>
    list(objects as unknown as Objects, { type: 'Service', attributes: ['id'], ...more });
  return { ask, asked };
}

const rows = (count: number, prefix = 's'): TmfObject[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}` }));
const idsOf = ({ nodes }: Connection) => nodes.map(({ raw }) => String(raw.id));

async function walk(ask: (more: Partial<ListAsk>) => Promise<Connection>, first: number): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null, pages = 0; pages < 500; pages += 1) {
    const page: Connection = await ask({ first, after });
    expect(page.nodes.length).toBeLessThanOrEqual(first);
    ids.push(...idsOf(page));
    if (!page.pageInfo.hasNextPage) return ids;
    after = page.pageInfo.endCursor;
  }
  throw new Error('no end');
}

describe('a list', () => {
  it('is one call where one will do, and knows its total', async () => {
    const { ask, asked } = around({ providers: { one: { rows: rows(3) } } });
    expect(await ask({ first: 20 })).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: false } });
    expect(asked).toEqual([{ provider: 'one', offset: 0, limit: 20 }]);
  });

  it('goes on behind every one of its edges', async () => {
    const { ask } = around({ providers: { one: { rows: rows(7) } } });
    const { edges } = await ask({ first: 5 });
    for (const [index, { cursor }] of edges.entries())
      expect(idsOf(await ask({ first: 2, after: cursor }))).toEqual([`s${index + 1}`, `s${index + 2}`]);
  });

  it('walks over what may not be seen, in at most eight calls, and goes on from there', async () => {
    const { ask, asked } = around({
      providers: { one: { rows: rows(30), cap: 2 } },
      mayBeSeen: (id) => id === 's29',
    });
    const page = await ask({ first: 2 });
    expect(asked).toHaveLength(8);
    expect(page).toMatchObject({ nodes: [], totalCount: null, pageInfo: { hasNextPage: true } });
    expect(idsOf(await ask({ first: 2, after: page.pageInfo.endCursor }))).toEqual(['s29']);
  });

  it('goes through all providers, for those who may see every customer', async () => {
    const providers = { one: { rows: rows(3, 'a') }, two: { rows: rows(2, 'b') } };
    expect(await walk(around({ principal: STAFF, providers }).ask, 2)).toEqual([
      'a0',
      'a1',
      'a2',
      'b0',
      'b1',
    ]);
    expect(await walk(around({ providers }).ask, 2)).toEqual(['a0', 'a1', 'a2']);
  });

  it('gives all that may be seen, once each and in order, whatever page size, cap and gaps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.func(fc.boolean()),
        async (count, first, cap, mayBeSeen) => {
          const all = rows(count);
          const { ask } = around({ providers: { one: { rows: all, cap } }, mayBeSeen });
          expect(await walk(ask, first)).toEqual(all.map(({ id }) => id).filter((id) => mayBeSeen(id)));
        },
      ),
    );
  });

  it('of nothing asked gives nothing but the total', async () => {
    const { ask } = around({ providers: { one: { rows: rows(9), total: true } } });
    expect(await ask({ first: 0 })).toMatchObject({ nodes: [], totalCount: 9 });
  });

  it('asks nothing for a principal who acts for nobody', async () => {
    const { customerId: _, ...nobody } = MANAGER;
    const { ask, asked } = around({ principal: nobody, providers: { one: { rows: rows(3) } } });
    expect(await ask()).toMatchObject({ nodes: [], totalCount: 0 });
    expect(asked).toEqual([]);
  });

  it.each([-1, 201, 1.5])('refuses first: %s', async (first) => {
    await expect(around({ providers: { one: { rows: [] } } }).ask({ first })).rejects.toThrow(
      '"first" takes',
    );
  });

  it.each([
    '',
    'x',
    Buffer.from('two:1').toString('base64url'),
    Buffer.from('one:-1').toString('base64url'),
    Buffer.from('one:1e9').toString('base64url'),
  ])('refuses the cursor %j', async (after) => {
    await expect(around({ providers: { one: { rows: rows(3) } } }).ask({ after })).rejects.toThrow(
      'not made by this list',
    );
  });

  it('says when no provider serves it', async () => {
    await expect(around({ providers: {} }).ask()).rejects.toMatchObject({
      extensions: { code: 'NOT_CONFIGURED' },
    });
  });
});
