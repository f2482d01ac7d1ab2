// What the terminal shows at the start: where it listens, who may sign in, what is embedded and what is real.
import type { Config } from './config.ts';
import { DEMO_PASSWORD } from './demo.ts';

interface Shown {
  readonly url: string;
  readonly actors: readonly { readonly id: string; readonly description: string }[];
}

const real = (name: string, variable: string, set: boolean, embedded: string): string =>
  set
    ? `  ${name.padEnd(10)} ${variable}`
    : `  ${name.padEnd(10)} embedded: ${embedded} (set ${variable} for a real one)`;

function parts(config: Config): string[] {
  return [
    config.demo
      ? '  back ends  simulator, in this process (set PROVIDERS_FILE for your own)'
      : '  back ends  PROVIDERS_FILE',
    real('cache', 'REDIS_URL', config.redisUrl !== undefined, 'in memory'),
    real('store', 'DATABASE_URL', config.databaseUrl !== undefined, `PGlite in ${config.dataFolder}`),
    ...config.remoteSubgraphs.map(({ name, url }) => `  subgraph   ${name} at ${url}`),
  ];
}

export function banner({ url, actors }: Shown, config: Config, only?: readonly string[]): string {
  if (only !== undefined)
    return `Subgraphs at ${only.map((name) => `${url}/${name}`).join(', ')}, for a gateway that signs its principals.`;
  const demo = [
    '',
    `Demo actors (npm run token -- <actor> prints an access token; or sign in with the password ${DEMO_PASSWORD}):`,
    ...actors.map(({ id, description }) => `  ${id.padEnd(18)} ${description}`),
  ];
  return [
    '',
    `ssm-gateway listens on ${url}`,
    `  GraphQL    ${url}/graphql`,
    ...(config.demo ? [`  GraphiQL   ${url}/`] : []),
    `  health     ${url}/livez  ${url}/readyz`,
    '',
    ...parts(config),
    ...(config.demo ? demo : []),
    '',
  ].join('\n');
}
