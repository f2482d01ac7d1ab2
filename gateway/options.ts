// Every option of the gateway: its name, form, default and meaning. The README's table is made from this.
import { z } from 'zod';

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: `must be a ${protocols.join(' or ')} URL`,
  });

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
export const onThisMachine = (address: string): boolean => LOOPBACK.has(new URL(address).hostname);

/** Keys fetched over plain HTTP are whoever's keys sits in between. */
const keysUrl = url('https', 'http').refine(
  (text) => text.startsWith('https:') || onThisMachine(text),
  'must be https, except on this machine',
);

const subgraphList = z.string().transform((text, context) =>
  text.split(',').flatMap((entry) => {
    const [, name, address] = /^\s*([a-z][a-z0-9-]*)=(https?:\/\/\S+)\s*$/.exec(entry) ?? [];
    if (name !== undefined && address !== undefined && URL.canParse(address)) return [{ name, url: address }];
    context.addIssue('must be name=url,name=url');
    return [];
  }),
);

const form = {
  PORT: whole(0, 65_535).default(4000).describe('Port to listen on; 0 takes a free one.'),
  HOST: z
    .string()
    .optional()
    .describe('Address to listen on. Without it: 127.0.0.1 in demo mode, 0.0.0.0 otherwise.'),
  MODE: z
    .enum(['demo', 'live'])
    .optional()
    .describe(
      'demo: simulator, demo actors, local token issuer. live: your back ends. Without it: live if PROVIDERS_FILE is set.',
    ),
  PROVIDERS_FILE: z.string().optional().describe('Providers and the base URLs of their TM Forum APIs.'),
  REDIS_URL: url('redis', 'rediss')
    .optional()
    .describe('Cache, and bus between instances. Without it: in this process.'),
  DATABASE_URL: url('postgres', 'postgresql')
    .optional()
    .describe('PostgreSQL for what the gateway owns. Without it: PGlite in DATA_FOLDER.'),
  MIGRATION_DATABASE_URL: url('postgres', 'postgresql')
    .optional()
    .describe(
      'The same database as the role that owns the tables; the role of DATABASE_URL then only uses them. Without it: one role for both.',
    ),
  DATA_FOLDER: z.string().default('./data').describe('Keys, the embedded database and the built page.'),
  SUPERGRAPH_FILE: z
    .string()
    .optional()
    .describe(
      'The supergraph; taken anew when the file changes and at SIGHUP. Without it: schema/supergraph.graphql.',
    ),
  WORKERS: whole(1, 256)
    .default(1)
    .describe('Processes that share the port. More than one need DATABASE_URL and REDIS_URL.'),
  SUBGRAPHS: subgraphList.default([]).describe('Subgraphs that run elsewhere: name=url,name=url.'),
  USER_TOKEN_TO: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .describe(
      "Subgraphs elsewhere that are sent the client's own token, for back ends with `userToken`: name,name. Said to the gateway, and to the subgraph that runs alone.",
    ),
  SHARE_CALLS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Equal calls of a subgraph elsewhere that one principal makes at the same time are sent once.'),
  SUBGRAPH_COMPRESSION: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'Whether answers of subgraphs elsewhere are asked for packed (br, gzip). auto: of those that are not on this machine.',
    ),
  SUBGRAPH_MAX_ANSWER_BYTES: whole(1024, 512 * 1024 * 1024)
    .default(32 * 1024 * 1024)
    .describe('Longest answer that is read of a subgraph elsewhere, packed or unpacked.'),
  OVERRIDE_LABELS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((label) => label.trim())
        .filter((label) => label !== ''),
    )
    .refine((labels) => labels.every((label) => /^[A-Za-z][\w\-:./]*$/.test(label)), 'must be label,label')
    .describe(
      'Labels of `@override` that hold. `percent(n)` needs none: it holds for that share of the requests.',
    ),
  TOKEN_ISSUER: z.string().optional().describe('`iss` of the access tokens; goes with TOKEN_JWKS_URL.'),
  TOKEN_AUDIENCE: z.string().default('ssm-gateway').describe('`aud` that an access token must name.'),
  TOKEN_JWKS_URL: keysUrl
    .optional()
    .describe("The token issuer's public keys. Without it, in demo mode: a local issuer."),
  TOKEN_ACTOR_CLAIM: z
    .string()
    .regex(/^[A-Za-z][\w.:/-]{0,99}$/, "must be a claim's name")
    .default('sub')
    .describe('The claim of those tokens that holds the actor id.'),
  SIGN_IN: z
    .enum(['on', 'off'])
    .default('on')
    .describe('on: actors sign in here, by password; beside TOKEN_ISSUER, if that is set. off: only there.'),
  ACCESS_TOKEN_MINUTES: whole(1, 60).default(5).describe('How long an access token of ours is good.'),
  REFRESH_TOKEN_DAYS: whole(1, 90)
    .default(14)
    .describe('After so many days without a visit an actor signs in again.'),
  SEALING_KEY_FILE: z
    .string()
    .optional()
    .describe(
      'Keys that seal the secrets of dynamic passwords and make the paths of notifications, 32 bytes in base64, one a line; the first seals. The same for all instances: one with other keys is refused at its start. Without it: made in DATA_FOLDER.',
    ),
  TRUSTED_PROXIES: whole(0, 10)
    .default(0)
    .describe('Proxies in front: so many addresses at the end of X-Forwarded-For are believed.'),
  ALARM_FAILED_SIGN_INS: whole(1, 10_000)
    .default(10)
    .describe('Failed attempts in a row, on one actor or from one address, that raise a security alarm.'),
  ALARM_REFUSALS: whole(0, 1_000_000)
    .default(50)
    .describe('Refusals within ALARM_REFUSALS_MINUTES that raise a security alarm; 0: never.'),
  ALARM_REFUSALS_MINUTES: whole(1, 1_440).default(10).describe('The time in which refusals are counted.'),
  ALARM_PLACE_CHANGE_MINUTES: whole(0, 1_440)
    .default(0)
    .describe(
      'Sign-ins from two networks within so many minutes raise a security alarm; 0: never, since phones change networks.',
    ),
  PRINCIPAL_KEY_FILE: z
    .string()
    .optional()
    .describe(
      'Private Ed25519 keys (JWKS) that sign principals for SUBGRAPHS; the first signs. Without it: made in DATA_FOLDER.',
    ),
  PRINCIPAL_JWKS_URL: keysUrl
    .optional()
    .describe('For a subgraph that runs alone: where the gateway publishes those keys.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged.'),
  MAX_BODY_BYTES: whole(1, 2 ** 26)
    .default(262_144)
    .describe('Largest request body.'),
  MAX_TOKENS: whole(1, 20_000).default(4000).describe('Most lexical tokens in a document.'),
  MAX_DEPTH: whole(1, 100).default(20).describe('Deepest nesting of fields.'),
  MAX_FIELDS: whole(1, 100_000)
    .default(1000)
    .describe('Most fields of an operation; a fragment counts wherever it is spread.'),
  MAX_ROOT_FIELDS: whole(1, 1000).default(20).describe('Most root fields of an operation.'),
  MAX_ALIASES: whole(0, 10_000).default(50).describe('Most aliases of an operation.'),
  MAX_OBJECTS: whole(1, 1_000_000)
    .default(10_000)
    .describe('Most objects that an operation may ask for: pages within pages multiply.'),
  LIVE_MAX_STREAMS: whole(0, 1_000_000)
    .default(10_000)
    .describe('Most live subscriptions that this instance holds open; the next is refused.'),
  LIVE_MAX_STREAMS_PER_ACTOR: whole(0, 100_000)
    .default(20)
    .describe(
      'Most live subscriptions of one actor on this instance; of one address where nobody signed in.',
    ),
  LIVE_POLL_SECONDS: whole(5, 86_400)
    .default(60)
    .describe('A live subscription of which no back end told anything for so long is asked anew.'),
  EVENTS_RENEW_MINUTES: whole(1, 1_440)
    .default(15)
    .describe('Back ends are asked anew for their notifications after so long, since hubs forget.'),
  OPERATION_TIMEOUT_MS: whole(1, 600_000)
    .default(10_000)
    .describe('After this an operation is answered with what there is.'),
  WORK_SECONDS: whole(0, 3_600)
    .default(60)
    .describe(
      'Pause between two rounds of what is done behind answers: counting calls, watching thresholds. 0: none.',
    ),
  KEEP_ALIVE_SECONDS: whole(1, 3_600)
    .default(72)
    .describe(
      'How long a connection on which nothing is asked is kept: longer than the proxy in front keeps it, which else sends requests down a connection that is just being closed.',
    ),
  DRAIN_TIMEOUT_MS: whole(0, 600_000)
    .default(15_000)
    .describe('How long a stop waits for requests in flight.'),
  INTROSPECTION: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe('Who may introspect. auto: everybody in demo mode, provider staff otherwise.'),
  PUBLIC_URL: url('https', 'http').optional().describe('Where clients and back ends reach this gateway.'),
  SUBSCRIBERS: whole(0, 10_000_000).default(0).describe("Further subscribers in the simulator's world."),
  HEALTH_DETAILS: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'What GET /readyz tells: on: each back end, the cache and the store by name; off: how many are in which state. auto: on in demo mode.',
    ),
  METRICS: z
    .enum(['on', 'off'])
    .default('off')
    .describe('on: GET /metrics (Prometheus) on the same port, to be hidden by a proxy.'),
};

export const OPTIONS = z.object(form);

export interface OptionRow {
  readonly name: string;
  /** Empty: none; the meaning says what happens without. */
  readonly default: string;
  readonly meaning: string;
}

/** The options as rows of a table. */
export function optionRows(): OptionRow[] {
  return Object.entries(form).map(([name, schema]) => {
    const value: unknown = schema instanceof z.ZodDefault ? schema.def.defaultValue : '';
    return {
      name,
      default: Array.isArray(value) ? value.join(',') : String(value),
      meaning: schema.description ?? '',
    };
  });
}
