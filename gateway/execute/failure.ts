// Errors of execution: what a subgraph reported, what it failed to answer, and where in the client's answer that is.
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { clientError, type ErrorCode } from '../../schema/errors.ts';

export type Path = readonly (string | number)[];

export function failureAt(code: ErrorCode, path: Path | undefined, cause?: unknown): GraphQLError {
  const { message, extensions } = clientError(code);
  return new GraphQLError(message, {
    extensions,
    ...(path === undefined || path.length === 0 ? {} : { path }),
    // for the log: the way out strips it
    ...(cause === undefined
      ? {}
      : { originalError: cause instanceof Error ? cause : new Error(String(cause)) }),
  });
}

/** The stock gateway's form of a subgraph's error: its message and code kept, the subgraph named for the log. */
export function subgraphError(
  reported: GraphQLFormattedError,
  serviceName: string,
  path: Path | undefined,
): GraphQLError {
  const extensions = { ...reported.extensions };
  return new GraphQLError(
    typeof reported.message === 'string' && reported.message !== ''
      ? reported.message
      : `Error while fetching subquery from service "${serviceName}"`,
    {
      ...(path === undefined ? {} : { path }),
      ...(reported instanceof Error ? { originalError: reported } : {}),
      extensions: { ...extensions, serviceName, code: extensions.code || 'DOWNSTREAM_SERVICE_ERROR' },
    },
  );
}

/** The path of the smallest part of the answer that holds every one of the paths. */
export function commonPath(paths: readonly Path[]): Path {
  const [first = [], ...others] = paths;
  let length = first.length;
  for (const path of others) {
    let same = 0;
    while (same < length && path[same] === first[same]) same += 1;
    length = same;
  }
  return first.slice(0, length);
}
