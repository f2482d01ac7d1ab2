// graphql-shield by its CommonJS build: its ES module imports `isUndefined` of node:util, which Node 23 took away.
import { createRequire } from 'node:module';

type Shield = typeof import('graphql-shield');

// what needs `isUndefined` at run time (chain, race) isn't among these
const { allow, and, deny, rule, shield } = createRequire(import.meta.url)('graphql-shield') as Shield;

export { allow, and, deny, rule, shield };
