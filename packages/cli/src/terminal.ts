/** Control, format and bidi characters, lone surrogates and line separators: nothing that a terminal acts on. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu;

/** Text of others on one line, with nothing in it that a terminal acts on. */
export function forTerminal(text: string, maxChars = 2_000): string {
  const plain = text.replaceAll(UNSAFE, ' ').trim();
  return plain.length <= maxChars ? plain : `${plain.slice(0, maxChars - 1)}…`;
}

/** Rows in columns, two spaces apart; the first row may be a heading. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (found, row) => row.map((cell, column) => Math.max(found[column] ?? 0, cell.length)),
    [],
  );
  const toLine = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${toLine(row)}\n`).join('');
}

export const toJson = (value: unknown): string => `${JSON.stringify(value)}\n`;
