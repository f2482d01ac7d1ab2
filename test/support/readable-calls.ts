// REST requests as lines that a person can read and a snapshot can keep.
import type { LoggedRequest, Simulator } from '../../mocks/simulator.ts';

/** Longer lists of values are given as their number. */
const MOST_VALUES = 3;

function readable(name: string, value: string): string {
  const values = value.split(',');
  return `${name}=${values.length > MOST_VALUES ? `<${values.length} values>` : value}`;
}

/** `GET TMF638 service?relatedParty.id=cust-acme&limit=100`: without `fields` and a first page's offset. */
function line({ api, method, path }: LoggedRequest, apis: Simulator['apis']): string {
  const base = apis.find((each) => each.api === api)?.baseUrl ?? '';
  const below = path.slice(new URL(base).pathname.length + 1);
  const [resource = '', search = ''] = below.split('?', 2);
  const parameters = [...new URLSearchParams(search)]
    .filter(([name, value]) => name !== 'fields' && !(name === 'offset' && value === '0'))
    .map(([name, value]) => readable(name, value));
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return `${method} ${api} ${decodeURIComponent(resource)}${query}`;
}

export function readableCalls(
  requests: readonly LoggedRequest[],
  { apis }: Pick<Simulator, 'apis'>,
): readonly string[] {
  return requests.map((request) => line(request, apis)).sort();
}
