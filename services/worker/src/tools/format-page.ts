import type { PageAnswer } from '@drydock/contracts';
import { readLines } from './read-lines.ts';

/** The page that was opened last, as far as it was read. */
export interface OpenPage {
  readonly head: string;
  readonly lines: readonly string[];
  readonly links: readonly string[];
}

/** Places that are shown, each with the lines around it. */
const MAX_FOUND = 20;
const CONTEXT_LINES = 2;
const MAX_LINE_CHARS = 1_000;

export function toOpenPage(page: Extract<PageAnswer, { type: 'page' }>): OpenPage {
  const { url, status, contentType, title, text, links, isWhole } = page;
  return {
    head: [
      url,
      `HTTP ${status}, ${contentType}${title === '' ? '' : `, ${JSON.stringify(title)}`}`,
      ...(isWhole ? [] : ['The page is longer than what was read of it.']),
    ].join('\n'),
    lines: text.split('\n'),
    links,
  };
}

/** Lines of a page, and where the links in them lead. */
export function formatPage(
  { head, lines, links }: OpenPage,
  range: { start: number; lines: number },
): string {
  const page = { lineCount: lines.length, linesFrom: (first: number) => lines.slice(first - 1) };
  const shown = readLines(page, range);
  const named = links.flatMap((url, index) =>
    shown.includes(`[${index + 1}]`) ? [`[${index + 1}] ${url}`] : [],
  );
  return [head, shown, ...(named.length === 0 ? [] : ['Links:', ...named])].join('\n');
}

/** Where a text stands in a page, in any case. */
export function findInPage({ lines }: OpenPage, text: string): string {
  const wanted = text.toLowerCase();
  const found = lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? [index] : []));
  const places = found.slice(0, MAX_FOUND).map((at) =>
    lines
      .slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1)
      .map(
        (line, index) => `${Math.max(0, at - CONTEXT_LINES) + index + 1}: ${line.slice(0, MAX_LINE_CHARS)}`,
      )
      .join('\n'),
  );
  return [
    `${found.length} ${found.length === 1 ? 'line has' : 'lines have'} it.`,
    ...places,
    ...(found.length > MAX_FOUND
      ? [`…${found.length - MAX_FOUND} more. Read around them with web_read.`]
      : []),
  ].join('\n---\n');
}
