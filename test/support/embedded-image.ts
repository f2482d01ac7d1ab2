// One empty embedded database for the whole run, made once: each test's own begins as a copy of it.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly embeddedImage: string;
  }
}

/** Making a database takes seconds, copying one a fraction: dozens of files start a gateway of their own. */
export default async function makeImage(project: TestProject): Promise<() => Promise<void>> {
  const path = join(tmpdir(), `ssm-embedded-${process.pid}.tar`);
  const database = await PGlite.create();
  const image = await database.dumpDataDir('none');
  await database.close();
  await writeFile(path, Buffer.from(await image.arrayBuffer()));
  project.provide('embeddedImage', path);
  return () => rm(path, { force: true });
}

export const readImage = async (path: string): Promise<Blob> => new Blob([await readFile(path)]);
