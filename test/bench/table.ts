// Results as a table for people.
import { type Round, type Row, ratio } from './rounds.ts';

const digits = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const times = (value: number | undefined): string => (value === undefined ? '' : `${digits(value)}×`);

interface Comparison {
  /** Whose figure is divided by. */
  readonly reference: string;
  readonly title: string;
}

export interface TableOptions {
  readonly comparisons: readonly Comparison[];
  /** What the counter counts. */
  readonly callsTitle: string;
  readonly caseTitle?: (name: string) => string;
}

/** A row with how many times it has the requests, and the CPU time, of each reference. */
export interface Compared extends Row {
  readonly ratios: Readonly<
    Record<
      string,
      { readonly requestsPerS: number | undefined; readonly allCpuMsPerRequest: number | undefined }
    >
  >;
}

export function compared(
  rows: readonly Row[],
  rounds: readonly Round[],
  { comparisons }: TableOptions,
): Compared[] {
  return rows.map((row) => {
    const of = (reference: string, read: (round: Round) => number) =>
      ratio(rounds, row, row.peer, reference, read);
    const ratios = comparisons.map(({ reference }) => [
      reference,
      {
        requestsPerS: of(reference, (each) => each.requestsPerS),
        allCpuMsPerRequest: of(reference, (each) => each.allCpuMsPerRequest),
      },
    ]);
    return { ...row, ratios: Object.fromEntries(ratios) };
  });
}

type Line = readonly string[];

function lineOf(row: Row, rounds: readonly Round[], { comparisons, caseTitle }: TableOptions): Line {
  const compared = comparisons.flatMap(({ reference }) =>
    reference === row.peer
      ? ['', '']
      : [
          times(ratio(rounds, row, row.peer, reference, (each) => each.requestsPerS)),
          times(ratio(rounds, row, row.peer, reference, (each) => 1 / each.allCpuMsPerRequest)),
        ],
  );
  return [
    caseTitle?.(row.case) ?? row.case,
    String(row.concurrency),
    row.peer,
    digits(row.requestsPerS),
    digits(row.p50Ms),
    digits(row.p99Ms),
    digits(row.cpuMsPerRequest),
    digits(row.allCpuMsPerRequest),
    row.rssMb.toFixed(0),
    `${row.callsAreLeast ? '>' : ''}${digits(row.callsPerRequest)}`,
    (row.bytesPerRequest / 1024).toFixed(1),
    ...compared,
    row.failed === 0 ? '' : `${row.failed} of ${row.total} failed`,
  ];
}

function headings({ comparisons, callsTitle }: TableOptions): Line {
  const titles = comparisons.flatMap(({ title }) => [title, 'by CPU']);
  return [
    'case',
    'at once',
    'gateway',
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU ms',
    'all CPU',
    'RSS MB',
    callsTitle,
    'KiB',
    ...titles,
    '',
  ];
}

/** `widths` are the least; text columns (case, gateway, remarks) are left-aligned. */
function text(line: Line, widths: readonly number[]): string {
  return line
    .map((cell, index) => {
      const left = index === 0 || index === 2 || index === line.length - 1;
      return left ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0);
    })
    .join('  ')
    .trimEnd();
}

export function table(rows: readonly Row[], rounds: readonly Round[], options: TableOptions): string {
  const lines = [headings(options), ...rows.map((row) => lineOf(row, rounds, options))];
  const widths = headings(options).map((_, index) =>
    Math.max(...lines.map((line) => line[index]?.length ?? 0)),
  );
  return lines.map((line) => text(line, widths)).join('\n');
}
