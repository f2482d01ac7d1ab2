// A page of the store's rows, newest first: the cursor is the number of the last row.
import { Buffer } from 'node:buffer';
import { clientError } from '../schema/errors.ts';
import { checkFirst } from './list.ts';

export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface OwnPage {
  /** One more than is shown tells whether there are more. */
  readonly limit: number;
  readonly before?: number;
}

const toCursor = (number: number): string => Buffer.from(`#${number}`).toString('base64url');

export function pageAsked({ first, after }: PageArgs): OwnPage {
  const limit = checkFirst(first) + 1;
  if (after === undefined || after === null) return { limit };
  const number = /^#(\d{1,15})$/.exec(Buffer.from(after, 'base64url').toString('utf8'))?.[1];
  if (number === undefined)
    throw clientError('BAD_USER_INPUT', 'The cursor in "after" was not made by this list.');
  return { limit, before: Number(number) };
}

export function pageOf<Row>(
  rows: readonly Row[],
  { limit }: OwnPage,
  numberOf: (row: Row) => number,
  nodeOf: (row: Row) => unknown,
) {
  const edges = rows
    .slice(0, limit - 1)
    .map((row) => ({ cursor: toCursor(numberOf(row)), node: nodeOf(row) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: rows.length >= limit,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    // rows come while pages are read: nobody counts them
    totalCount: null,
  };
}
