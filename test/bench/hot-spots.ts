// Where the CPU time of a profile went: `node --import ./schema/typescript.mjs test/bench/hot-spots.ts <file.cpuprofile>`.
import { readFileSync } from 'node:fs';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SHOWN = 40;

/** A function by its name and file; V8's own (garbage collector, program) have no file. */
function placeOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*\/(?=[^/]+\/[^/]+$)/, '');
  return `${functionName || '(anonymous)'}  ${file}${file === '' ? '' : `:${lineNumber + 1}`}`;
}

/** Microseconds in the function itself, and in all that it called; time outside any JavaScript is left out. */
function timesOf({ nodes, samples, timeDeltas }: Profile) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const self = new Map<string, number>();
  const whole = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const node = byId.get(id);
    const spent = timeDeltas[index] ?? 0;
    if (node === undefined || node.callFrame.functionName === '(idle)') return;
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const above = byId.get(at);
      if (above !== undefined) seen.add(placeOf(above));
    }
    // the profiler's own start is counted as a call that lasts
    if ([...seen].some((each) => each.startsWith('post  node:inspector'))) return;
    busy += spent;
    const place = placeOf(node);
    self.set(place, (self.get(place) ?? 0) + spent);
    for (const each of seen) whole.set(each, (whole.get(each) ?? 0) + spent);
  });
  return { busy, self, whole };
}

function show(title: string, times: ReadonlyMap<string, number>, busy: number): void {
  console.log(title);
  const sorted = [...times].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  for (const [place, spent] of sorted)
    console.log(`${((100 * spent) / busy).toFixed(1).padStart(6)} %  ${place}`);
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('which profile?');
// written by V8
const { busy, self, whole } = timesOf(JSON.parse(readFileSync(path, 'utf8')) as Profile);
const byFile = new Map<string, number>();
for (const [place, spent] of self) {
  const file = place.split('  ')[1]?.replace(/:\d+$/, '') || place;
  byFile.set(file, (byFile.get(file) ?? 0) + spent);
}
show('By file', byFile, busy);
show('\nIn the function itself', self, busy);
show('\nWith all that it calls', whole, busy);
