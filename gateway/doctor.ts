// The doctor: what each back end honours and what not, and what its profile should say.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startSimulator } from '../mocks/simulator.ts';
import { type Examined, examine } from '../subgraphs/doctor/examine.ts';
import { blockOf, EXIT, lastLine, verdictOn } from '../subgraphs/doctor/report.ts';
import { withProfiles } from '../subgraphs/doctor/written-profile.ts';
import { readProviders } from '../subgraphs/tmf/providers.ts';
import { providersFileOf, readSecret } from './config.ts';
import { demoProviders } from './demo.ts';

/** Back ends that are asked at the same time. */
const AT_ONCE = 4;

async function examineAll(
  text: string,
  write: boolean,
  onEach: (examined: Examined) => void,
  say: (text: string) => void,
): Promise<Examined[] | undefined> {
  const read = readProviders(text, readSecret);
  if (!read.ok) {
    say(`The providers file is wrong:\n${read.faults.map((fault) => `  ${fault}`).join('\n')}`);
    return undefined;
  }
  const all: Examined[] = [];
  const left = read.providers.backEnds.entries();
  const working = Array.from({ length: AT_ONCE }, async () => {
    for (const [place, config] of left) {
      const examined = await examine(config, write);
      all[place] = examined;
      onEach(examined);
    }
  });
  await Promise.all(working);
  return all;
}

/** The exit status: 0 fine, 1 deviations that no profile states, 2 something unreachable, unusable or unreadable. */
export async function runDoctor(args: readonly string[], say: (text: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      providers: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      'write-profile': { type: 'string' },
    },
  });
  const file = values.providers ?? providersFileOf();
  const simulator = file === undefined ? await startSimulator() : undefined;
  try {
    const text = simulator === undefined ? await readFile(file ?? '', 'utf8') : demoProviders(simulator.apis);
    const onEach = (examined: Examined) => (values.json ? undefined : say(blockOf(examined)));
    const all = await examineAll(text, values.write, onEach, say);
    if (all === undefined) return EXIT.UNUSABLE;
    const verdict = verdictOn(all);
    say(values.json ? JSON.stringify({ verdict, backEnds: all }, undefined, 2) : lastLine(all));
    const target = values['write-profile'];
    if (target !== undefined) await writeFile(target, withProfiles(text, all));
    return EXIT[verdict];
  } finally {
    await simulator?.close();
  }
}
