// Files that subgraphs give out, by the type that their global id names: found here, streamed by whoever asked.
import { decodeId } from '../schema/id.ts';
import type { FileSource, OpenedFile } from '../schema/ports.ts';
import { countedClient } from './counted-client.ts';
import type { Systems } from './loads.ts';
import { type Objects, objectsOf } from './objects.ts';
import { asClientError } from './source.ts';

/** By the type that ids name; who may have the file is decided there, each time it is asked for. */
export type FileHandlers = Readonly<
  Record<
    string,
    (file: { provider: string; id: string }, objects: Objects) => Promise<OpenedFile | undefined>
  >
>;

interface GivesFiles {
  readonly files?: FileHandlers;
}

type Modules = ReadonlyMap<string, GivesFiles>;

function filesHere(name: string, handlers: FileHandlers, systems: Systems): FileSource {
  return async (id, operation) => {
    const parts = decodeId(id);
    const handler = parts === undefined ? undefined : handlers[parts.type];
    if (parts === undefined || handler === undefined) return undefined;
    const objects = objectsOf({ ...systems, client: countedClient(systems.client) }, operation);
    try {
      return await handler(parts, objects);
    } catch (error) {
      throw asClientError(error);
    } finally {
      objects.reads.record(name);
    }
  };
}

/** Of the subgraphs in this process that have any. */
export function filesByName(modules: Modules, systems: Systems): ReadonlyMap<string, FileSource> {
  return new Map(
    [...modules].flatMap(([name, { files }]) =>
      files === undefined ? [] : [[name, filesHere(name, files, systems)] as const],
    ),
  );
}

/** Of all subgraphs: those elsewhere are asked where they run, for there are their back ends. */
export function fileSource(
  remotes: readonly { readonly name: string; readonly files?: FileSource }[],
  modules: Modules,
  systems: Systems,
): FileSource {
  const sources = new Map(filesByName(modules, systems));
  for (const { name, files } of remotes) if (files !== undefined) sources.set(name, files);
  const byType = new Map(
    [...modules].flatMap(([name, { files }]) =>
      Object.keys(files ?? {}).map((type) => [type, sources.get(name)]),
    ),
  );
  return async (id, operation) => byType.get(decodeId(id)?.type ?? '')?.(id, operation);
}
