// TMF645: whether a service can be had at a place; both tasks are answered at once.
import { isRecord } from '../server/row.ts';
import { READ_WRITE, type Table } from '../server/table.ts';
import { DAY_MS, iso } from '../world/calendar.ts';
import type { ServiceKind } from '../world/customer-model.ts';
import { coverageOf } from '../world/places.ts';
import type { World } from '../world/world.ts';
import { NOBODYS, namedValue, reference } from './customer-table.ts';

type Body = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<ServiceKind, { readonly name: string; readonly leastDownlink: number }>> = {
  mobile: { name: 'Mobile access', leastDownlink: 0 },
  broadband: { name: 'Fibre access', leastDownlink: 100 },
  iptv: { name: 'Television', leastDownlink: 100 },
  callCentre: { name: 'Call distribution', leastDownlink: 50 },
};

const KEPT_TASKS = 1_000;
const VALID_DAYS = 14;
const INSTALL_DAYS = 10;

function isKind(value: unknown): value is ServiceKind {
  return typeof value === 'string' && Object.hasOwn(KINDS, value);
}

function kindOf(service: Body): ServiceKind | undefined {
  if (isKind(service.serviceType)) return service.serviceType;
  const id = isRecord(service.serviceSpecification) ? service.serviceSpecification.id : undefined;
  const kind = typeof id === 'string' ? id.replace('svcspec-', '') : undefined;
  return isKind(kind) ? kind : undefined;
}

function placeOf(service: Body): string | undefined {
  const places = Array.isArray(service.place) ? service.place : [service.place];
  const id = places
    .map((place) => (isRecord(place) ? place.id : undefined))
    .find((each) => typeof each === 'string');
  return typeof id === 'string' ? id : undefined;
}

function wantedDownlink(service: Body): number | undefined {
  const characteristics = Array.isArray(service.serviceCharacteristic) ? service.serviceCharacteristic : [];
  const downlink = characteristics.find((each) => isRecord(each) && each.name === 'downlink');
  const value = isRecord(downlink) ? Number(downlink.value) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

interface Verdict {
  readonly result: 'qualified' | 'alternate' | 'unqualified';
  readonly reason?: { readonly code: string; readonly label: string };
  /** What could be had instead, in Mbit/s. */
  readonly instead?: number;
}

function judge(
  kind: ServiceKind | undefined,
  placeId: string | undefined,
  downlink: number | undefined,
): Verdict {
  const coverage = placeId === undefined ? undefined : coverageOf(placeId);
  if (kind === undefined)
    return { result: 'unqualified', reason: { code: 'unknownService', label: 'No such service' } };
  if (coverage === undefined)
    return { result: 'unqualified', reason: { code: 'unknownPlace', label: 'The place is not known' } };
  if (kind === 'mobile') return { result: 'qualified' };
  const wanted = Math.max(KINDS[kind].leastDownlink, downlink ?? 0);
  if (coverage.downlink >= wanted) return { result: 'qualified' };
  if (coverage.technology === 'none') {
    return { result: 'unqualified', reason: { code: 'noAccess', label: 'No fixed access at this place' } };
  }
  const reason = { code: 'tooSlow', label: `At most ${coverage.downlink} Mbit/s at this place` };
  return kind === 'broadband'
    ? { result: 'alternate', reason, instead: coverage.downlink }
    : { result: 'unqualified', reason };
}

function offered(kind: ServiceKind, placeId: string | undefined, downlink: number | undefined): object {
  const place =
    placeId === undefined ? [] : [{ ...reference('GeographicSite', placeId), role: 'installationAddress' }];
  return {
    serviceType: kind,
    serviceSpecification: reference('ServiceSpecification', `svcspec-${kind}`, KINDS[kind].name),
    serviceCharacteristic: downlink === undefined ? [] : [namedValue('downlink', downlink)],
    place,
    '@type': 'Service',
  };
}

function checkItem(
  item: Body,
  at: number,
  task: Body,
  nowMs: number,
): Record<string, unknown> & { readonly qualificationResult: string } {
  const service = isRecord(item.service) ? item.service : {};
  const kind = kindOf(service);
  const verdict = judge(kind, placeOf(service), wantedDownlink(service));
  const mayPropose = task.provideAlternative !== false;
  const result = verdict.result === 'alternate' && !mayPropose ? 'unqualified' : verdict.result;
  const date = iso(nowMs + INSTALL_DAYS * DAY_MS);
  return {
    ...item,
    id: typeof item.id === 'string' ? item.id : String(at + 1),
    state: 'done',
    qualificationResult: result,
    expirationDate: iso(nowMs + VALID_DAYS * DAY_MS),
    ...(result === 'qualified'
      ? { expectedServiceAvailabilityDate: date, expectedActivationDate: date }
      : {}),
    ...(verdict.reason === undefined || task.provideUnavailabilityReason === false
      ? {}
      : { eligibilityUnavailabilityReason: [verdict.reason] }),
    ...(result === 'alternate' && kind !== undefined
      ? {
          alternateServiceProposal: [
            {
              id: '1',
              alternateServiceAvailabilityDate: date,
              alternateService: offered(kind, placeOf(service), verdict.instead),
            },
          ],
        }
      : {}),
  };
}

function answerCheck(world: World, body: Body): Record<string, unknown> {
  const nowMs = world.now();
  const items = (Array.isArray(body.serviceQualificationItem) ? body.serviceQualificationItem : []).filter(
    isRecord,
  );
  const answered = items.map((item, at) => checkItem(item, at, body, nowMs));
  const results = answered.map(({ qualificationResult }) => qualificationResult);
  return {
    state: 'done',
    checkServiceQualificationDate: iso(nowMs),
    effectiveQualificationDate: iso(nowMs),
    expirationDate: iso(nowMs + VALID_DAYS * DAY_MS),
    instantSyncQualification: true,
    qualificationResult: results.includes('unqualified')
      ? 'unqualified'
      : results.includes('alternate')
        ? 'alternate'
        : 'qualified',
    serviceQualificationItem: answered,
  };
}

/** Every kind of service that the place of the criteria can have, or the one kind that they name. */
function answerQuery(world: World, body: Body): Record<string, unknown> {
  const nowMs = world.now();
  const criteria = isRecord(body.searchCriteria) ? body.searchCriteria : {};
  const service = isRecord(criteria.service) ? criteria.service : {};
  const placeId = placeOf(service);
  const coverage = placeId === undefined ? undefined : coverageOf(placeId);
  const named = kindOf(service);
  // every key of the table is a kind
  const kinds = (Object.keys(KINDS) as ServiceKind[]).filter((kind) => named === undefined || kind === named);
  const items = kinds
    .filter((kind) => judge(kind, placeId, wantedDownlink(service)).result === 'qualified')
    .map((kind, at) => ({
      id: String(at + 1),
      service: offered(kind, placeId, kind === 'broadband' ? coverage?.downlink : undefined),
      expectedServiceAvailabilityDate: iso(nowMs + INSTALL_DAYS * DAY_MS),
      expirationDate: iso(nowMs + VALID_DAYS * DAY_MS),
    }));
  return {
    state: 'done',
    queryServiceQualificationDate: iso(nowMs),
    effectiveQualificationDate: iso(nowMs),
    expirationDate: iso(nowMs + VALID_DAYS * DAY_MS),
    instantSyncQualification: true,
    serviceQualificationItem: items,
  };
}

export function qualificationTables(world: World): Table[] {
  const task = {
    ...NOBODYS,
    allows: READ_WRITE,
    stateAttribute: 'state',
    keptCreated: KEPT_TASKS,
  };
  return [
    {
      ...task,
      resource: 'checkServiceQualification',
      type: 'CheckServiceQualification',
      mandatory: ['serviceQualificationItem'],
      created: (body) => answerCheck(world, body),
    },
    {
      ...task,
      resource: 'queryServiceQualification',
      type: 'QueryServiceQualification',
      mandatory: ['searchCriteria'],
      created: (body) => answerQuery(world, body),
    },
  ];
}
