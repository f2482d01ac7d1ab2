// What single objects are like: found by id, missing, and how their values are written.
import { encode } from '../tmf/query.ts';
import { isRecord } from '../tmf/tmf-object.ts';
import { deviates, type Finding, fine, noted } from './finding.ts';
import { NONSENSE, type Sample } from './lists.ts';
import { isHeard, type Questions } from './questions.ts';

export async function byId(questions: Questions, { resource, rows, first }: Sample): Promise<Finding> {
  if (first.anonymous === true)
    return noted(
      'ids',
      'rows have none',
      'Takes the end of their href; rows without either are left out, and counted.',
    );
  const id = rows.map((row) => row.id).find((each) => each !== undefined);
  if (id === undefined) return noted('by id', 'not found out: rows have no id', 'Leaves them out.');
  const answer = await questions.ask({ resource, id: String(id) });
  const isIt = isHeard(answer) && isRecord(answer.body) && String(answer.body.id) === String(id);
  return isIt
    ? fine('by id', 'the object')
    : noted(
        'by id',
        isHeard(answer) ? 'something else' : answer.reason,
        'Refuses what is not the object asked for: BACKEND_BAD_ANSWER.',
      );
}

export async function missing(questions: Questions, { resource }: Sample): Promise<Finding> {
  const answer = await questions.ask({ resource, id: encode(NONSENSE) });
  if (isHeard(answer))
    return noted(
      'missing objects',
      `${answer.status} for what isn't there`,
      'Compares the id: an object of another one is none.',
    );
  if (answer.status !== 404)
    return noted(
      'missing objects',
      `${answer.status ?? answer.fault} in place of 404`,
      'An error with a code in place of null.',
    );
  const coded = answer.reasonCode === undefined ? '404, an error body without code' : '404 with a code';
  return fine('missing objects', coded);
}

const DATE_WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** How values are written, in what has been read already. */
export function values({ rows }: Sample, origin: string): Finding[] {
  const found = new Map<string, Finding>();
  const see = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      if (DATE_WITHOUT_ZONE.test(value))
        found.set(
          'dates',
          deviates(
            'dates',
            'date-times without a zone',
            { zone: 'Z' },
            'Reads them in the zone that the profile states; UTC where it states none.',
          ),
        );
      if (name === 'href' && URL.canParse(value) && new URL(value).origin !== origin)
        found.set(
          'href',
          noted('href', 'names another host', 'Never follows an address: asks by type and id.'),
        );
      if (/^(state|status|lifecycleStatus)$/.test(name) && value !== value.trim())
        found.set('states', noted('states', 'blanks around them', 'Reads them without.'));
      return;
    }
    if (Array.isArray(value)) for (const each of value.slice(0, 20)) see(each, name);
    else if (isRecord(value)) {
      if (
        'amount' in value &&
        ('currency' in value || 'units' in value) &&
        !('value' in value) &&
        /^[A-Za-z]{3}$/.test(String(value.currency ?? value.units))
      )
        found.set(
          'money',
          noted('money', `{${Object.keys(value).join(', ')}}`, 'Reads each shape as one; nothing to do.'),
        );
      for (const [key, each] of Object.entries(value)) see(each, key);
    }
  };
  for (const row of rows) {
    if (typeof row.id === 'number') found.set('ids', noted('ids', 'are numbers', 'Reads them as text.'));
    if ('_id' in row) found.set('_id', noted('_id', "shows its database's own", 'Leaves it out.'));
    see(row, '');
  }
  return [...found.values()];
}

/** Parties one level deeper are version 5's, wherever they come from. */
export function version({ rows }: Sample, stated: string): Finding[] {
  const isV5 = JSON.stringify(rows).includes('"partyOrPartyRole"');
  const told = 'State its version: as it is, nobody is found to own these objects, so nobody sees them.';
  return isV5 && stated !== 'v5' ? [deviates('version', `looks like v5, not ${stated}`, {}, told)] : [];
}
