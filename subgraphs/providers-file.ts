// A providers file as this graph can use it: where its answers are shared, no user's token may be asked for.
import type { Contract } from '../schema/data-sheet.ts';
import { type Providers, readProviders, type SecretReader } from './tmf/providers.ts';

/** Asked on nobody's behalf: contracts bound everybody's grants, alarms are the gateway's own. */
const ASKED_BY_ITSELF = ['TMF651', 'TMF642'];

export interface ProvidersUse {
  /** Whether the users' own tokens come here: to subgraphs that run alone they do where USER_TOKEN_TO names them. */
  readonly userTokens: boolean;
}

/** @throws Error with every fault of the document, each with its line */
export function providersIn(
  text: string,
  secret: SecretReader,
  { types }: Contract,
  { userTokens }: ProvidersUse,
): Providers {
  const read = readProviders(text, secret);
  if (!read.ok) throw faulty(read.faults);
  const isPublic = [...types.values()].filter(({ cache }) => cache?.scope === 'PUBLIC');
  const shared = new Set([...ASKED_BY_ITSELF, ...isPublic.map(({ api }) => api)]);
  const reason = (api: string) => {
    if (shared.has(api)) return "its answers are shared, or the gateway's own";
    return userTokens
      ? undefined
      : 'USER_TOKEN_TO names not every subgraph that is served here, so that none is sent one';
  };
  const faults = read.providers.backEnds
    .filter(({ auth }) => auth.kind === 'userToken')
    .flatMap(({ provider, api }) => {
      const why = reason(api);
      return why === undefined ? [] : [`${provider}/${api}: no userToken: ${why}`];
    });
  if (faults.length > 0) throw faulty(faults);
  return read.providers;
}

const faulty = (faults: readonly string[]) =>
  new Error(`PROVIDERS_FILE:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
