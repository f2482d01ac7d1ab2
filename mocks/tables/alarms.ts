// TMF642 alarms: outages of the last weeks, indicators beyond their target, and the tasks that acknowledge, clear and group.
import { isRecord, type Row } from '../server/row.ts';
import { type Effect, READ_WRITE, type Table } from '../server/table.ts';
import { DAY_MS, dayStart, iso, monthOf, monthStart } from '../world/calendar.ts';
import { type CustomerModel, type ServiceModel, serviceId } from '../world/customer-model.ts';
import { INDICATORS, type Indicator, isMet, monthMean, outageOf } from '../world/quality.ts';
import type { World } from '../world/world.ts';
import { atPlace, customerTable, NOBODYS } from './customer-table.ts';
import { hasObjectives } from './objectives.ts';
import { resourceReferences } from './resources.ts';

const KEPT_DAYS = 30;
const SYSTEM = 'network-monitoring';
const MAJOR_MS = 30 * 60_000;

function shared(world: World, service: ServiceModel, id: string, raisedMs: number): Row {
  const object = resourceReferences(service)[0]?.id ?? serviceId(service);
  return {
    id,
    href: world.href('alarm', id),
    externalAlarmId: `ems-${id}`,
    alarmRaisedTime: iso(raisedMs),
    alarmReportingTime: iso(raisedMs),
    alarmedObject: { id: object, href: world.href('resource', object) },
    alarmedObjectType: 'Resource',
    affectedService: [
      { id: serviceId(service), href: world.href('service', serviceId(service)), '@type': 'Service' },
    ],
    ...(service.place === undefined ? {} : { place: [atPlace(service.place)] }),
    ackState: 'unacknowledged',
    isRootCause: true,
    serviceAffecting: true,
    plannedOutageIndicator: 'unplanned',
    sourceSystemId: SYSTEM,
    reportingSystemId: SYSTEM,
    '@type': 'Alarm',
  };
}

function outageAlarms(world: World, service: ServiceModel): Row[] {
  const nowMs = world.now();
  const days = Array.from({ length: KEPT_DAYS }, (_, back) => dayStart(nowMs) - back * DAY_MS);
  return days.flatMap((dayMs) => {
    const outage = outageOf(world.seed, service, dayMs);
    if (outage === undefined || outage.startMs > nowMs) return [];
    const isOver = outage.endMs <= nowMs;
    const id = `alm-${service.key}-${iso(dayMs).slice(0, 10).replaceAll('-', '')}`;
    return [
      {
        ...shared(world, service, id, outage.startMs),
        alarmType: 'communicationsAlarm',
        perceivedSeverity: isOver
          ? 'cleared'
          : outage.endMs - outage.startMs > MAJOR_MS
            ? 'critical'
            : 'major',
        probableCause: 'lossOfSignal',
        specificProblem: 'The access gives no signal',
        alarmDetails: `${service.name} does not work`,
        state: isOver ? 'cleared' : 'raised',
        alarmChangedTime: iso(isOver ? outage.endMs : outage.startMs),
        ...(isOver ? { alarmClearedTime: iso(outage.endMs), clearSystemId: SYSTEM } : {}),
      },
    ];
  });
}

function thresholdAlarm(world: World, service: ServiceModel, indicator: Indicator): Row[] {
  const nowMs = world.now();
  const mean = monthMean(world.seed, service, indicator, monthOf(nowMs), nowMs);
  // availability has its outages' own alarms
  if (
    mean === undefined ||
    indicator.name === 'availability' ||
    isMet({ ...indicator, target: indicator.warning }, mean)
  )
    return [];
  const isMissed = !isMet(indicator, mean);
  const raisedMs = monthStart(monthOf(nowMs));
  return [
    {
      ...shared(world, service, `alm-${service.key}-${indicator.name}`, raisedMs),
      alarmType: 'qualityOfServiceAlarm',
      perceivedSeverity: isMissed ? 'major' : 'warning',
      probableCause: 'thresholdCrossed',
      specificProblem: indicator.description,
      alarmDetails: `${indicator.description} of ${service.name}`,
      state: 'raised',
      alarmChangedTime: iso(raisedMs),
      crossedThresholdInformation: {
        direction: indicator.comparator === '>=' ? 'down' : 'up',
        granularity: 'P1D',
        indicatorName: indicator.name,
        indicatorUnit: indicator.unit,
        observedValue: mean.toFixed(indicator.digits),
        thresholdCrossingDescription: `The mean of the month is beyond ${isMissed ? indicator.target : indicator.warning} ${indicator.unit}`,
      },
    },
  ];
}

function alarmsOf(world: World, customer: CustomerModel): Row[] {
  return customer.services
    .filter(hasObjectives)
    .flatMap((service) => [
      ...INDICATORS[service.kind].flatMap((indicator) => thresholdAlarm(world, service, indicator)),
      ...outageAlarms(world, service),
    ]);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Ids of the alarms that a task names. */
function named(row: Row, attribute: string): string[] {
  return listOf(row[attribute]).flatMap((each) =>
    isRecord(each) && each.id !== undefined ? [String(each.id)] : [],
  );
}

interface Task {
  readonly resource: string;
  readonly type: string;
  /** The attribute that names the alarms. */
  readonly alarms: string;
  change(task: Row, world: World): Effect['change'];
}

const TASKS: readonly Task[] = [
  {
    resource: 'ackAlarms',
    type: 'AckAlarms',
    alarms: 'ackedAlarm',
    change: ({ ackUserId, ackSystemId }) => ({ ackState: 'acknowledged', ackUserId, ackSystemId }),
  },
  {
    resource: 'unAckAlarms',
    type: 'UnAckAlarms',
    alarms: 'unAckedAlarm',
    change: () => ({ ackState: 'unacknowledged', ackUserId: null, ackSystemId: null }),
  },
  {
    resource: 'clearAlarms',
    type: 'ClearAlarms',
    alarms: 'clearedAlarm',
    change: ({ alarmClearedTime, clearUserId, clearSystemId }, world) => ({
      state: 'cleared',
      perceivedSeverity: 'cleared',
      alarmClearedTime: alarmClearedTime ?? iso(world.now()),
      clearUserId,
      clearSystemId,
    }),
  },
  {
    resource: 'commentAlarms',
    type: 'CommentAlarms',
    alarms: 'commentedAlarm',
    change: ({ comment }) => ({ comment: [comment] }),
  },
  {
    resource: 'groupAlarms',
    type: 'GroupAlarms',
    alarms: 'correlatedAlarm',
    change: ({ parentAlarm }) =>
      isRecord(parentAlarm) ? { parentAlarm: [{ id: String(parentAlarm.id) }] } : {},
  },
  {
    resource: 'unGroupAlarms',
    type: 'UnGroupAlarms',
    alarms: 'correlatedAlarm',
    change: () => ({ parentAlarm: null }),
  },
];

function taskTable(world: World, { resource, type, alarms, change }: Task): Table {
  return {
    ...NOBODYS,
    resource,
    type,
    allows: { post: true, patch: false, remove: false },
    mandatory: [],
    stateAttribute: 'state',
    keptCreated: 1_000,
    created: () => ({ state: 'done' }),
    effects: (task) =>
      named(task, alarms).map((id) => ({ resource: 'alarm', id, change: change(task, world) })),
  };
}

export function alarmTables(world: World): Table[] {
  return [
    customerTable(world, {
      resource: 'alarm',
      type: 'Alarm',
      linked: ['affectedService.id'],
      hinted: ['alarmedObject.id', 'place.id'],
      moving: true,
      allows: READ_WRITE,
      // the conformance kit takes nothing besides these, `@type` neither
      always: ['id', 'href'],
      mandatory: [
        'alarmType',
        'perceivedSeverity',
        'probableCause',
        'alarmedObject',
        'sourceSystemId',
        'state',
        'alarmRaisedTime',
      ],
      stateAttribute: 'state',
      created: (body) => ({
        ackState: body.ackState ?? 'unacknowledged',
        alarmReportingTime: body.alarmReportingTime ?? iso(world.now()),
      }),
      rows: (customer) => alarmsOf(world, customer),
    }),
    ...TASKS.map((task) => taskTable(world, task)),
  ];
}
