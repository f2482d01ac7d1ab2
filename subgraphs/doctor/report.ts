// The doctor's report for people: one block for each back end, and a last line that says how it stands.
import { stringify } from 'yaml';
import type { Examined } from './examine.ts';

export type Verdict = 'FINE' | 'DEVIATES' | 'UNUSABLE';
export const EXIT: Readonly<Record<Verdict, number>> = { FINE: 0, DEVIATES: 1, UNUSABLE: 2 };

export function verdictOn(all: readonly Examined[]): Verdict {
  if (all.some(({ reachable }) => !reachable)) return 'UNUSABLE';
  return all.some(({ findings }) => findings.some(({ stated }) => !stated)) ? 'DEVIATES' : 'FINE';
}

export function blockOf(examined: Examined): string {
  const {
    provider,
    api,
    version,
    url,
    reachable,
    fault,
    resource,
    questions,
    medianMs,
    slowestMs,
    findings,
    profile,
  } = examined;
  const head = `${provider}/${api} ${version}  ${url}`;
  if (!reachable) return `${head}\n  ✗ unusable     ${fault}\n`;
  const speed = `  ${questions} questions${resource === undefined ? '' : ` about ${resource}`}: half within ${medianMs} ms, the slowest ${slowestMs} ms`;
  const lines = findings.flatMap(
    ({ topic, found, asPromised, noted, stated, gateway, profile: habits = {} }) => {
      const mark = asPromised && stated ? '✓' : noted === true ? '·' : stated ? '✓' : '✗';
      const remark = Object.keys(habits).length === 0 ? 'no profile helps' : 'the profile says otherwise';
      const says = `  ${mark} ${topic.padEnd(16)}${found}${stated ? '' : `  (${remark})`}`;
      return gateway === undefined ? [says] : [says, `      ${gateway}`];
    },
  );
  const advice =
    Object.keys(profile).length === 0
      ? []
      : [
          '  profile should say:',
          ...stringify(profile)
            .trimEnd()
            .split('\n')
            .map((line) => `    ${line}`),
        ];
  return [head, speed, ...lines, ...advice, ''].join('\n');
}

export function lastLine(all: readonly Examined[]): string {
  const unstated = all.flatMap(({ findings }) => findings.filter(({ stated }) => !stated)).length;
  const gone = all.filter(({ reachable }) => !reachable).length;
  const questions = all.reduce((sum, each) => sum + each.questions, 0);
  return `${all.length} back ends, ${questions} questions: ${unstated} deviations that no profile states, ${gone} unusable.`;
}
