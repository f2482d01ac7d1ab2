// Whether this process lives (GET /livez) and whether it can do its work now (GET /readyz).
import type { FastifyInstance } from 'fastify';
import type { HealthReport, HealthSource } from '../schema/ports.ts';

/** A probe waits for its answer; a source that takes longer is as good as down. */
const PATIENCE_MS = 2000;

type Readiness = 'READY' | 'DRAINING' | 'NOT_READY';

interface Options {
  readonly sources: readonly HealthSource[];
  readonly draining: () => boolean;
  /** False: names and details are for operators, who read the log. */
  readonly details: boolean;
}

/** How many of each kind are in which state. */
function counts(checks: readonly HealthReport[]): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const found: Record<string, Record<string, number>> = {};
  for (const { kind, state } of checks) {
    const ofKind = found[kind] ?? {};
    found[kind] = { ...ofKind, [state]: (ofKind[state] ?? 0) + 1 };
  }
  return found;
}

async function ask(source: HealthSource, position: number): Promise<readonly HealthReport[]> {
  const silent = (detail: string): HealthReport[] => [
    { name: `source ${position}`, kind: 'STORE', state: 'DOWN', embedded: false, required: true, detail },
  ];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthReport[]>((resolve) => {
    timer = setTimeout(() => resolve(silent('no answer in time')), PATIENCE_MS);
  });
  return Promise.race([source.health().catch(() => silent('the check failed')), late]).finally(() =>
    clearTimeout(timer),
  );
}

async function readiness({ sources, draining }: Omit<Options, 'details'>): Promise<{
  readonly state: Readiness;
  readonly checks: readonly HealthReport[];
}> {
  const checks = (await Promise.all(sources.map(ask))).flat();
  const down = checks.some(({ required, state }) => required && state === 'DOWN');
  return { state: draining() ? 'DRAINING' : down ? 'NOT_READY' : 'READY', checks };
}

export function serveHealth(app: FastifyInstance, options: Options): void {
  app.get('/livez', async () => ({ state: 'LIVE' }));
  app.get('/readyz', async (_, reply) => {
    const report = await readiness(options);
    const { state, checks } = report;
    const shown = options.details ? report : { state, counts: counts(checks) };
    return reply.code(state === 'READY' ? 200 : 503).send(shown);
  });
}
