// What the inventory data sheet can't say: qualification of services at a place, and sites inside other objects.
import { clientError } from '../../schema/errors.ts';
import { decodeId, encodeId } from '../../schema/id.ts';
import type { Resolvers, SubgraphContext } from '../context.ts';
import { isItem } from '../item.ts';
import { asText } from '../tmf/read.ts';
import { type Asked, qualify } from './qualification.ts';

const MAX_KINDS = 10;

function placeOf(place: string): { readonly provider?: string; readonly id: string } {
  const parts = decodeId(place);
  if (parts?.type === 'Site') return { provider: parts.provider, id: parts.id };
  if (place.trim() === '' || place.length > 200)
    throw clientError('BAD_USER_INPUT', '"place" names a site or a place.');
  return { id: place.trim() };
}

async function serviceAvailability(args: Readonly<Record<string, unknown>>, context: SubgraphContext) {
  const { place, kinds } = args as { place: string; kinds: readonly string[] }; // graphql has checked both
  if (kinds.length === 0 || kinds.length > MAX_KINDS) {
    throw clientError('BAD_USER_INPUT', `"kinds" takes 1 to ${MAX_KINDS} kinds.`);
  }
  const at = placeOf(place);
  const { client } = context.objects.systems;
  const words = context.sheet.enums.get('ServiceKind');
  const asked: Asked[] = [...new Set(kinds)].map((kind) => ({ kind, word: words?.get(kind) ?? kind }));
  const providers = client
    .providersOf('TMF645')
    .filter((each) => at.provider === undefined || each === at.provider);
  if (client.providersOf('TMF645').length === 0) throw clientError('NOT_CONFIGURED');
  const answers = await Promise.all(
    providers.map(async (provider) => {
      const source = { provider, api: 'TMF645', resource: 'checkServiceQualification' } as const;
      return qualify(provider, asked, at.id, (body) => client.task(source, body, context.operation));
    }),
  );
  return answers.flat();
}

export const resolvers: Resolvers = {
  Query: {
    serviceAvailability: (_root, args, context) => serviceAvailability(args, context),
  },
  Site: {
    id: (site) => {
      const id = isItem(site) ? asText(site.raw.id) : undefined;
      return id === undefined ? null : encodeId(site.provider, 'Site', id);
    },
  },
};
