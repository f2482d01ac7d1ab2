// The protocol graphql-transport-ws over one connection: its token, its operations, and how each end is told.
import { randomUUID } from 'node:crypto';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  GraphQLSchema,
  parse,
} from 'graphql';
import { type Context, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { clientError } from '../../schema/errors.ts';
import type { Authenticate } from '../authenticate.ts';
import { Refusal } from '../errors.ts';
import { requestIn } from '../http-request.ts';
import type { State } from './admission.ts';
import { publicErrors } from './ended.ts';
import type { Live } from './live.ts';

export interface Connection {
  readonly origin: string | undefined;
  authorization?: string | undefined;
  close(code: number, reason: string): void;
  /** How many operations are open on it. */
  operations(): number;
}

interface Options {
  readonly live: Live;
  readonly authenticate: Authenticate;
  /** Texts of registered operations by their hash. */
  readonly registered: ReadonlyMap<string, string>;
}

/** How a connection is closed; the reason is a code of ours. Clients of the protocol come again after all but 4401. */
const CLOSE: Readonly<Record<string, number>> = {
  SHUTTING_DOWN: 1012,
  CLIENT_TOO_SLOW: 1013,
  AUTHORIZATION_UNAVAILABLE: 1013,
  /** The token or its session has ended: come again with another one. */
  UNAUTHENTICATED: 4403,
};
const CLOSE_OTHERWISE = 1011;
/** The connection began with a token that isn't good. */
const CLOSE_UNKNOWN_TOKEN = 4401;

export const closeCode = (code: string): number => CLOSE[code] ?? CLOSE_OTHERWISE;

const MAX_OPERATIONS = 100;
const INIT_TIMEOUT_MS = 5_000;

// what the protocol's server wants to know of an operation: that it is a stream
const STREAM = parse('subscription { live }');
const NO_SCHEMA = new GraphQLSchema({});

type Params = Readonly<Record<string, unknown>>;
type Of = Context<Params, Connection>;

function bearerIn(params: Params | undefined): string | undefined {
  const given = Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return typeof given === 'string' && given !== '' ? given : undefined;
}

const asErrors = (errors: readonly { message: string; extensions?: Params }[], requestId: string) =>
  errors.map(
    ({ message, extensions = {} }) => new GraphQLError(message, { extensions: { ...extensions, requestId } }),
  );

/** What a client should ask for again ends with its connection, and without an error, which would end it for good. */
function told({ close }: Connection, states: AsyncGenerator<State>, requestId: string) {
  const stream: AsyncGenerator<State> = {
    next: () =>
      states.next().catch((error: unknown) => {
        const { errors, reconnect } = publicErrors(error, requestId);
        const code = String(errors[0]?.extensions?.code);
        if (reconnect) close(closeCode(code), code);
        throw asErrors(errors, requestId)[0] ?? clientError('INTERNAL_SERVER_ERROR');
      }),
    return: (value) => states.return(value),
    throw: (error) => states.throw(error),
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

export function createProtocol({ live, authenticate, registered }: Options): Server<Connection> {
  async function onConnect({ extra, connectionParams }: Of): Promise<void> {
    extra.authorization = bearerIn(connectionParams);
    try {
      await authenticate(extra.authorization);
    } catch (error) {
      const code = error instanceof Refusal ? String(error.errors[0]?.extensions.code) : '';
      extra.close(code === 'UNAUTHENTICATED' ? CLOSE_UNKNOWN_TOKEN : closeCode(code), code);
    }
  }

  async function onSubscribe({ extra }: Of, _id: string, payload: SubscribePayload) {
    const { authorization, origin } = extra;
    const requestId = randomUUID();
    try {
      if (extra.operations() > MAX_OPERATIONS) throw new Refusal([clientError('TOO_MANY_SUBSCRIPTIONS')]);
      const asked = requestIn({ ...payload }, 'POST', registered);
      const opened = await live.open({ asked, authorization, origin, requestId }, 'websocket');
      if (opened.kind === 'REFUSED') return asErrors(opened.errors, requestId);
      return { schema: NO_SCHEMA, document: STREAM, contextValue: told(extra, opened.states, requestId) };
    } catch (error) {
      if (error instanceof Refusal) return asErrors(error.errors, requestId);
      throw error;
    }
  }

  return makeServer<Params, Connection>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect,
    onSubscribe,
    // the context is the stream that onSubscribe made
    subscribe: ({ contextValue }) => contextValue as AsyncGenerator<ExecutionResult>,
    // what comes out of it are states, whose texts are our own
    onNext: (_context, _id, _payload, _args, state) =>
      JSON.parse((state as unknown as State).text) as FormattedExecutionResult,
  });
}
