import type { Measurement } from './measurement.ts';

/** The measurements as a Markdown table, as README has it. */
export function toTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map((measurement) => {
    const { name, unit, value_p50, value_p95, floor_name, floor_p50, ratio } = measurement;
    return [name, `${value_p50} ${unit}`, `${value_p95}`, `${floor_name}: ${floor_p50}`, `${ratio}`];
  });
  const head = ['measurement', 'p50', 'p95', 'against', 'ratio'];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
