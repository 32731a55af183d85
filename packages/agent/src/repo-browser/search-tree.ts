import type { RepoAnswer, RepoQuery } from '@drydock/contracts';
import { cutLine } from './cut-line.ts';
import { locateQuery } from './locate-query.ts';
import { runRipgrep } from './ripgrep.ts';

type Search = Extract<RepoQuery, { type: 'search' }>;
type MatchLine = Extract<RepoAnswer, { type: 'search' }>['lines'][number];

/** Larger files are generated, as a rule, and one line of them can be all of them. */
const MAX_FILE_SIZE = '2M';
/** Matches are counted so far. */
const MAX_COUNTED = 50_000;
/** What is shown fits into the answer of the program. */
const MAX_TEXT_CHARS = 200_000;

interface Text {
  readonly text?: string;
  /** Base64, where it is not UTF-8. */
  readonly bytes?: string;
}

/** A line that ripgrep prints with --json; ours, so that only what is used is looked at. */
interface RipgrepEvent {
  readonly type: 'begin' | 'match' | 'context' | 'end' | 'summary';
  readonly data: {
    readonly path?: Text;
    readonly lines?: Text;
    readonly line_number?: number;
    readonly submatches?: readonly { readonly start: number }[];
  };
}

/** Lines that match, with the lines around them, in the order of their paths. */
export async function searchTree(query: Search, signal: AbortSignal): Promise<RepoAnswer> {
  const found = new SearchResult(query.max_results);
  const run = { args: toArguments(query), separator: '\n', onPiece: found.take } as const;
  const { isWhole } = await runRipgrep(run, signal);
  const { lines, matches, files } = found;
  return { type: 'search', lines: [...lines], matches, files, isWhole };
}

function toArguments({ pattern, path, glob, fixed, ignore_case, context }: Search): string[] {
  return [
    '--json',
    '--sort=path',
    `--max-filesize=${MAX_FILE_SIZE}`,
    `--context=${context}`,
    ...(fixed ? ['--fixed-strings'] : []),
    ...(ignore_case ? ['--ignore-case'] : []),
    // An empty glob would be an error, and one that is negated is what the caller means.
    ...(glob === undefined ? [] : [`--glob=${glob}`]),
    `--regexp=${pattern}`,
    '--',
    locateQuery(path),
  ];
}

class SearchResult {
  readonly lines: MatchLine[] = [];
  matches = 0;
  files = 0;
  readonly #maxMatches: number;
  #chars = 0;

  constructor(maxMatches: number) {
    this.#maxMatches = maxMatches;
  }

  /** False when there is nothing more to be counted. */
  readonly take = (line: string): boolean => {
    const { type, data } = JSON.parse(line) as RipgrepEvent;
    if (type === 'begin') this.files += 1;
    if (type === 'match') this.matches += 1;
    if (type === 'match' || (type === 'context' && this.matches < this.#maxMatches)) this.#show(type, data);
    return this.matches < MAX_COUNTED;
  };

  #show(type: 'match' | 'context', { path, lines, line_number: line, submatches }: RipgrepEvent['data']) {
    const isRoom = this.matches <= this.#maxMatches && this.#chars < MAX_TEXT_CHARS;
    if (!isRoom || line === undefined) return;
    const [first = ''] = toText(lines).split('\n');
    const text = cutLine(first, submatches?.[0]?.start);
    this.#chars += text.length;
    this.lines.push({ path: toText(path).replace(/^\.\//, ''), line, text, isMatch: type === 'match' });
  }
}

const toText = ({ text, bytes = '' }: Text = {}): string => text ?? Buffer.from(bytes, 'base64').toString();
