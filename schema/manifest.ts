// The manifest of registered operations, in Apollo's format, from the files that clients are built from.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { getOperationAST, parse } from 'graphql';

interface RegisteredOperation {
  /** SHA-256 of the body, as clients send it. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

export interface Manifest {
  readonly format: 'apollo-persisted-query-manifest';
  readonly version: 1;
  readonly operations: readonly RegisteredOperation[];
}

/** Comments are for readers: what is registered begins with the operation itself. */
export function bodyOf(text: string): string {
  return text.replace(/^(?:#.*\n|\s*\n)*/, '').trimEnd();
}

export function readManifest(folder: URL): Manifest {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const operations = files
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => {
      const body = bodyOf(readFileSync(new URL(file, folder), 'utf8'));
      const node = getOperationAST(parse(body));
      if (node?.name === undefined) throw new Error(`${file}: one named operation in a file`);
      const id = createHash('sha256').update(body).digest('hex');
      return { id, name: node.name.value, type: node.operation, body };
    });
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}
