import { mkdtemp } from 'node:fs/promises';
import { createChildren } from '../children.ts';
import { SHOP_QUERIES } from './schema.ts';
import { openDemoIssuer } from '../../../gateway/demo-issuer.ts';
import { measure, medians, type Peer } from '../rounds.ts';
import { table } from '../table.ts';
const children = createChildren();
const folder = await mkdtemp('/tmp/gtry-');
const stub = await children.start<{url:string}>('stub','shop/stub-process.ts',{latencyMs:0});
const load = await children.start('load','load-process.ts',{});
const peers: Peer[] = [];
const quiet = ['--import', 'data:text/javascript,import e from "node:events"; e.setMaxListeners(0)'];
const plain = ['--import', '/tmp/plain-loader.mjs'];
for (const [name, identity, flags] of [
  ['base','PLAIN',[]], ['quiet','PLAIN',quiet], ['no keepNames','PLAIN',plain], ['both','PLAIN',[...quiet,...plain]], ['both+semi64','PLAIN',[...quiet,...plain,'--max-semi-space-size=64']],
] as const) {
  const c = await children.start<{url:string}>(name,'shop/gateway-process.ts',{subgraphsUrl: stub.ready.url, dataFolder: folder, identity, execution:'COMPILED'}, flags);
  peers.push({name, url: c.ready.url, processes:[c]});
}
const issuer = await openDemoIssuer(folder,'ssm-gateway');
const headers = await Promise.all(Array.from({length:300},async (_, i)=>({'content-type':'application/json', authorization:`Bearer ${await issuer.sign(`s${i}`,Date.now())}`})));
const cases = Object.entries(SHOP_QUERIES).map(([name, query])=>({name, body: JSON.stringify({query, operationName:name}), headers:()=>headers}));
const fmt = {comparisons:[{reference:'base',title:'of base'}],callsTitle:'calls'};
await measure({load, counter:{forget: async()=>stub.ask('forget'), calls: async()=>await stub.ask('calls') as any}, profileFolder: undefined}, peers, cases, {rounds:7, roundMs:1000, warmUpMs:2000, concurrencies:[32]}, (d)=>console.log(table(medians(d), d, fmt)));
await children.stopAll(); process.exit(0);
