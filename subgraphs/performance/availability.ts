// Availability over a period: of one service, and of all services of a site.
import { clientError } from '../../schema/errors.ts';
import { encodeId } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { backEndId, type Item, reference } from '../item.ts';
import { asText, at, instantMs } from '../tmf/read.ts';
import { type Sample, samplesOf, type Window } from './measurements.ts';
import { servicesFor } from './objective-list.ts';
import { aggregate } from './verdict.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = { DAY: 92, HOUR: 7 } as const;

/** A checked window; what lies ahead hasn't been measured and isn't asked for. */
export function windowFrom(from: unknown, until: unknown, granularity: Window['granularity']): Window {
  const [fromMs, untilMs] = [instantMs(from), instantMs(until)];
  if (fromMs === undefined || untilMs === undefined)
    throw clientError('BAD_USER_INPUT', '"from" and "until" are instants.');
  if (untilMs <= fromMs) throw clientError('BAD_USER_INPUT', '"until" must lie after "from".');
  const days = MAX_DAYS[granularity];
  if (untilMs - fromMs > days * DAY_MS)
    throw clientError('BAD_USER_INPUT', `The period is at most ${days} days for ${granularity}.`);
  return { fromMs, untilMs, granularity };
}

const ofAvailability = (samples: readonly Sample[]): readonly Sample[] =>
  samples.filter(({ indicator }) => indicator === 'availability');

const percent = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value * 1e4) / 1e4;

export async function availability(service: Item, window: Window, { objects }: SubgraphContext) {
  const samples = ofAvailability(await samplesOf(objects, service.provider, backEndId(service), window));
  const measuredMs = samples.reduce(
    (sum, { fromMs, untilMs }) => sum + Math.min(untilMs, window.untilMs) - fromMs,
    0,
  );
  return {
    percent: percent(aggregate(samples, 'MEAN')),
    measuredPercent: Math.min(100, Math.round((measuredMs / (window.untilMs - window.fromMs)) * 1e4) / 100),
    period: { start: new Date(window.fromMs).toISOString(), end: new Date(window.untilMs).toISOString() },
  };
}

/** A site stands where its service stands: so is its name guarded. */
function siteOf(service: Item, id: string): Item {
  const name = asText(at(service.raw, 'place.name')) ?? null;
  return { __typename: 'Site', provider: service.provider, raw: { id, name }, whole: service };
}

export async function availabilityBySite(
  window: Window,
  customerId: string | null,
  context: SubgraphContext,
) {
  const { objects } = context;
  const { services, isComplete } = await servicesFor(context, { customerId });
  const allowed = await objects.visible(services, 'PERFORMANCE_VIEW');
  const sites = new Map<
    string,
    { site: Item | null; rows: { service: Item; value: number | undefined }[] }
  >();
  await Promise.all(
    allowed.map(async (service) => {
      const samples = ofAvailability(await samplesOf(objects, service.provider, backEndId(service), window));
      const place = asText(at(service.raw, 'place.id'));
      const id = place === undefined ? '' : encodeId(service.provider, 'Site', place);
      const entry = sites.get(id) ?? {
        site: place === undefined ? null : siteOf(service, id),
        rows: [],
      };
      entry.rows.push({ service, value: aggregate(samples, 'MEAN') });
      sites.set(id, entry);
    }),
  );
  const rows = [...sites.values()].map(({ site, rows: each }) => {
    const known = each.flatMap(({ service, value }) => (value === undefined ? [] : [{ service, value }]));
    known.sort((a, b) => a.value - b.value || backEndId(a.service).localeCompare(backEndId(b.service)));
    const mean =
      known.length === 0 ? undefined : known.reduce((sum, { value }) => sum + value, 0) / known.length;
    const worst = known[0]?.service;
    return {
      site,
      services: each.length,
      isComplete,
      percent: percent(mean),
      worst: worst === undefined ? null : reference('Service', worst.provider, backEndId(worst)),
    };
  });
  return rows.sort((a, b) => (a.percent ?? 101) - (b.percent ?? 101));
}
