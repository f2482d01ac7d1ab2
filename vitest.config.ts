// How the tests run: which files are tests, and one copy of `graphql` for them and for what they import.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take the ES module for our imports, Node takes the CommonJS one for those of libraries
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      {
        find: /^@electric-sql\/pglite$/,
        replacement: `${import.meta.dirname}/test/support/embedded-database.ts`,
      },
    ],
  },
  test: {
    include: ['{schema,gateway,subgraphs,mocks,test}/**/*.test.ts'],
    // the embedded database is WebAssembly, and servers are started and stopped: a process of its own for each file
    pool: 'forks',
    // by default one core is left idle, which is half of a small machine
    maxWorkers: '100%',
    globalSetup: ['test/support/embedded-image.ts'],
    testTimeout: 20_000,
    // a first start composes the page, creates the database and listens
    hookTimeout: 60_000,
  },
});
