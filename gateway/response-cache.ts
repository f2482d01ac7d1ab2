// Whole answers that are the same for everybody, kept by operation and variables; one execution for identical misses.
import { createHash } from 'node:crypto';
import type { ResponseStore } from '../schema/ports.ts';
import type { OperationFacts } from './operation-facts.ts';

/** An answer as it goes out. */
export interface Body {
  readonly status: number;
  readonly text: string;
  /** Without errors. */
  readonly clean: boolean;
}

export interface KeyParts {
  /** Changes with the supergraph: another schema, other answers. */
  readonly schemaHash: string;
  readonly documentHash: string;
  readonly operation: OperationFacts;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly mediaType: string;
}

/** Equal values have equal texts, whatever the order of their members. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'absent';
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(',')}}`;
}

/** Only declared variables count: others would make a new key of each request. */
export function responseKey({ schemaHash, documentHash, operation, variables, mediaType }: KeyParts): string {
  const declared = (operation.node.variableDefinitions ?? [])
    .map(({ variable }) => variable.name.value)
    .sort();
  const values = declared.map((name) =>
    canonical(Object.hasOwn(variables, name) ? variables[name] : undefined),
  );
  const parts = [schemaHash, documentHash, operation.node.name?.value ?? '', mediaType, ...values];
  return `response:${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;
}

export interface ResponseCache {
  /** The kept answer, or that of `run`, which is kept if it is clean. */
  through(key: string, keepS: number, run: () => Promise<Body>): Promise<Body>;
}

interface Options {
  readonly store: ResponseStore;
  readonly onEvent?: (event: 'HIT' | 'MISS' | 'SHARED') => void;
  /** The store failed; the answer is given all the same. */
  readonly onFault: (error: unknown) => void;
}

export function responseCache({ store, onEvent, onFault }: Options): ResponseCache {
  const flights = new Map<string, Promise<Body>>();

  async function load(key: string, keepS: number, run: () => Promise<Body>): Promise<Body> {
    const kept = await store.get(key).catch((error: unknown) => {
      onFault(error);
      return undefined;
    });
    if (kept !== undefined) {
      onEvent?.('HIT');
      return { status: 200, text: kept, clean: true };
    }
    onEvent?.('MISS');
    const body = await run();
    // not awaited: the client doesn't wait for the store
    if (body.clean) store.set(key, body.text, keepS * 1000).catch(onFault);
    return body;
  }

  return {
    through: (key, keepS, run) => {
      const flying = flights.get(key);
      if (flying !== undefined) {
        onEvent?.('SHARED');
        return flying;
      }
      const flight = load(key, keepS, run).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}

/** PRIVATE answers are kept by nobody on the way: a revoked authorization would leave them readable. */
export function cacheControl(keepS: number | undefined, clean: boolean): string {
  return keepS !== undefined && clean ? `public, max-age=${keepS}` : 'no-store';
}
