// How the tests run: which files are tests, and one copy of `graphql` for them and for what they import.
import { defineConfig } from 'vitest/config';

const TESTS = '{schema,gateway,subgraphs,mocks,test}/**/*.test.ts';
/** These look at what a whole process does, or take a library's place: each has a process to itself. */
const APART = ['gateway/no-other-host.test.ts', 'test/identity/same-work.test.ts'];

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
    // the embedded database is WebAssembly, and servers are started and stopped: processes, not threads
    pool: 'forks',
    // by default one core is left idle, which is half of a small machine
    maxWorkers: '100%',
    globalSetup: ['test/support/embedded-image.ts'],
    testTimeout: 20_000,
    // a first start composes the page, creates the database and listens
    hookTimeout: 60_000,
    projects: [
      // a process for many files, which import the same modules: half of the time of a process for each
      { extends: true, test: { name: 'together', include: [TESTS], exclude: APART, isolate: false } },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
  },
});
