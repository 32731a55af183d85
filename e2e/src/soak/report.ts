import type { CensusRow } from '../census/compare-census.ts';
import { findLeaks } from '../census/compare-census.ts';
import type { EndedJob } from './run-jobs.ts';
import type { SoakReport } from './soak.ts';

const MAX_SUSPECTS = 5;
const MAX_LENGTH = 160;

/** The report for people: jobs by ending, the table of what was counted, and what leaked by name. */
export function toText(report: SoakReport): string {
  const { ended, seconds, rows } = report;
  const counted = ended.length === 0 ? [] : [describeEndings(ended), ''];
  const jobs = rows.find(({ kind }) => kind === 'job records');
  const count = (jobs?.after ?? 0) - (jobs?.before ?? 0);
  const speed = `${count} jobs in ${seconds.toFixed(0)} s, ${(count / seconds).toFixed(2)} jobs/s`;
  return [...counted, toTable(rows), '', ...describeProblems(report), speed, verdictOf(report)].join('\n');
}

function describeEndings(ended: readonly EndedJob[]): string {
  const names = [...new Set(ended.map(({ ending }) => ending))];
  return names
    .map((name) => {
      const these = ended.filter(({ ending }) => ending === name);
      const mean = these.reduce((sum, { seconds }) => sum + seconds, 0) / these.length;
      return `${String(these.length).padStart(5)} × ${name}, ${mean.toFixed(1)} s each`;
    })
    .join('\n');
}

export function toTable(rows: readonly CensusRow[]): string {
  const head = ['kind', 'before', 'after', 'allowed', 'leaked'];
  const body = rows.map(({ kind, before, after, allowed, leaked }) => [kind, before, after, allowed, leaked]);
  const cells = [head, ...body.map((row) => row.map(String))];
  const widths = head.map((_title, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const pad = (text: string, at: number) =>
    at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
  return cells.map((row) => row.map(pad).join('  ')).join('\n');
}

function describeProblems({ ended, rows }: SoakReport): string[] {
  const wrong = ended.flatMap(({ ending, problem }) => (problem ? [`✗ ${ending}: ${problem}`] : []));
  const leaked = findLeaks(rows).flatMap(({ kind, suspects }) =>
    suspects.slice(0, MAX_SUSPECTS).map((name) => `✗ ${kind}: ${name.slice(0, MAX_LENGTH)}`),
  );
  return [...wrong, ...leaked];
}

function verdictOf({ ended, rows }: SoakReport): string {
  const leaks = findLeaks(rows).length;
  const wrong = ended.filter(({ problem }) => problem !== undefined).length;
  if (leaks === 0 && wrong === 0) return '✔ every job ended as meant, nothing leaked';
  return `✗ ${leaks} kinds leaked, ${wrong} jobs ended otherwise`;
}
