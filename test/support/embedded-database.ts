// What tests get for the embedded database: the library's own, but one in memory begins as a copy of the run's image.
import { createRequire } from 'node:module';
import type { PGlite as Library } from '@electric-sql/pglite';
import { inject } from 'vitest';
import { readImage } from './embedded-image.ts';

// the alias that leads here would lead an import of it here too
const { PGlite: library } = createRequire(import.meta.url)('@electric-sql/pglite') as {
  PGlite: typeof Library;
};

let image: Promise<Blob> | undefined;

export const PGlite = {
  async create(place: string): Promise<Library> {
    if (place !== 'memory://') return library.create(place);
    image ??= readImage(inject('embeddedImage'));
    return library.create({ loadDataDir: await image });
  },
};
