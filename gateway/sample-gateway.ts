// For tests: a gateway over two small subgraphs with our annotations, and tokens for its actors.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse } from 'graphql';
import { pino } from 'pino';
import { compose } from '../schema/compose.ts';
import { readContract } from '../schema/contract.ts';
import type { GrantReader, ResponseStore, Subgraph, SubgraphRequest } from '../schema/ports.ts';
import type { Principal } from '../schema/principal.ts';
import { type Config, readConfig } from './config.ts';
import { openDemoIssuer } from './demo-issuer.ts';
import { type Gateway, type GatewayParts, startGateway } from './start.ts';

export const NOW_MS = Date.parse('2026-11-15T10:00:00Z');

const CATALOGUE = `
type Query {
  offerings: OfferingConnection!
  offering(id: ID!, size: Size): Offering
  broken(how: String!): Offering
}
type Mutation { touch: Boolean @access(function: PUBLIC) }
enum Size { SMALL LARGE }
type Offering @key(fields: "id") @access(function: PUBLIC) @cacheControl(maxAge: 60, scope: PUBLIC) {
  id: ID!
  name: String
  related: Offering
}`;

const BILLING = `
type Query {
  bills: [Bill!]
  spend: Float @access(function: CHARGE_VIEW) @cacheControl(maxAge: 10, scope: PRIVATE)
}
type Bill @key(fields: "id") @access(function: BILL_VIEW) @owner(customer: "c") @cacheControl(maxAge: 30, scope: PRIVATE) {
  id: ID!
  number: String
  offering: Offering
}
type Offering @key(fields: "id") { id: ID! }`;

const contract = readContract([
  { name: 'billing', sdl: BILLING },
  { name: 'catalogue', sdl: CATALOGUE },
]);
const composed = compose(contract);
if (composed.supergraphSdl === undefined) throw new Error(composed.faults.join('\n'));
export const SUPERGRAPH = composed.supergraphSdl;

/** The same graph with one more field of Query in the catalogue. */
export function supergraphWith(field: string): {
  readonly supergraphSdl: string;
  readonly catalogue: string;
} {
  const sdl = CATALOGUE.replace('type Query {', `type Query {\n  ${field} @access(function: PUBLIC)`);
  const changed = readContract([
    { name: 'billing', sdl: BILLING },
    { name: 'catalogue', sdl },
  ]);
  const { supergraphSdl, faults } = compose(changed);
  const catalogue = changed.subgraphs.get('catalogue')?.sdl;
  if (supergraphSdl === undefined || catalogue === undefined) throw new Error(faults.join('\n'));
  return { supergraphSdl, catalogue };
}

/** What a subgraph was asked, and how it answers: tests put failures in its place. */
export interface SampleSubgraph extends Subgraph {
  readonly requests: SubgraphRequest[];
  /** Replaces the answer while it is set. */
  instead: Subgraph['run'] | undefined;
}

const offering = (id: string) => ({ __typename: 'Offering', id, name: `Offering ${id}` });

export function sampleSubgraph(name: string): SampleSubgraph {
  const sheet = contract.subgraphs.get(name);
  if (sheet === undefined) throw new Error(`no subgraph ${name}`);
  const schema = buildSubgraphSchema({
    typeDefs: parse(sheet.sdl),
    resolvers: { Offering: { __resolveReference: ({ id }: { id: string }) => offering(id) } },
  });
  const rootValue = {
    offerings: { edges: [], nodes: [offering('1'), offering('2')], pageInfo: { hasNextPage: false } },
    offering: ({ id }: { id: string }) => offering(id),
    broken: ({ how }: { how: string }) => {
      throw Object.assign(new Error('secret upstream body'), how === '' ? {} : { extensions: { code: how } });
    },
    bills: [{ id: 'b1', number: '42', offering: { id: '1' } }],
    spend: 12.5,
    touch: true,
  };
  const subgraph: SampleSubgraph = {
    name,
    sdl: sheet.sdl,
    requests: [],
    instead: undefined,
    run: async (request, operation) => {
      subgraph.requests.push(request);
      if (subgraph.instead !== undefined) return subgraph.instead(request, operation);
      return execute({
        schema,
        document: parse(request.query),
        rootValue,
        variableValues: request.variables,
      });
    },
  };
  return subgraph;
}

const actor = (
  actorId: string,
  kind: Principal['kind'],
  functions: Principal['grants'][number]['functions'],
): Principal => ({
  actorId,
  kind,
  ...(kind === 'STAFF' ? {} : { customerId: 'customer' }),
  grants: [{ functions, scope: { kind: kind === 'STAFF' ? 'EVERY_CUSTOMER' : 'CUSTOMER' } }],
  grantVersion: '1',
});

export const ACTORS: readonly Principal[] = [
  actor('manager', 'MANAGER', ['BILL_VIEW', 'CHARGE_VIEW']),
  actor('biller', 'AUTHORIZED_USER', ['BILL_VIEW']),
  actor('nobody', 'SSM_USER', []),
  actor('staff', 'STAFF', ['BILL_VIEW']),
];

export const grants: GrantReader = {
  read: async (actorId) => ACTORS.find((each) => each.actorId === actorId),
};

export function memoryStore(): ResponseStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
  };
}

export interface SampleGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly config: Config;
  readonly subgraphs: { readonly billing: SampleSubgraph; readonly catalogue: SampleSubgraph };
  readonly logged: string[];
  token(actorId: string): Promise<string>;
  ask(
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; headers: Headers; json: Answered }>;
  stop(): Promise<void>;
}

/** As much of an answer as tests look at. */
export interface Answered {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; requestId: string };
  }[];
}

/** Listens on a free port of this machine; its keys lie in a folder of its own until `stop`. */
export async function sampleGateway(
  env: Readonly<Record<string, string>> = {},
  { live = false, ...parts }: Partial<GatewayParts> & { readonly live?: boolean } = {},
): Promise<SampleGateway> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'ssm-gateway-'));
  const read = readConfig({ PORT: '0', DATA_FOLDER: dataFolder, ...env });
  // as outside demo mode, but that the demo issuer's tokens still count
  const config = live ? { ...read, demo: false } : read;
  const subgraphs = { billing: sampleSubgraph('billing'), catalogue: sampleSubgraph('catalogue') };
  const logged: string[] = [];
  const gateway = await startGateway({
    config,
    supergraphSdl: SUPERGRAPH,
    subgraphs: Object.values(subgraphs),
    grants,
    responseStore: memoryStore(),
    health: [],
    operations: [],
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    now: () => NOW_MS,
    ...parts,
  });
  const issuer = await openDemoIssuer(dataFolder, config.tokens.audience);
  return {
    gateway,
    url: gateway.url,
    config,
    subgraphs,
    logged,
    token: (actorId) => issuer.sign(actorId, NOW_MS),
    ask: async (body, headers = {}) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      // what the gateway sends always has this shape; a test that meets another fails on it
      const json = (await response.json()) as Answered;
      return { status: response.status, headers: response.headers, json };
    },
    stop: async () => {
      await gateway.drain();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
