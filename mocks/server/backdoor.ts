// What is no TM Forum API: faults, deviations, tokens, the request log and usage, under /_simulator.
import type { Tokens } from '../deviations/access.ts';
import type { Switches } from '../deviations/switches.ts';
import type { Faults } from './faults.ts';
import { readFault } from './faults.ts';
import type { Backdoor } from './http-server.ts';
import { failure, json, NO_CONTENT, type Reply } from './reply.ts';
import type { RequestLog } from './request-log.ts';
import { isRecord, RefusedRequest } from './row.ts';

export interface BackdoorParts {
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Numbers of the APIs, e.g. TMF678. */
  readonly apis: readonly string[];
  readonly switches: Switches;
  readonly tokens: Tokens;
  readonly use: (serviceId: unknown, kind: unknown, amount: unknown) => Promise<void>;
}

function parsed(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new RefusedRequest(400, 'the body is not JSON');
  }
  if (!isRecord(value)) throw new RefusedRequest(400, 'the body must be an object');
  return value;
}

export function createBackdoor({ faults, switches, tokens, log, apis, use }: BackdoorParts): Backdoor {
  function answerDeviations(method: string, api: string | undefined, body: string): Reply {
    if (api !== undefined && api !== '*' && !apis.includes(api)) return failure(404, 'no such API');
    if (method === 'GET') return json(200, { known: switches.known, set: switches.all() });
    if (method === 'PUT' && api !== undefined) {
      const { deviations } = parsed(body);
      if (!Array.isArray(deviations)) throw new RefusedRequest(400, 'deviations is a list of names');
      switches.set(api, deviations);
      return json(200, switches.all());
    }
    if (method !== 'DELETE') return failure(405, `${method} is not offered here`);
    if (api === undefined) switches.clear();
    else switches.set(api, []);
    return NO_CONTENT;
  }

  return {
    async answer(method, [subject = '', api], search, body) {
      const act = `${method} ${subject}`;
      if (subject === 'faults' && api !== undefined && !apis.includes(api))
        return failure(404, 'no such API');
      if (subject === 'deviations') return answerDeviations(method, api, body);
      if (act === 'POST token') return json(200, tokens.issue(body));
      if (act === 'GET faults' && api === undefined) return json(200, faults.all());
      if (act === 'PUT faults' && api !== undefined) {
        faults.set(api, readFault(parsed(body)));
        return json(200, faults.all());
      }
      if (act === 'DELETE faults') {
        for (const each of api === undefined ? apis : [api]) faults.set(each, undefined);
        return NO_CONTENT;
      }
      if (act === 'GET requests')
        return json(200, log.all(new URLSearchParams(search).get('requestId') ?? undefined));
      if (act === 'DELETE requests') {
        log.clear();
        return NO_CONTENT;
      }
      if (act === 'POST usage') {
        const { serviceId, kind, amount } = parsed(body);
        await use(serviceId, kind, amount);
        return NO_CONTENT;
      }
      return failure(404, 'no such door');
    },
  };
}
