import { BOUNDARIES, CASE_CLASSES, type Boundary, type CaseClass } from './security-case.ts';
import type { CaseResult } from './run-suite.ts';

/** One line of the table: a class of cases on one boundary. */
export interface TableRow {
  readonly class: CaseClass;
  readonly boundary: Boundary;
  readonly cases: number;
  readonly contained: number;
  readonly controls: number;
  readonly controls_caught: number;
}

/** Counts results, classes in their order, boundaries in theirs; classes without a case are left out. */
export function buildTable(results: readonly CaseResult[]): readonly TableRow[] {
  return CASE_CLASSES.flatMap((name) =>
    BOUNDARIES.flatMap((boundary) => {
      const own = results.filter((result) => result.case.class === name && result.boundary === boundary);
      const controls = own.flatMap(({ control }) => control ?? []);
      const row: TableRow = {
        class: name,
        boundary,
        cases: own.length,
        contained: own.filter(({ probe }) => probe.verdict === 'contained').length,
        controls: controls.length,
        controls_caught: controls.filter(({ verdict }) => verdict === 'escaped').length,
      };
      return own.length === 0 ? [] : [row];
    }),
  );
}

/** The table for people. */
export function toText(table: readonly TableRow[]): string {
  const lines = table.map((row) => [
    row.class,
    row.boundary,
    String(row.cases),
    `${row.contained} of ${row.cases}`,
    row.controls === 0 ? '–' : `${row.controls_caught} of ${row.controls}`,
  ]);
  const rows = [['class', 'boundary', 'cases', 'contained', 'control caught'], ...lines];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
