// The operations of real clients as tests run them: with the actor of their `# as:` line and their sample variables.
import { fileURLToPath } from 'node:url';
import { type ClientOperation, readOperations } from '../../gateway/client-operations.ts';
import type { AskOptions } from './gateway.ts';

export interface ActedOperation extends ClientOperation {
  readonly options: AskOptions;
}

function acted(operation: ClientOperation): ActedOperation {
  const actor = /^# as: (\S+)$/m.exec(operation.text)?.[1];
  if (actor === undefined) throw new Error(`${operation.name}: no "# as:" line`);
  const variables: Record<string, unknown> =
    operation.variables === '' ? {} : JSON.parse(operation.variables);
  return { ...operation, options: { variables, ...(actor === 'anonymous' ? {} : { as: actor }) } };
}

/** May be asked again of the same world, for the same answer. */
export const isReading = ({ text }: ClientOperation): boolean => !/^(?:subscription|mutation)\b/m.test(text);

export async function actedOperations(): Promise<readonly ActedOperation[]> {
  const root = fileURLToPath(new URL('../../schema/operations/', import.meta.url));
  return (await readOperations(root)).map(acted);
}
