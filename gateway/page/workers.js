// Tells Monaco where its workers are: bundled beside this file, never from a CDN. Must load before GraphiQL.
const FILES = { json: 'json.worker.js', graphql: 'graphql.worker.js' };

globalThis.MonacoEnvironment = {
  getWorker: (_, label) =>
    new Worker(new URL(FILES[label] ?? 'editor.worker.js', import.meta.url), { type: 'module' }),
};
