const MAX_LINE_CHARS = 300;

/** One line as an answer shows it: cut, from around `at` where that would be cut off. */
export function cutLine(line: string, at = 0): string {
  const text = line.replace(/\r?\n$/, '');
  if (text.length <= MAX_LINE_CHARS) return text.toWellFormed();
  const start = at < MAX_LINE_CHARS - 50 ? 0 : Math.max(0, at - 50);
  const end = start + MAX_LINE_CHARS;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`.toWellFormed();
}
