// One back end examined: reached or not, what it is like, and what its profile should say.
import { backEndRow } from '../tmf/backends.ts';
import type { Habits, Profile } from '../tmf/profile.ts';
import type { BackEndConfig } from '../tmf/providers.ts';
import { at } from '../tmf/read.ts';
import { isRecord } from '../tmf/tmf-object.ts';
import { deviates, type Finding, fine, noted } from './finding.ts';
import { fields, filters, idBatch, paging, type Sample, sorting, totals } from './lists.ts';
import { byId, missing, values, version } from './objects.ts';
import { type Heard, isHeard, type Questions, questionsTo, type Row } from './questions.ts';
import { tasks } from './tasks.ts';
import { changes, hub } from './writes.ts';

export interface Examined {
  readonly provider: string;
  readonly api: string;
  readonly version: string;
  readonly url: string;
  readonly reachable: boolean;
  /** Why nothing more is known. */
  readonly fault?: string;
  readonly resource?: string;
  readonly questions: number;
  /** Of all answers. */
  readonly medianMs?: number;
  readonly slowestMs?: number;
  readonly findings: readonly (Finding & { readonly stated: boolean })[];
  /** What the profile should say, where it says otherwise. */
  readonly profile: Habits;
}

export async function examine(config: BackEndConfig, write: boolean): Promise<Examined> {
  const questions = questionsTo(config);
  const { provider, api, version, origin, basePath } = config;
  const about = { provider, api, version, url: origin + basePath };
  try {
    const found = await look(questions, write);
    const sorted = [...questions.times].sort((a, b) => a - b).map(Math.round);
    const median = sorted[Math.floor(sorted.length / 2)];
    const slowest = sorted.at(-1);
    return {
      ...about,
      ...found,
      questions: questions.asked(),
      ...(median === undefined ? {} : { medianMs: median }),
      ...(slowest === undefined ? {} : { slowestMs: slowest }),
    };
  } finally {
    await questions.close();
  }
}

type Looked = Pick<Examined, 'reachable' | 'fault' | 'resource' | 'findings' | 'profile'>;

const ENOUGH_ROWS = 5;

async function look(questions: Questions, write: boolean): Promise<Looked> {
  const { config } = questions;
  const row = backEndRow(config.api);
  const unusable = (fault: string): Looked => ({ reachable: false, fault, findings: [], profile: {} });
  const resources = row.resources.filter((each) => !row.tasks.includes(each));
  if (resources.length === 0) {
    const task = await questions.ask({ resource: row.resources[0] ?? '', query: 'limit=1' });
    const answers = isHeard(task) || task.status !== undefined;
    if (!answers || ('fault' in task && task.fault !== 'BACKEND_REFUSED'))
      return unusable('fault' in task ? `${task.fault}: ${task.reason}` : 'no answer');
    if ('fault' in task && (task.status === 401 || task.status === 403))
      return unusable(`refuses the gateway (${task.status})`);
    const told = write ? await tasks(questions) : undefined;
    const listens = write ? [await hub(questions)] : [];
    const found = [told ?? fine('tasks', 'it answers; a task is asked with --write'), ...listens];
    return { reachable: true, ...concluded(found, config.profile) };
  }
  const empty: string[] = [];
  const absent: string[] = [];
  let best: { readonly sample: Sample; readonly enveloped: ReturnType<typeof envelopeOf> } | undefined;
  for (const resource of resources) {
    const first = await questions.ask({ resource, query: 'limit=10' });
    if (!isHeard(first)) {
      // an API is seldom there whole: what isn't there costs its own fields only
      if (first.status !== undefined && [404, 405, 501].includes(first.status)) {
        absent.push(resource);
        continue;
      }
      const status = first.status === undefined ? '' : ` (${first.status})`;
      return unusable(`${first.fault}${status}: ${resource} ${first.reason}`);
    }
    const enveloped = envelopeOf(first, resource);
    if (first.rows === undefined && enveloped === undefined)
      return unusable(`BACKEND_BAD_ANSWER: ${resource} answers with something that is not a list`);
    const rows = first.rows ?? enveloped?.rows ?? [];
    if (rows.length === 0) {
      empty.push(resource);
      continue;
    }
    const found = { sample: { resource, rows: rows.slice(0, 100), first }, enveloped };
    if (best === undefined || rows.length > best.sample.rows.length) best = found;
    // of a few rows little can be found out: another resource may have more
    if (rows.length >= ENOUGH_ROWS) break;
  }
  if (best !== undefined) return examined(questions, best.sample, best.enveloped, write);
  if (empty.length === 0)
    return unusable(`BACKEND_REFUSED: has none of ${absent.join(', ')}: is the base URL this API's?`);
  const nothing = noted(
    'rows',
    `no rows in ${empty.join(', ')}`,
    'Nothing can be found out of lists without rows: ask again when there are some.',
  );
  return { reachable: true, findings: settled([nothing], config.profile), profile: {} };
}

async function examined(
  questions: Questions,
  sample: Sample,
  enveloped: { readonly key: string } | undefined,
  write: boolean,
): Promise<Looked> {
  const { config } = questions;
  const found: Finding[] = [];
  const stated = config.profile.envelope;
  if (enveloped !== undefined && stated !== enveloped.key)
    found.push(
      deviates(
        'envelope',
        `lists lie under ${enveloped.key}`,
        { envelope: enveloped.key },
        'Takes them out of there.',
      ),
    );
  // without it the questions below would find no rows
  const asked = sample.first.rows === undefined ? [] : [fields, filters, idBatch, totals, sorting];
  for (const probe of asked) found.push(await probe(questions, sample));
  if (asked.length > 0) found.push(...(await paging(questions, sample)));
  found.push(await byId(questions, sample), await missing(questions, sample));
  found.push(...values(sample, config.origin), ...version(sample, config.version));
  if (write) found.push(await hub(questions), ...(await changes(questions)));
  return { reachable: true, resource: sample.resource, ...concluded(found, config.profile) };
}

function concluded(found: readonly Finding[], stated: Profile): Pick<Looked, 'findings' | 'profile'> {
  const findings = settled(found, stated);
  const unstated = findings.filter((each) => !each.stated).map((each) => each.profile);
  // where nothing is said a total is not believed: one that was proved is worth saying, and no fault while it isn't
  const isProved = findings.some(({ profile }) => profile?.totals === 'filtered');
  const proved = isProved && stated.totals === 'unfiltered' ? { totals: 'filtered' } : {};
  return { findings, profile: Object.assign({}, ...unstated, proved) };
}

/** Where a list lies that isn't found by itself: two levels down at most are looked at. */
function envelopeOf(answer: Heard, resource: string): { key: string; rows: readonly Row[] } | undefined {
  if (Array.isArray(answer.body) || !isRecord(answer.body)) return undefined;
  const isRows = (value: unknown): value is Row[] => Array.isArray(value) && value.every(isRecord);
  const paths = (value: unknown, prefix: string, depth: number): string[] =>
    isRecord(value)
      ? Object.entries(value).flatMap(([key, each]) =>
          isRows(each) ? [prefix + key] : depth === 0 ? [] : paths(each, `${prefix}${key}.`, depth - 1),
        )
      : [];
  const found = paths(answer.body, '', 3).sort(
    (a, b) => Number(b.endsWith(resource)) - Number(a.endsWith(resource)),
  );
  const key = found.find((path) => (at(answer.body, path) as Row[]).length > 0) ?? found[0]; // paths of lists of rows
  return key === undefined ? undefined : { key, rows: at(answer.body, key) as Row[] };
}

/** Whether a lesser habit is stated: what is better than stated harms nothing. */
function settled(found: readonly Finding[], stated: Profile): Examined['findings'] {
  return found.map((each) => ({ ...each, stated: isStated(each, stated) }));
}

function isStated({ asPromised, noted, profile = {} }: Finding, stated: Profile): boolean {
  if (noted === true) return true;
  const entries = Object.entries(profile);
  if (!asPromised && entries.length === 0) return false;
  const says = (name: string, value: unknown) => {
    const own: unknown = Reflect.get(stated, name);
    if (JSON.stringify(own) === JSON.stringify(value)) return true;
    if (name === 'filters' && Array.isArray(value))
      return own === false || (Array.isArray(own) && own.every((each) => value.includes(each)));
    if (name === 'totals') return own === 'none' || (own === 'unfiltered' && value === 'filtered');
    if (name === 'maxPage') return typeof own === 'number' && own <= Number(value);
    if (name === 'zone') return own !== undefined;
    // asked for less than it can do
    if (name === 'idBatch') return own === 'none';
    if (name === 'fields' || name === 'sort' || name === 'filters') return own === false;
    if (name === 'hub') return own === 'silent';
    return asPromised && name === 'patch';
  };
  return entries.every(([name, value]) => says(name, value));
}
