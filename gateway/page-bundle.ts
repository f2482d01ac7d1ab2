// The page's files, bundled from the installed packages on first use and kept in the data folder by version.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageBundle {
  /** Changes with the packages and with our own source. */
  readonly version: string;
  /** By file name. */
  readonly files: ReadonlyMap<string, Buffer>;
}

const require = createRequire(import.meta.url);
const SOURCE = fileURLToPath(new URL('./page/', import.meta.url));
const ENTRIES = {
  page: join(SOURCE, 'page.jsx'),
  'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
  'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
};

async function pageVersion(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['graphiql', 'esbuild', 'react']) {
    hash.update(await readFile(require.resolve(`${name}/package.json`)));
  }
  for (const name of (await readdir(SOURCE)).sort()) hash.update(await readFile(join(SOURCE, name)));
  return hash.digest('hex').slice(0, 16);
}

async function build(): Promise<Map<string, Buffer>> {
  // loaded here alone: a gateway that serves no page never starts the bundler
  const { build: bundle } = await import('esbuild');
  const { outputFiles } = await bundle({
    entryPoints: ENTRIES,
    outdir: SOURCE,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'dataurl', '.svg': 'dataurl' },
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(SOURCE.length), Buffer.from(contents)]));
}

async function readKept(folder: string): Promise<Map<string, Buffer> | undefined> {
  try {
    const names = await readdir(folder);
    return new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
    );
  } catch {
    return undefined;
  }
}

/** Whole or not at all: written beside and renamed. A folder that can't be written costs a bundling a start. */
async function keep(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    for (const [name, contents] of files) await writeFile(join(draft, name), contents);
    await rename(draft, folder);
  } catch {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

export async function pageBundle(dataFolder: string): Promise<PageBundle> {
  const version = await pageVersion();
  const folder = join(dataFolder, `page-${version}`);
  const kept = await readKept(folder);
  if (kept !== undefined) return { version, files: kept };
  const files = await build();
  await keep(folder, files);
  return { version, files };
}
