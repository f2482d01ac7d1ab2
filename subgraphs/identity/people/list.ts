// `actors`: pages of a customer's people, by id, for its managers.
import { Buffer } from 'node:buffer';
import { actsAsManager } from '../../../schema/access.ts';
import { clientError } from '../../../schema/errors.ts';
import type { Resolver } from '../../context.ts';
import { checkFirst } from '../../list.ts';
import { ownOf } from '../../own-acts.ts';
import { type FoundPerson, findPeople, type PersonState } from '../../store/people.ts';
import { hasPasswords, shown } from './shown.ts';

interface Args {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: {
    readonly kinds?: readonly string[] | null;
    readonly states?: readonly PersonState[] | null;
  } | null;
}

const cursorOf = ({ row }: FoundPerson): string => Buffer.from(`@${row.actorId}`).toString('base64url');

function idIn(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith('@') || text.includes('\0'))
    throw clientError('BAD_USER_INPUT', 'The cursor in "after" was not made by this list.');
  return text.slice(1);
}

export const actors: Resolver = async (_root, args, context) => {
  const { first, after, filter } = args as Args; // by the schema
  const { principal, nowMs } = context.operation;
  const { customerId } = principal;
  if (customerId === undefined || !actsAsManager(principal, nowMs)) throw clientError('FORBIDDEN');
  const size = checkFirst(first);
  const passwords = hasPasswords(context);
  const found = await findPeople(ownOf(context).store, {
    customerId,
    passwords,
    limit: size + 1,
    ...(filter?.kinds ? { kinds: filter.kinds } : {}),
    ...(filter?.states ? { states: filter.states } : {}),
    ...(after ? { after: idIn(after) } : {}),
  });
  const edges = found
    .slice(0, size)
    .map((each) => ({ cursor: cursorOf(each), node: shown(each, passwords) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: null,
  };
};
