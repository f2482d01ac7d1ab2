// A providers file with what was found written into its profiles; all else in it, comments too, stays as it is.
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Examined } from './examine.ts';

export function withProfiles(text: string, all: readonly Examined[]): string {
  const document = parseDocument(text, { merge: true });
  const providers = document.get('providers');
  if (!isSeq(providers)) return text;
  for (const { provider, api, profile } of all) {
    const index = providers.items.findIndex((each) => isMap(each) && each.get('id') === provider);
    if (index < 0 || Object.keys(profile).length === 0) continue;
    const place = ['providers', index, 'apis', api];
    if (!isMap(document.getIn(place))) document.setIn(place, document.createNode({}));
    if (!isMap(document.getIn([...place, 'profile'])))
      document.setIn([...place, 'profile'], document.createNode({}));
    for (const [habit, value] of Object.entries(profile)) document.setIn([...place, 'profile', habit], value);
  }
  return document.toString();
}
