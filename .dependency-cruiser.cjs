// Who may import whom, each rule with its reason. `npm run check` fails on a breach.
const { existsSync, readdirSync } = require('node:fs');

// subgraphs are found by folder: no list is kept by hand
const domains = readdirSync('subgraphs').filter((name) => existsSync(`subgraphs/${name}/schema.graphql`));
const domain = `^subgraphs/(${domains.join('|')})/`;
/** Tests, and what only tests import. */
const tests = '(\\.test|-fixture|-suite)\\.ts$';
const ours = '^(schema|gateway|subgraphs|mocks|test)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other at run time are one, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'schema-imports-nothing-of-ours',
      comment: 'It is the contract that all others agree on.',
      severity: 'error',
      from: { path: '^schema/' },
      to: { path: ours, pathNot: '^schema/' },
    },
    {
      name: 'gateway-knows-the-contract-only',
      comment:
        'Drivers and subgraphs are handed in by main.ts and parts.ts, the composition root; the doctor is one of its own.',
      severity: 'error',
      from: { path: '^gateway/', pathNot: ['^gateway/(main|parts|doctor)\\.ts$', tests] },
      to: { path: ours, pathNot: '^(schema|gateway)/' },
    },
    {
      name: 'subgraphs-know-the-contract-only',
      comment: 'A subgraph runs without this gateway, behind another router.',
      severity: 'error',
      from: { path: '^subgraphs/', pathNot: tests },
      to: { path: ours, pathNot: '^(schema|subgraphs)/' },
    },
    {
      name: 'domains-meet-in-the-supergraph',
      comment: 'A domain that imports another can never run apart from it; they join through @key.',
      severity: 'error',
      from: { path: domain },
      to: {
        path: domain,
        pathNot: '^subgraphs/$1/',
      },
    },
    {
      name: 'shared-code-knows-no-domain',
      comment: 'What every subgraph uses would otherwise change with each of them.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+\\.ts$|(tmf|cache|store)/)', pathNot: tests },
      to: { path: domain },
    },
    {
      name: 'simulator-is-a-stranger',
      comment: 'A simulator that imports the client agrees with it by construction.',
      severity: 'error',
      from: { path: '^mocks/' },
      to: { path: ours, pathNot: '^mocks/' },
    },
    {
      name: 'tests-are-leaves',
      comment: 'Nothing that runs in production needs a test.',
      severity: 'error',
      from: { path: '^(schema|gateway|subgraphs|mocks)/', pathNot: tests },
      to: { path: '^test/' },
    },
    {
      name: 'no-development-packages-in-production',
      comment: 'They are not installed there.',
      severity: 'error',
      from: { path: '^(schema|gateway|subgraphs|mocks)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'] },
  },
};
