// Servers in front of the simulator that speak version 5 or 3: written from the descriptions, not from the client's tables.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Simulator } from '../../mocks/simulator.ts';

type Json = Record<string, unknown>;
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a version has otherwise: names of parameters and attributes as they come, and objects as they go. */
interface Dialect {
  /** Their resource → the simulator's. */
  readonly resources?: Readonly<Record<string, string>>;
  /** Their parameter → the simulator's; those of version 4 are refused. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What that version doesn't have: neither as a parameter nor in `fields`. */
  readonly without?: readonly string[];
  readonly object: (object: Json) => Json;
  readonly body?: (body: Json) => Json;
  /** A read that the simulator only has as a task. */
  readonly task?: {
    readonly resource: string;
    body(query: URLSearchParams): Json;
    rows(task: Json): unknown;
  };
}

const INNER: Readonly<Record<string, string>> = {
  relatedParty: 'partyOrPartyRole',
  place: 'place',
  user: 'partyOrPartyRole',
};

function nest(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => nest(each, name));
  if (!isJson(value)) return value;
  const inside = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, nest(each, key)]));
  const inner = INNER[name];
  if (inner === undefined || inside.id === undefined) return inside;
  const { role, '@type': type = 'Related', ...rest } = inside;
  return { role, '@type': type, [inner]: rest };
}

const renaming = (names: Readonly<Record<string, string>>) => (object: Json) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [names[key] ?? key, value]));

const v5 =
  (change: (object: Json) => Json = (object) => object): Dialect['object'] =>
  (object) =>
    change(nest(object) as Json); // an object stays one

const PARTY = { 'relatedParty.partyOrPartyRole.id': 'relatedParty.id', 'place.place.id': 'place.id' };

const characteristics = (object: Json): Json => ({
  ...object,
  productSpecCharacteristic: [object.productSpecCharacteristic ?? []].flat().map((each) => {
    const { productSpecCharacteristicValue, ...rest } = each as Json; // the simulator's own
    return { ...rest, characteristicValueSpecification: productSpecCharacteristicValue };
  }),
});

const contacts = (object: Json): Json => ({
  ...object,
  contactMedium: [object.contactMedium ?? []].flat().map((each) => {
    const { mediumType, characteristic, ...rest } = each as { mediumType: string; characteristic: Json }; // the simulator's own
    return { ...rest, contactType: mediumType, ...characteristic };
  }),
});

const relations = (object: Json): Json => ({
  ...object,
  productRelationship: [object.productRelationship ?? []].flat().map((each) => {
    const { product, ...rest } = each as { product: Json }; // the simulator's own
    return { ...rest, id: product.id, name: product.name };
  }),
});

const status = ({ resourceStatus, ...object }: Json): Json => ({
  ...object,
  operationalState: resourceStatus === 'alarm' ? 'disable' : 'enable',
  ...(resourceStatus === 'suspended' ? { controlStatus: ['suspended'] } : {}),
  ...(resourceStatus === 'standby' ? { availabilityStatus: ['offline'] } : {}),
  ...(resourceStatus === 'reserved' ? { controlStatus: ['reservedForTest'] } : {}),
});

const reported = (task: Json): Json => ({
  ...task,
  usageConsumption: [task.usageConsumption ?? []]
    .flat()
    .map((each) => renaming({ bucketRefOrValue: 'bucket' })(each as Json)), // the simulator's own
});

export const V5: Readonly<Record<string, Dialect>> = {
  TMF620: {
    resources: { productCatalog: 'catalog' },
    parameters: { 'parent.id': 'parentId' },
    object: v5((object) => {
      const { parentId, ...rest } = 'productSpecCharacteristic' in object ? characteristics(object) : object;
      return parentId === undefined ? rest : { ...rest, parent: { id: parentId } };
    }),
  },
  TMF629: { parameters: PARTY, object: v5(contacts) },
  TMF632: { parameters: PARTY, object: v5((object) => renaming({ fullName: 'name' })(contacts(object))) },
  TMF637: { parameters: PARTY, object: v5(relations) },
  TMF638: { parameters: PARTY, object: v5() },
  TMF639: { parameters: PARTY, without: ['resourceStatus'], object: v5(status) },
  TMF666: { parameters: PARTY, object: v5(renaming({ lastModified: 'lastUpdate' })) },
  TMF677: { object: v5(reported) },
  TMF678: {
    parameters: { ...PARTY, appliedBillingRateType: 'type' },
    object: v5(renaming({ type: 'appliedBillingRateType' })),
  },
};

/** As version 3 has it: what is left is in a balance; counters are as they are. */
function bucket3(raw: unknown): Json {
  const { remainingValue, remainingValueName, validFor, ...rest } = raw as Json; // the simulator's own
  return { ...rest, bucketBalance: [{ remainingValue, remainingValueName, validFor }] };
}

export const V3: Readonly<Record<string, Dialect>> = {
  TMF638: { object: renaming({ serviceOrderItem: 'serviceOrder' }) },
  TMF645: {
    resources: { serviceQualification: 'checkServiceQualification' },
    object: (object) => ({
      ...renaming({ checkServiceQualificationDate: 'serviceQualificationDate' })(object),
      serviceQualificationItem: [object.serviceQualificationItem ?? []]
        .flat()
        .map((each) => renaming({ qualificationResult: 'qualificationItemResult' })(each as Json)), // the simulator's own
    }),
  },
  TMF677: {
    task: {
      resource: 'usageConsumptionReport',
      body: (query) => ({
        searchCriteria: { service: (query.get('service.id') ?? '').split(',').map((id) => ({ id })) },
      }),
      rows: ({ usageConsumption }) =>
        [usageConsumption ?? []].flat().map((each) => {
          const { bucketRefOrValue, ...report } = each as Json; // the simulator's own
          return { ...report, bucket: [bucketRefOrValue ?? []].flat().map(bucket3) };
        }),
    },
    object: (object) => object,
  },
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function answer(dialect: Dialect, base: string, request: IncomingMessage): Promise<Response | Json> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const [resource = '', ...rest] = pathname.split('/').slice(1);
  const parameters = Object.entries(dialect.parameters ?? {});
  for (const [theirs, v4] of parameters) {
    if (searchParams.has(v4)) return { refused: `${v4} is version 4` };
    const value = searchParams.get(theirs);
    if (value === null) continue;
    searchParams.delete(theirs);
    searchParams.set(v4, value);
  }
  const fields = searchParams.get('fields')?.split(',') ?? [];
  for (const name of dialect.without ?? [])
    if (searchParams.has(name) || fields.includes(name)) return { refused: `${name} is version 4` };
  // `fields` is honoured by nobody here: whole objects come, and are cut by who asked
  searchParams.delete('fields');
  const headers = {
    'content-type': 'application/json',
    'x-request-id': String(request.headers['x-request-id']),
  };
  const { task } = dialect;
  if (task !== undefined) {
    if (request.method !== 'GET' || resource !== task.resource)
      return { refused: 'version 3 has no such task' };
    const body = JSON.stringify(task.body(searchParams));
    const asked = await fetch(`${base}/queryUsageConsumption`, { method: 'POST', headers, body });
    return { rows: task.rows((await asked.json()) as Json) }; // an object, as described
  }
  const v4 = dialect.resources?.[resource] ?? resource;
  if (Object.values(dialect.resources ?? {}).includes(resource))
    return { refused: `${resource} is version 4` };
  const query = searchParams.size === 0 ? '' : `?${searchParams}`;
  const text = request.method === 'POST' ? await bodyOf(request) : undefined;
  return fetch(`${base}/${[v4, ...rest].join('/')}${query}`, {
    method: request.method ?? 'GET',
    headers,
    ...(text === undefined ? {} : { body: text }),
  });
}

export interface Versioned {
  readonly apis: Simulator['apis'];
  close(): Promise<void>;
}

/** The simulator's APIs, those of the dialects at another version. */
export async function atVersion(
  simulator: Simulator,
  version: string,
  dialects: Readonly<Record<string, Dialect>>,
): Promise<Versioned> {
  const servers: (() => void)[] = [];
  const apis = await Promise.all(
    simulator.apis.map(async (api) => {
      const dialect = dialects[api.api];
      if (dialect === undefined) return api;
      const server = createServer(async (request, response) => {
        const given = await answer(dialect, api.baseUrl, request);
        if (!(given instanceof Response)) {
          response.writeHead('rows' in given ? 200 : 400, { 'content-type': 'application/json' });
          return response.end(JSON.stringify('rows' in given ? given.rows : given));
        }
        const body: unknown = await given.json().catch(() => undefined);
        const shown = Array.isArray(body)
          ? body.map((each) => (isJson(each) ? dialect.object(each) : each))
          : isJson(body)
            ? dialect.object(body)
            : body;
        const total = given.headers.get('x-total-count');
        response.writeHead(given.status, {
          'content-type': 'application/json',
          ...(total === null ? {} : { 'x-total-count': total }),
        });
        response.end(JSON.stringify(shown));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(() => {
        server.close();
        server.closeAllConnections();
      });
      const { port } = server.address() as AddressInfo; // it listens on a port
      return { ...api, version, baseUrl: `http://127.0.0.1:${port}` };
    }),
  );
  return {
    apis,
    async close() {
      for (const close of servers) close();
    },
  };
}
