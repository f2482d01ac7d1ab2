import { test } from 'vitest';
import { openStore } from '../../subgraphs/store/store.ts';
import { startSimulator } from '../../mocks/simulator.ts';
import { startWorld } from './gateway.ts';
test('t', async () => {
  let t = performance.now();
  const lap = (n: string) => { console.log(n, Math.round(performance.now() - t), Math.round(process.cpuUsage().user/1000)); t = performance.now(); };
  const s = await openStore({ inMemory: true, schema: 'x' }); lap('store');
  await s.close(); lap('close');
  const sim = await startSimulator({}); lap('sim'); await sim.close();
  const w = await startWorld(); lap('world'); 
  const b = await w.another(); lap('another'); 
  await w.stop(); lap('stop');
}, 100000);
