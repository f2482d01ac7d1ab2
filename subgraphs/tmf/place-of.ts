// Whether an address that a back end gave lies below one of its provider's own APIs: only then is it asked.
import type { BackEnd, PlaceBelow } from './back-end.ts';

/** A server behind the base may decode these and climb out of it. */
const CLIMBS = /%2e|%2f|%5c|\\/i;

/** Undefined for an address anywhere else: another host, a link-local one, another port, above the base. */
export function placeOf(
  address: string,
  backEnds: readonly BackEnd[],
  provider: string,
): { readonly backEnd: BackEnd; readonly place: PlaceBelow } | undefined {
  const own = backEnds.filter(({ config }) => config.provider === provider);
  const [first] = own;
  if (first === undefined || CLIMBS.test(address) || !URL.canParse(address, first.config.origin))
    return undefined;
  // an absolute path is the provider's own; a relative one is of nobody knows what
  if (!/^(https?:\/\/|\/(?!\/))/i.test(address)) return undefined;
  const candidates = own.flatMap((backEnd) => {
    const { origin, basePath } = backEnd.config;
    const url = new URL(address, origin);
    const below = url.origin === origin && url.username === '' && url.pathname.startsWith(`${basePath}/`);
    if (!below) return [];
    const path = url.pathname.slice(basePath.length);
    return [{ backEnd, place: { path, ...(url.search === '' ? {} : { query: url.search.slice(1) }) } }];
  });
  // the longest base: an API at the root of the host must not take another's addresses
  return candidates.sort((a, b) => b.backEnd.config.basePath.length - a.backEnd.config.basePath.length)[0];
}
