// The doctor on the simulator: plain, in three dialects, and on servers that are of no use; and that its advice is right.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runDoctor } from '../../gateway/doctor.ts';
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { atVersion, V5 } from '../support/other-versions.ts';

let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  simulator = await startSimulator({ now: () => Date.parse('2026-11-15T10:00:00Z') });
  folder = await mkdtemp(join(tmpdir(), 'ssm-doctor-'));
});
afterEach(() => simulator.deviate('*'));
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** A providers file of these APIs, as somebody would write it who believes the descriptions. */
async function fileOf(apis: readonly string[], more = ''): Promise<string> {
  const lines = simulator.apis
    .filter(({ api }) => apis.includes(api))
    .map(
      ({ api, version, baseUrl }) => `      ${api}: { url: '${baseUrl}', version: ${version} } # as told\n`,
    );
  const file = join(folder, 'providers.yaml');
  const profile = '    profile: { preset: published }\n';
  await writeFile(file, `providers:\n  - id: home\n${profile}    apis:\n${lines.join('')}${more}`);
  return file;
}

async function doctor(file: string, ...args: string[]) {
  const lines: string[] = [];
  const status = await runDoctor(['--providers', file, ...args], (text) => lines.push(text));
  return { status, text: lines.join('\n') };
}

async function findings(file: string, ...args: string[]) {
  const { status, text } = await doctor(file, '--json', ...args);
  const { backEnds } = JSON.parse(text);
  return { status, backEnds, profile: backEnds[0].profile };
}

test('on the simulator as it is: nothing to say, few questions, exit 0', async () => {
  const { status, text } = await doctor(await fileOf(['TMF678', 'TMF638', 'TMF677']));
  expect(status).toBe(0);
  expect(text).toMatch(/✓ id batch +comma/);
  expect(text).toMatch(/3 back ends, 3\d questions: 0 deviations that no profile states, 0 unusable\./);
});

test('a total that was proved goes into the profile where none is stated, and is no fault', async () => {
  const file = await fileOf(['TMF678']);
  await writeFile(file, (await readFile(file, 'utf8')).replace('profile: { preset: published }', ''));
  expect(await findings(file)).toMatchObject({ status: 0, profile: { totals: 'filtered' } });
});

test('on every API of it: no more is asked than its version describes', { timeout: 60_000 }, async () => {
  const { status, text } = await doctor(await fileOf(simulator.apis.map(({ api }) => api)));
  expect(text.split('\n').filter((line) => line.includes('✗'))).toEqual([]);
  expect(status).toBe(0);
});

const DIALECTS: readonly {
  name: string;
  switches: readonly string[];
  profile: object;
  says: readonly RegExp[];
}[] = [
  {
    name: 'gives everything, whatever is asked',
    switches: ['filters-ignored', 'fields-ignored', 'sort-ignored', 'paging-ignored', 'total-absent'],
    profile: { filters: false, fields: false, sort: false, paging: 'none', totals: 'none', idBatch: 'none' },
    says: [
      /id batch +none .*\n +Asks for each object by itself: 100 customerBills = 100 requests, 8 at a time\./,
      /filters +billNo: ignored, billingAccount\.id: ignored/,
      /paging +limit is ignored/,
    ],
  },
  {
    name: 'knows first-level filters, repeated parameters and small pages under a key of its own',
    switches: ['nested-filters-empty', 'comma-empty', 'limit-capped', 'total-unfiltered', 'envelope-deep'],
    profile: {
      envelope: 'response.body.rows',
    },
    says: [/lists lie under response\.body\.rows/],
  },
  {
    name: 'pages by cursors, shows addresses of another host and writes money its own way',
    switches: ['pages-by-link', 'href-link-local', 'money-currency-amount', 'not-found-as-500', 'id-leaked'],
    profile: { paging: 'cursor', totals: 'none' },
    says: [
      /paging +cursors in Link/,
      /href +names another host\n +Never follows an address/,
      /money +\{currency, amount\}/,
      /_id +shows its database's own/,
      /missing objects +404/,
    ],
  },
];

describe('in a dialect', () => {
  test.each(DIALECTS)(
    'that $name: it is told, with what it costs, exit 1; with its own advice, exit 0',
    async (dialect) => {
      const file = await fileOf(['TMF678']);
      simulator.deviate('TMF678', ...dialect.switches);
      const before = await findings(file);
      expect(before.status).toBe(1);
      expect(before.profile).toMatchObject(dialect.profile);
      const told = await doctor(file);
      for (const line of dialect.says) expect(told.text).toMatch(line);
      // an envelope hides the rest: with it stated, the rest is found out
      for (const out of ['once.yaml', 'twice.yaml']) {
        const target = join(folder, out);
        const source = out === 'once.yaml' ? file : join(folder, 'once.yaml');
        await doctor(source, '--write-profile', target);
        expect(await readFile(target, 'utf8')).toContain('# as told');
      }
      expect(await findings(join(folder, 'twice.yaml'))).toMatchObject({ status: 0, profile: {} });
    },
  );

  test('of rows without id: found out by the ends of their addresses', async () => {
    simulator.deviate('TMF678', 'rows-without-id', 'limit-capped', 'comma-empty');
    const file = await fileOf(['TMF678']);
    expect((await doctor(file)).text).toMatch(/ids +rows have none/);
    expect((await findings(file)).profile).toEqual({ maxPage: 20, idBatch: 'repeated' });
  });

  test('of filters on what lies deep: found out, and the offset that is ignored is no whole list', async () => {
    simulator.deviate('TMF657', 'nested-filters-ignored', 'pages-repeat');
    const { status, text } = await doctor(await fileOf(['TMF657']));
    expect(text).toMatch(/serviceLevelObjectiveParameter\.relatedEntity\.id: ignored/);
    expect(text).toMatch(/paging +offset is ignored.*\n.*an error, never short/);
    expect(text).not.toMatch(/paging: none/);
    expect(status).toBe(1);
  });

  test('under an envelope, with the envelope stated, the rest is found out', async () => {
    simulator.deviate('TMF678', ...(DIALECTS[1]?.switches ?? []));
    const file = await fileOf(['TMF678']);
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace('version: v4', 'version: v4, profile: { envelope: response.body.rows }'),
    );
    const { profile } = await findings(file);
    expect(profile).toEqual({ filters: ['billNo'], idBatch: 'repeated', totals: 'none', maxPage: 20 });
  });
});

test('at another version: told where it is not stated, in our names where it is', async () => {
  const versioned = await atVersion(simulator, 'v5', V5);
  const url = versioned.apis.find(({ api }) => api === 'TMF638')?.baseUrl ?? '';
  const entry = (version: string) => fileOf([], `      TMF638: { url: '${url}', version: ${version} }\n`);
  const wrong = await doctor(await entry('v4'));
  expect(wrong).toMatchObject({ status: 1, text: expect.stringMatching(/version +looks like v5, not v4/) });
  const right = await doctor(await entry('v5'));
  expect(right.text).not.toMatch(/looks like/);
  const resources = versioned.apis.find(({ api }) => api === 'TMF639')?.baseUrl ?? '';
  const other = await doctor(await fileOf([], `      TMF639: { url: '${resources}', version: v5 }\n`));
  expect(other.text).toMatch(/✓ filters/);
  await versioned.close();
});

describe('with --write', () => {
  test('its own listener and object are made, changed and removed; nothing else is touched', async () => {
    const { status, text } = await doctor(await fileOf(['TMF667', 'TMF620']), '--write');
    expect(text).toMatch(/hub +takes listeners and lets them go/);
    expect(text).toMatch(/change +plain JSON is merged/);
    expect(text).toMatch(/remove +done/);
    expect(status).toBe(0);
    for (const { api, baseUrl } of simulator.apis) {
      const resource = { TMF667: 'document', TMF620: 'category' }[api];
      if (resource === undefined) continue;
      const left = await (await fetch(`${baseUrl}/${resource}?limit=1000`)).text();
      expect(left).not.toContain('ssm-doctor');
    }
  });

  test.each([
    [[], 0, /tasks +queryUsageConsumption answers at once/],
    [['create-202'], 0, /tasks +the answer is kept elsewhere/],
    [
      ['create-demands-id'],
      1,
      /tasks +queryUsageConsumption wants an id of the client [\s\S]*profile should say:\n +createId: client/,
    ],
    [
      ['headers-demanded'],
      1,
      /tasks +queryUsageConsumption is refused \(400\) .*\n +Every field .* BACKEND_REFUSED/,
    ],
  ])('a task is asked about nothing, under %j: exit %i', async (switches, exit, says) => {
    simulator.deviate('TMF677', ...switches);
    const { status, text } = await doctor(await fileOf(['TMF677']), '--write');
    expect(text).toMatch(says);
    expect(status).toBe(exit);
  });

  test('an object that is accepted without a body is found at its address, and removed', async () => {
    simulator.deviate('TMF667', 'create-202');
    const { text } = await doctor(await fileOf(['TMF667']), '--write');
    expect(text).toMatch(/remove +done/);
    simulator.deviate('TMF667');
    const base = simulator.apis.find(({ api }) => api === 'TMF667')?.baseUrl;
    expect(await (await fetch(`${base}/document?limit=1000`)).text()).not.toContain('ssm-doctor');
  });

  test('a hub that is not there is told', async () => {
    simulator.deviate('TMF667', 'hub-absent');
    const { status, profile } = await findings(await fileOf(['TMF667']), '--write');
    expect({ status, profile }).toEqual({ status: 1, profile: { hub: 'none' } });
  });

  test('without it nothing is written', async () => {
    const before = simulator.requests().length;
    await doctor(await fileOf(['TMF667']));
    const methods = simulator
      .requests()
      .slice(before)
      .map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });
});

describe('of no use: exit 2, and why', () => {
  test.each([
    ['html-as-200', /BACKEND_BAD_ANSWER.*a page, not JSON/],
    ['redirects', /BACKEND_BAD_ANSWER \(302\).*not followed/],
    ['nan-literal', /BACKEND_BAD_ANSWER.*malformed JSON/],
  ])('%s', async (deviation, why) => {
    simulator.deviate('TMF678', deviation);
    const { status, text } = await doctor(await fileOf(['TMF678', 'TMF638']));
    expect(status).toBe(2);
    expect(text).toMatch(why);
    expect(text).toMatch(/home\/TMF638.*\n.*questions about service/);
  });

  test('nobody there, and a file with faults', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo; // it listens on a port
    await new Promise((resolve) => gone.close(resolve));
    const { status, text } = await doctor(
      await fileOf([], `      TMF678: { url: 'http://127.0.0.1:${port}' }\n`),
    );
    expect({ status, text }).toMatchObject({
      status: 2,
      text: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/),
    });
    const faulty = await doctor(await fileOf([], '      TMF678: { urll: x }\n'));
    expect(faulty).toMatchObject({ status: 2, text: expect.stringMatching(/line 5: .*is url meant\?/) });
  });
});
