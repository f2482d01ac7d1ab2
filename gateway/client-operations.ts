// The operations that real clients send, from their files: a comment as title, sample variables beside.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { getOperationAST, parse } from 'graphql';

export interface ClientOperation {
  /** The folder it lies in: which client sends it. */
  readonly client: string;
  /** The operation's own name. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** Sample variables as JSON text; empty: none. */
  readonly variables: string;
}

async function readOperation(root: string, path: string): Promise<ClientOperation> {
  const text = await readFile(join(root, path), 'utf8');
  const name = getOperationAST(parse(text))?.name?.value;
  if (name === undefined) throw new Error(`${path}: one named operation in a file`);
  const beside = join(root, path.replace(/\.graphql$/, '.variables.json'));
  const variables = await readFile(beside, 'utf8').catch(() => '');
  const title = /^#\s*(.+)/.exec(text)?.[1]?.trim() ?? basename(path, '.graphql');
  return { client: dirname(path), name, title, text, variables };
}

/** Every *.graphql below the folder, in the order of their paths. */
export async function readOperations(root: string): Promise<ClientOperation[]> {
  const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.graphql')).sort();
  return Promise.all(paths.map((path) => readOperation(root, path)));
}
