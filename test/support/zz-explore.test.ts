import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { startWorld } from './gateway.ts';

test('explore', async () => {
  const t0 = performance.now();
  const w = await startWorld();
  console.log('start', performance.now() - t0);
  const root = 'schema/operations/';
  let out = '';
  for (const c of readdirSync(root))
    for (const f of readdirSync(root + c).filter((x) => x.endsWith('.graphql'))) {
      const text = readFileSync(`${root}${c}/${f}`, 'utf8');
      const as = /# as: (\S+)/.exec(text)?.[1];
      let variables = {};
      try {
        variables = JSON.parse(
          readFileSync(`${root}${c}/${f.replace('.graphql', '.variables.json')}`, 'utf8'),
        );
      } catch {}
      const t = performance.now();
      const a = await w.ask(text, { ...(as === 'anonymous' || !as ? {} : { as }), variables });
      out += `\n=== ${c}/${f} ${a.status} ${Math.round(performance.now() - t)}ms ${a.text.length}\n${JSON.stringify(a.errors)}\n${a.calls.join('\n')}\n${a.text.slice(0, 700)}\n`;
    }
  writeFileSync('/tmp/f/explore.txt', out + '\n' + w.main.log.join('\n'));
  await w.stop();
}, 120000);
