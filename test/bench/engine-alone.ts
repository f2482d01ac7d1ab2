// The engine alone over any supergraph and its subgraphs, to be compared with other gateways: nobody is asked who it is,
// and nothing is limited. `npm run engine -- --supergraph <file> [--port 4000]`; never for customers' data.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Supergraph } from '@apollo/federation-internals';
import { pino } from 'pino';
import { knownDocuments } from '../../gateway/documents.ts';
import { createEngine, type EngineResult } from '../../gateway/engine.ts';
import { Refusal } from '../../gateway/errors.ts';
import { readRequest } from '../../gateway/http-request.ts';
import { unsigned } from '../../gateway/identify.ts';
import { begin, choose } from '../../gateway/operation.ts';
import { remoteSubgraph } from '../../gateway/remote-subgraph.ts';
import { readRules } from '../../gateway/schema-rules.ts';
import { clientError } from '../../schema/errors.ts';
import { ANONYMOUS } from '../../schema/principal.ts';

const TIMEOUT_MS = 30_000;
const ANYTHING = Number.MAX_SAFE_INTEGER;

const { values } = parseArgs({
  options: { supergraph: { type: 'string' }, port: { type: 'string', default: '4000' } },
});
if (values.supergraph === undefined) throw new Error('--supergraph <file>');
const supergraphSdl = readFileSync(values.supergraph, 'utf8');
const log = pino({ level: 'warn' }, pino.destination(2));

const subgraphs = new Map(
  [...Supergraph.build(supergraphSdl).subgraphs()].map(({ name, url }) => [
    name,
    remoteSubgraph({
      name,
      url,
      sdl: '',
      identify: unsigned(() => ''),
      now: Date.now,
      maxAnswerBytes: ANYTHING,
      onFault: (fault) => log.warn(fault, 'subgraph failed'),
    }),
  ]),
);
const engine = await createEngine({
  supergraphSdl,
  subgraph: (name) => subgraphs.get(name),
  onCall: () => undefined,
  onFault: (subgraph, err) => log.error({ subgraph, err }, 'subgraph rejected'),
  log,
});
const documents = knownDocuments(engine.schema, readRules(supergraphSdl), {
  maxBodyBytes: ANYTHING,
  maxTokens: ANYTHING,
  maxDepth: ANYTHING,
  maxFields: ANYTHING,
  maxRootFields: ANYTHING,
  maxAliases: ANYTHING,
  maxObjects: ANYTHING,
});

async function answer(request: IncomingMessage, requestId: string): Promise<EngineResult> {
  const { method = '', headers } = request;
  const body = Buffer.from(await text(request));
  const asked = readRequest({ method, headers, search: '', body }, new Map());
  const read = documents.read(asked.query);
  const { facts, variables: coerced } = choose(engine.schema, documents.understand(read), asked);
  const beginning = { requestId, principal: ANONYMOUS, nowMs: Date.now(), timeoutMs: TIMEOUT_MS };
  const { operation, done } = begin(beginning);
  try {
    const { document, text: query } = read;
    return await engine.execute(
      { query, document, node: facts.node, variables: asked.variables, coerced },
      operation,
    );
  } finally {
    done();
  }
}

function failed(error: unknown): EngineResult {
  if (error instanceof Refusal) return { errors: error.errors };
  log.error({ err: error }, 'the engine failed');
  return { errors: [clientError('INTERNAL_SERVER_ERROR')] };
}

let requests = 0;
const server = createServer(async (request, response) => {
  requests += 1;
  const { data, errors } = await answer(request, `engine-${requests}`).catch(failed);
  const bytes = Buffer.from(
    JSON.stringify({ ...(data === undefined ? {} : { data }), ...(errors && { errors }) }),
  );
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
  console.log(`The engine answers at http://127.0.0.1:${port}/graphql`);
});
