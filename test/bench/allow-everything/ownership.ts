// In the place of subgraphs/ownership.ts: nobody looks where an object stands.
import type { Standing } from '../../../subgraphs/ownership.ts';

// biome-ignore lint/performance/noBarrelFile: all that it gives, but for what is replaced below
export * from '../../../subgraphs/ownership.ts';

const anywhere = { customers: [], accounts: [], services: [], sites: [] };
const open: Standing = { byId: true, read: () => anywhere, via: () => undefined };
export const standingOf = (): Standing => open;
