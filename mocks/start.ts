// Runs the simulator alone: `npm run simulator -- --port 4100 --subscribers 100000 --seed 7 --latency 4`.
import { parseArgs } from 'node:util';
import { startSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4100' },
    subscribers: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    latency: { type: 'string', default: '0' },
    // TMF678=filters-ignored,total-absent; `*` for all APIs
    deviate: { type: 'string', multiple: true, default: [] },
  },
});

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} must be a whole number, 0 or more\n`);
  process.exit(2);
}

const deviations = Object.fromEntries(
  values.deviate.map((each) => {
    const [api = '', names = ''] = each.split('=', 2);
    return [api, names.split(',').filter((name) => name !== '')];
  }),
);

const simulator = await startSimulator({
  port: wholeNumber('port', values.port),
  subscribers: wholeNumber('subscribers', values.subscribers),
  seed: wholeNumber('seed', values.seed),
  latencyMs: wholeNumber('latency', values.latency),
  deviations,
});

process.stdout.write(`${JSON.stringify({ url: simulator.url, apis: simulator.apis, pid: process.pid })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void simulator.close().then(() => process.exit(0));
  });
}
