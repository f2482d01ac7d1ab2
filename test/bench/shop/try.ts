import { createChildren } from '../children.ts';
import { SHOP_QUERIES, shopSupergraph } from './schema.ts';
const children = createChildren();
const stub = await children.start<{url:string}>('stub','shop/stub-process.ts',{latencyMs:0});
const s = { supergraphSdl: shopSupergraph(stub.ready.url), subgraphsUrl: stub.ready.url };
for (const [file, planner] of [['hive','JAVASCRIPT'],['hive','RUST'],['mercurius','JAVASCRIPT']] as const) {
  const c = await children.start<{url:string}>('x',`shop/${file}-process.ts`,{...s, planner});
  for (const [name, query] of Object.entries(SHOP_QUERIES)) {
  const r = await fetch(c.ready.url,{method:'POST',headers:{'content-type':'application/json',authorization:'x'},body:JSON.stringify({query})});
  console.log(file, planner, name, r.status, r.headers.get('content-type'), (await r.text()).slice(-700)); }
}
await children.stopAll();
